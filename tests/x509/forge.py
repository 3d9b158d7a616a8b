"""Certificates put together byte by byte, for what no library would write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tui_chain.x509.der import (
    BIT_STRING,
    BOOLEAN,
    CONTEXT,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    SET,
    UTC_TIME,
    encode,
)

UTF8, NUMERIC, PRINTABLE, T61, IA5, UNIVERSAL, BMP = 0x0C, 0x12, 0x13, 0x14, 0x16, 0x1C, 0x1E

KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CN = encode(OID, b"\x55\x04\x03")
ORGANIZATION = encode(OID, b"\x55\x04\x0a")
ED25519 = encode(SEQUENCE, encode(OID, b"\x2b\x65\x70"))
BASIC_CONSTRAINTS = encode(OID, b"\x55\x1d\x13")
KEY_USAGE = encode(OID, b"\x55\x1d\x0f")
ALTERNATIVE_NAME = encode(OID, b"\x55\x1d\x11")
NAME_CONSTRAINTS = encode(OID, b"\x55\x1d\x1e")
PURPOSES = encode(OID, b"\x55\x1d\x25")
INFORMATION_ACCESS = encode(OID, b"\x2b\x06\x01\x05\x05\x07\x01\x01")
CA_TRUE = encode(SEQUENCE, encode(BOOLEAN, b"\xff"))


def rdn(value: bytes, tag: int = UTF8, kind: bytes = CN) -> bytes:
    return encode(SET, encode(SEQUENCE, kind, encode(tag, value)))


def name(value: str | bytes, tag: int = UTF8) -> bytes:
    return encode(SEQUENCE, rdn(value.encode() if isinstance(value, str) else value, tag))


def extension(oid: bytes, value: bytes, *, critical: bool = False) -> bytes:
    return encode(SEQUENCE, oid, encode(BOOLEAN, b"\xff") if critical else b"", encode(OCTET_STRING, value))


def spki(key: ed25519.Ed25519PrivateKey = KEY) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class Forgery:
    """The parts of a certificate, each in DER; `sign` makes the signature over the signed part."""

    subject: bytes = name("forged")
    issuer: bytes = name("forged")
    version: bytes = encode(CONTEXT, encode(INTEGER, b"\2"))
    serial: bytes = encode(INTEGER, b"\x5e")
    validity: bytes = encode(SEQUENCE, encode(UTC_TIME, b"200101000000Z"), encode(UTC_TIME, b"491231235959Z"))
    inner: bytes = ED25519
    outer: bytes = ED25519
    key: bytes = field(default_factory=spki)
    extensions: tuple[bytes, ...] = ()
    sign: Callable[[bytes], bytes] = KEY.sign
    unused_bits: int = 0

    @property
    def der(self) -> bytes:
        extensions = encode(CONTEXT + 3, encode(SEQUENCE, *self.extensions)) if self.extensions else b""
        parts = (self.version, self.serial, self.inner, self.issuer, self.validity, self.subject, self.key)
        tbs = encode(SEQUENCE, *parts, extensions)
        signature = encode(BIT_STRING, bytes((self.unused_bits,)), self.sign(tbs))
        return encode(SEQUENCE, tbs, self.outer, signature)
