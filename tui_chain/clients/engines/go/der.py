"""Primitive values as Go's cryptobyte reads them (golang.org/x/crypto/cryptobyte `asn1.go`)."""

from __future__ import annotations

from tui_chain.clients.engines.strict_der import StrictReader
from tui_chain.x509.der import INTEGER, OID, DERError, dotted

_MAX_ARC = 0x7FFFFFFF


def integer(reader: StrictReader) -> int:
    """Read an INTEGER in its shortest form; raises DERError."""
    octets = reader.read(INTEGER)
    if not octets or (len(octets) > 1 and octets[0] in (0, 0xFF) and octets[0] >> 7 == octets[1] >> 7):
        raise DERError("an INTEGER that is not in its shortest form")
    return int.from_bytes(octets, "big", signed=True)


def small_integer(reader: StrictReader) -> int:
    """Read an INTEGER of at most 64 bits; raises DERError."""
    value = integer(reader)
    if not -(1 << 63) <= value < 1 << 63:
        raise DERError("an INTEGER of more than 64 bits")
    return value


def oid(reader: StrictReader) -> str:
    """Read an OBJECT IDENTIFIER, whose arcs fit in 31 bits; raises DERError."""
    text = dotted(reader.read(OID))
    if len(text) > 10 and any(int(arc) > _MAX_ARC for arc in text.split(".")):
        raise DERError("an object identifier with an arc that is too large")
    return text


def bits(content: bytes) -> bytes:
    """Return the octets of a BIT STRING, moved to end with its last bit (`RightAlign`); raises DERError."""
    unused, value = content[:1], content[1:]
    if not unused or unused[0] > 7 or (not value and unused[0]):
        raise DERError("a BIT STRING that cannot be")
    if value and value[-1] & ((1 << unused[0]) - 1):
        raise DERError("a BIT STRING whose unused bits are set")
    return (int.from_bytes(value, "big") >> unused[0]).to_bytes(len(value), "big") if unused[0] else value
