"""The kinds of output: the same proven repair as the file that a client or a server wants."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class OutputKind(StrEnum):
    """A kind of output; the value is the word after `--as`."""

    CLIENT = "client"
    CLIENT_STORE = "client+store"
    LINKS = "links"
    SERVER = "server"
    JAVA = "java"
    PKCS7 = "pkcs7"
    DER = "der"


SUFFIXES: Mapping[OutputKind, str] = {
    OutputKind.CLIENT: "-ca-bundle.pem",
    OutputKind.CLIENT_STORE: "-full-store.pem",
    OutputKind.LINKS: "-links.pem",
    OutputKind.SERVER: "-chain.pem",
    OutputKind.JAVA: "-truststore.p12",
    OutputKind.PKCS7: "-ca.p7b",
    OutputKind.DER: "-ca.der",
}
"""How the suggested name of a file of each kind ends."""
