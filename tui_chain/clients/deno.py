"""Deno: Mozilla's roots, to which DENO_CERT adds."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.clients.families import FamilyId


def _advice(at: Deployment) -> Iterator[Advice]:
    note = (
        "NODE_EXTRA_CA_CERTS adds a file as well. DENO_TLS_CA_STORE=system takes the system's store in place of "
        "Mozilla's roots; SSL_CERT_FILE means nothing without it."
    )
    yield at.export("Deno", "DENO_CERT", note, ADDS)


CLIENT = Client(
    "Deno",
    place=216,
    families={FamilyId.RUSTLS: "deno"},
    settings=(Setting("--cert", SettingForm.OPTION, ADDS, wins_over=("DENO_CERT",)), variable("DENO_CERT", ADDS)),
    advice=_advice,
    errors=ErrorOutput(
        (spelled(Kind.BAD_BUNDLE, "Unable to add pem file to certificate store"),),
        signs=r"\b[Dd]eno\b|\bext:deno",
        version=r"\b[Dd]eno[ /]v?(\d+\.\d+\.\d+)",
        trust_command="env | grep -E 'DENO_CERT|DENO_TLS_CA_STORE'",
    ),
)
