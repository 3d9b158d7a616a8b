"""Terraform and OpenTofu: Go programs, and so are their providers, which inherit the variable."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, Advice, Deployment
from tui_chain.clients.client import Client, variable
from tui_chain.clients.errors import ErrorOutput

_NOTE = (
    "On Linux; on macOS and Windows Terraform uses the system's store alone. Providers inherit the variable; some "
    "have an argument of their own besides, as custom_ca_bundle of aws. "
    f"{FOLDER_ON_DEBIAN}"
)


def _advice(at: Deployment) -> Iterator[Advice]:
    yield at.export("Terraform", "SSL_CERT_FILE", _NOTE, ADDS)


CLIENT = Client(
    "Terraform",
    place=470,
    settings=(variable("SSL_CERT_FILE", ADDS),),
    advice=_advice,
    errors=ErrorOutput(
        signs=r"\b[Tt]erraform\b|Failed to query available provider|registry\.terraform\.io"
        r"|Error: Failed to install provider",
        version=r"\bTerraform v(\d+\.\d+\.\d+)",
        trust_command="env | grep -E 'SSL_CERT_(FILE|DIR)'",
    ),
)
