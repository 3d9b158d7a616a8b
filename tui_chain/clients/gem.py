"""gem, Ruby's package manager: OpenSSL's default store, whose file SSL_CERT_FILE names."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, Advice, Deployment
from tui_chain.clients.client import Client, variable


def _advice(at: Deployment) -> Iterator[Advice]:
    note = f"A line `:ssl_ca_cert: FILE` in ~/.gemrc adds a file as well, and stays. {FOLDER_ON_DEBIAN}"
    yield at.export("gem", "SSL_CERT_FILE", note, ADDS)


CLIENT = Client("gem", place=244, settings=(variable("SSL_CERT_FILE", ADDS),), advice=_advice)
