"""Ruby: OpenSSL's default store, whose file SSL_CERT_FILE names."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, Advice, Deployment
from tui_chain.clients.client import Client, Takes, variable
from tui_chain.clients.families import FamilyId
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads


def _advice(at: Deployment) -> Iterator[Advice]:
    yield at.export("Ruby", "SSL_CERT_FILE", FOLDER_ON_DEBIAN, ADDS)


CLIENT = Client(
    "Ruby",
    place=240,
    families={FamilyId.PYTHON: "Ruby"},
    settings=(variable("SSL_CERT_FILE", ADDS), variable("SSL_CERT_DIR", ADDS, Takes.FOLDER)),
    reads=(Reads(OPENSSL, "Ruby"),),
    advice=_advice,
)
