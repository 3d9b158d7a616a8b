"""Distinguished names straight from their DER: as text, and in the form in which OpenSSL compares them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from tui_chain.core.text import safe_text
from tui_chain.x509.der import OID, SEQUENCE, SET, DERError, Element, element, encode

MAX_NAME = 160
"""Characters of a distinguished name that are shown; longer ones end in an ellipsis."""

MAX_REMEMBERED = 1024
"""Octets of a name that is remembered."""

EMPTY_NAME = "(empty name)"

CanonicalName = tuple[frozenset[tuple[str, str]], ...]
"""A distinguished name in the form in which OpenSSL compares it (X509_NAME canonical encoding)."""


class Attribute(NamedTuple):
    """One attribute of a name: dotted type, the tag of its value, the value's bytes."""

    oid: str
    tag: int
    value: bytes


@dataclass(frozen=True)
class DistinguishedName:
    """A name as it stands in a certificate: relative names in their order, each of one or more attributes."""

    rdns: tuple[tuple[Attribute, ...], ...]

    @classmethod
    def from_der(cls, der: bytes) -> DistinguishedName:
        """Read the DER of a Name (RFC 5280 section 4.1.2.4); raises DERError.

        Names of usual size are remembered: in a pool of certificates most issuers stand there many times.
        """
        return _remembered(der) if len(der) <= MAX_REMEMBERED else cls(_rdns(der))

    @cached_property
    def text(self) -> str:
        """RFC 4514 text, most specific first, safe for a terminal; an empty name reads `(empty name)`."""
        shown = ",".join("+".join(map(_rfc4514, rdn)) for rdn in reversed(self.rdns))
        return safe_text(shown, MAX_NAME) or EMPTY_NAME

    @cached_property
    def canonical(self) -> CanonicalName:
        """The form that compares equal where OpenSSL and RFC 5280 section 7.1 say it does.

        ASCII letters are folded, ASCII white space is trimmed and collapsed, and the common string types are
        forgotten; a value of any other type, NumericString too, equals only the same bytes of the same type.
        """
        return tuple(frozenset((pair.oid, _canonical_value(pair)) for pair in rdn) for rdn in self.rdns)

    @property
    def common_name(self) -> str | None:
        """The last common name, safe for a terminal, or None."""
        names = [pair for rdn in self.rdns for pair in rdn if pair.oid == _COMMON_NAME]
        return (safe_text(_shown(names[-1]), MAX_NAME) or None) if names else None


def _rdns(der: bytes) -> tuple[tuple[Attribute, ...], ...]:
    return tuple(
        tuple(_attribute(pair) for pair in rdn.expect(SET).children())
        for rdn in element(der).expect(SEQUENCE).children()
    )


@lru_cache(maxsize=1024)
def _remembered(der: bytes) -> DistinguishedName:
    return DistinguishedName(_rdns(der))


_COMMON_NAME = "2.5.4.3"
_SHORT = {
    _COMMON_NAME: "CN",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.6": "C",
    "2.5.4.9": "STREET",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
}
"""Attribute types with a short name in RFC 4514 section 3; the others are written as dotted numbers."""

_UTF8, _NUMERIC, _PRINTABLE, _T61, _IA5, _VISIBLE, _UNIVERSAL, _BMP = 12, 18, 19, 20, 22, 26, 28, 30
_ENCODINGS = {
    _UTF8: "utf-8",
    _NUMERIC: "latin-1",
    _PRINTABLE: "latin-1",
    _T61: "latin-1",
    _IA5: "latin-1",
    _VISIBLE: "latin-1",
    _UNIVERSAL: "utf-32-be",
    _BMP: "utf-16-be",
}
"""String types, with the encoding in which OpenSSL takes them (ASN1_STRING_to_UTF8)."""


def _attribute(pair: Element) -> Attribute:
    parts = tuple(pair.expect(SEQUENCE).children())
    if len(parts) != 2:
        raise DERError(f"an attribute of a name has 2 parts, not {len(parts)}")
    return Attribute(parts[0].expect(OID).oid(), parts[1].tag, parts[1].content)


def _shown(pair: Attribute) -> str:
    """Value as text, broken characters replaced; one of another type as `#` and hex (RFC 4514 section 2.4)."""
    encoding = _ENCODINGS.get(pair.tag)
    return "#" + pair.value.hex() if encoding is None else pair.value.decode(encoding, "replace")


_ESCAPES = {ord(char): "\\" + char for char in '\\"+,;<>'} | {0: "\\00"}


def _rfc4514(pair: Attribute) -> str:
    value = _shown(pair)
    text = value.translate(_ESCAPES)
    if text.startswith(" ") or (text.startswith("#") and pair.tag in _ENCODINGS):
        text = "\\" + text
    if text.endswith(" ") and len(value) > 1:
        text = text[:-1] + "\\ "
    return f"{_SHORT.get(pair.oid, pair.oid)}={text}"


def _canonical_value(pair: Attribute) -> str:
    text = _folded(pair)
    return f"#{pair.tag}:{pair.value.hex()}" if text is None else text.decode()


def _folded(pair: Attribute) -> bytes | None:
    """ASN1_STRING canonicalisation, as UTF-8; None for what is no text to OpenSSL or cannot be read as such.

    `bytes` methods know ASCII white space and letters, and no others.
    """
    if pair.tag not in _ENCODINGS or pair.tag == _NUMERIC:
        return None
    try:
        text = pair.value.decode(_ENCODINGS[pair.tag]).encode()
    except UnicodeError:
        return None
    return b" ".join(text.split()).lower()


def name_hash(der: bytes) -> int:
    """Return the number by which OpenSSL files a Name in a folder, as `08x` of it and a running number.

    X509_NAME_hash: the first four octets, little-endian, of the SHA-1 of the canonical form (x509_name_canon in
    crypto/x509/x_name.c): every SET with its text as folded UTF-8, and no SEQUENCE around them. Raises DERError.
    """
    sets = (rdn.expect(SET).children() for rdn in element(der).expect(SEQUENCE).children())
    canonical = b"".join(encode(SET, *sorted(map(_canonical_der, pairs))) for pairs in sets)
    return int.from_bytes(hashlib.sha1(canonical, usedforsecurity=False).digest()[:4], "little")


def _canonical_der(pair: Element) -> bytes:
    text, (kind, value) = _folded(_attribute(pair)), tuple(pair.children())
    return encode(SEQUENCE, kind.raw, value.raw if text is None else encode(_UTF8, text))
