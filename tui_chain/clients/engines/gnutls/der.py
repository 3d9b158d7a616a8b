"""DER as libtasn1 4.19 reads it in strict mode: what GnuTLS needs of X.690, with the library's own tolerance."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from tui_chain.x509.der import DERError

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID, UTF8 = 0x01, 0x02, 0x03, 0x04, 0x06, 0x0C
NUMERIC, PRINTABLE, TELETEX, IA5, UTC_TIME, GENERALIZED_TIME = 0x12, 0x13, 0x14, 0x16, 0x17, 0x18
UNIVERSAL, BMP, SEQUENCE, SET = 0x1C, 0x1E, 0x30, 0x31

_LONG_TAG = 0x1F
_CLASS = 0xE0
_MAX_ARC = 1 << 64


class GnuTLSUnreadable(DERError):
    """GnuTLS cannot read a certificate; `code` is the name of its error, without the prefix GNUTLS_E_."""

    def __init__(self, text: str, code: str = "ASN1_DER_ERROR") -> None:
        super().__init__(text)
        self.code = code


class Item(NamedTuple):
    """One element: its tag (class and number in one byte), and where header, content and what follows begin."""

    tag: int
    start: int
    body: int
    end: int


def item(data: bytes, at: int, end: int) -> Item:
    """Read the header at `at`; raises DERError. A length may have leading zeros, and may not be indefinite.

    Source: libtasn1 `decoding.c`, asn1_get_tag_der and asn1_get_length_der.
    """
    tag, body, after = _header(data, at, end)
    if after > end:
        raise DERError("cut short")
    return Item(tag, at, body, after)


def _header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The tag, where the content begins, and where it ends by its length."""
    body = at + 2
    if body > end:
        raise DERError("cut short")
    tag, size = data[at], data[at + 1]
    if tag & _LONG_TAG == _LONG_TAG:
        tag, body = _long_tag(data, at, end)
        size, body = data[body], body + 1
    if size >= 0x80:
        size, body = _long_size(data, size & 0x7F, body, end)
    return tag, body, body + size


def _long_tag(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Read a tag of several bytes; one that encodes a small number so is the same as the short form."""
    number, body = 0, at + 1
    while body < end:
        number, body = number << 7 | data[body] & 0x7F, body + 1
        if not data[body - 1] & 0x80:
            break
    if body >= end or number >= 1 << 32:
        raise DERError("a tag that cannot be read")
    kind = data[at] & _CLASS
    return (kind | number if number < _LONG_TAG else kind | _LONG_TAG | number << 8), body


def _long_size(data: bytes, count: int, body: int, end: int) -> tuple[int, int]:
    if not 0 < count <= end - body:
        raise DERError("a length that cannot be")
    return int.from_bytes(data[body : body + count], "big"), body + count


def items(data: bytes, at: int, end: int, explicit: frozenset[int] = frozenset()) -> list[Item]:
    """Read the elements that follow one another from `at` to `end`; raises DERError.

    What has a tag in `explicit` ends with the one element in it, whatever its own length says: libtasn1 does not
    compare the two.
    """
    found = []
    while at < end:
        if explicit and data[at] in explicit:
            tag, body, _ = _header(data, at, end)
            one = Item(tag, at, body, item(data, body, end).end)
        else:
            one = item(data, at, end)
        found.append(one)
        at = one.end
    return found


def inside(data: bytes, parent: Item, tag: int, explicit: frozenset[int] = frozenset()) -> list[Item]:
    """Read the elements within `parent`, which has to have this tag (see `items`); raises DERError."""
    if parent.tag != tag:
        raise DERError(f"tag {tag:#04x} expected, found {parent.tag:#04x}")
    return items(data, parent.body, parent.end, explicit)


def whole(data: bytes, tag: int) -> Item:
    """Read the one element that `data` is; raises DERError for another tag and for bytes that follow."""
    one = item(data, 0, len(data))
    if one.tag != tag or one.end != len(data):
        raise DERError("another element than the one expected")
    return one


def content(data: bytes, one: Item) -> bytes:
    """Return what is inside an element."""
    return data[one.body : one.end]


def boolean(data: bytes, one: Item) -> bool:
    """Read a BOOLEAN: one octet, with a length of one octet, true if it is not zero; raises DERError."""
    short = one.body - one.start == 2 or data[one.start] & _LONG_TAG == _LONG_TAG
    if one.tag != BOOLEAN or one.end - one.body != 1 or not short:
        raise DERError("not a BOOLEAN")
    return data[one.body] != 0


def unsigned(octets: bytes) -> int:
    """Read an INTEGER of 1 to 4 octets without its sign (GnuTLS `mpi.c`, _gnutls_x509_read_uint); raises DERError."""
    if not 1 <= len(octets) <= 4:
        raise DERError("an integer that is too long")
    return int.from_bytes(octets, "big")


@lru_cache(maxsize=1024)
def dotted(octets: bytes) -> str:
    """Write an OBJECT IDENTIFIER as dotted text; raises DERError (libtasn1 asn1_get_object_id_der)."""
    if not octets:
        raise DERError("an empty object identifier")
    arcs, value, fresh = [], 0, True
    for octet in octets:
        if fresh and octet == 0x80:
            raise DERError("an object identifier that cannot be read")
        value, fresh = value << 7 | octet & 0x7F, not octet & 0x80
        if value >= _MAX_ARC:
            raise DERError("an object identifier with a number too large")
        if fresh:
            arcs.append(value)
            value = 0
    first = arcs[0] if arcs else value
    top = min(first // 40, 2)
    return ".".join(map(str, [top, first - 40 * top, *arcs[1:]]))
