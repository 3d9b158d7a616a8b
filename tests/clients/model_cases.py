"""Short forms for the unit tests of the models: extensions by their values, general names."""

from __future__ import annotations

from cryptography import x509

from tests.clients.making import Ext, ext
from tests.clients.signing import oid
from tui_chain.x509.der import CONTEXT, SEQUENCE, encode

SERVER, CLIENT, ANY = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"


def purposes(*oids: str) -> Ext:
    return Ext("2.5.29.37", encode(SEQUENCE, *map(oid, oids)))


def basic(*, is_ca: bool, length: int | None = None) -> Ext:
    return ext(x509.BasicConstraints(ca=is_ca, path_length=length), critical=True)


def constraints(permitted: bytes = b"", excluded: bytes = b"", *, critical: bool = False) -> Ext:
    trees = [
        encode(CONTEXT + number, encode(SEQUENCE, base)) for number, base in enumerate((permitted, excluded)) if base
    ]
    return Ext("2.5.29.30", encode(SEQUENCE, *trees), critical)


def dns(text: str) -> bytes:
    return encode(0x82, text.encode())


def mail(text: str) -> bytes:
    return encode(0x81, text.encode())


def uri(text: str) -> bytes:
    return encode(0x86, text.encode())


def directory(content: bytes) -> bytes:
    return encode(0xA4, content)


def address(content: str) -> bytes:
    """Return an iPAddress of raw octets, written in hex."""
    return encode(0x87, bytes.fromhex(content))
