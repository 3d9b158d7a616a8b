"""Names as GnuTLS 3.7 compares them: distinguished names by their text, host names by its own wildcard rule."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import takewhile
from operator import itemgetter

from tui_chain.clients.engines.gnutls import der
from tui_chain.clients.engines.gnutls.der import Item
from tui_chain.x509.der import DERError

COMMON_NAME, EMAIL = "2.5.4.3", "1.2.840.113549.1.9.1"

_DIRECTORY = 0
"""Stands for DirectoryString, a choice of string types, in the table of attribute types."""

_ESCAPED = frozenset(b',+"\\<>;')

Attribute = tuple[str, bytes]
"""Dotted type and the DER of the value."""


def rdn_sequence(data: bytes, parent: Item) -> tuple[tuple[Attribute, ...], ...]:
    """Read the relative names of a Name whose outer element is `parent`; raises DERError."""
    return tuple(_relative(data, one) for one in der.inside(data, parent, der.SEQUENCE))


def _relative(data: bytes, parent: Item) -> tuple[Attribute, ...]:
    """Read the attributes of one relative name, up to an empty one, where GnuTLS stops."""
    found = [_attribute(data, one) for one in der.inside(data, parent, der.SET)]
    return tuple(takewhile(itemgetter(0), found))


def _attribute(data: bytes, parent: Item) -> Attribute:
    parts = der.inside(data, parent, der.SEQUENCE)
    if not parts:
        return "", b""
    if len(parts) != 2 or parts[0].tag != der.OID:
        raise DERError("an attribute that is not a type and a value")
    return der.dotted(der.content(data, parts[0])), data[parts[1].start : parts[1].end]


@lru_cache(maxsize=512)
def attributes(name: bytes) -> tuple[tuple[Attribute, ...], ...]:
    """Read the DER of a Name; raises DERError."""
    return rdn_sequence(name, der.whole(name, der.SEQUENCE))


@lru_cache(maxsize=512)
def name_text(name: bytes) -> bytes | None:
    """Return the text by which two names are equal, or None where GnuTLS makes none: an empty name or attribute.

    Source: `dn.c`, _gnutls_x509_get_dn and append_elements.
    """
    try:
        return relative_text(attributes(name))
    except DERError:
        return None


def relative_text(names: tuple[tuple[Attribute, ...], ...]) -> bytes | None:
    """Return the text of relative names, or None (see `name_text`)."""
    if not names or any(_KINDS.get(kind) == _DIRECTORY and value[1] == 0 for rdn in names for kind, value in rdn):
        return None
    parts = (b"+".join(kind.encode() + b"=" + _text(kind, value) for kind, value in rdn) for rdn in names)
    return b",".join(filter(None, parts))


def same_name(one: bytes, other: bytes) -> bool:
    """Compare two Names: equal bytes, or equal text, where the types of the strings do not count.

    Source: `dn.c`, _gnutls_x509_compare_raw_dn.
    """
    if one == other:
        return True
    text = name_text(one)
    return text is not None and text == name_text(other)


def _text(kind: str, value: bytes) -> bytes:
    """Write an attribute's value: its escaped text, or `#` and hex digits (`common.c`, _gnutls_x509_dn_to_string)."""
    try:
        text = _decoded(kind, value)
    except DERError:
        return b"#" + value.hex().encode()
    return _escaped(text)


def _decoded(kind: str, value: bytes) -> bytes:
    expected, one = _KINDS.get(kind), der.item(value, 0, len(value))
    if expected is None or (one.tag not in _CHOICE if expected == _DIRECTORY else one.tag != expected):
        raise DERError("a string of another type")
    text = der.content(value, one)
    if not text:
        raise DERError("an empty string")
    text = _printable(one.tag, text)
    if b"\0" in text and expected != der.OCTET_STRING:
        raise DERError("a NUL in a string")
    return text


_CHOICE = frozenset({der.TELETEX, der.PRINTABLE, der.UNIVERSAL, der.UTF8, der.BMP})


def _printable(tag: int, text: bytes) -> bytes:
    """Convert what is neither ASCII nor UTF-8 (`common.c`, make_printable_string)."""
    if tag == der.BMP:
        try:
            return text.removesuffix(b"\0\0").decode("utf-16-be").encode()
        except UnicodeError:
            return b"#" + text.hex().encode()
    if tag == der.UNIVERSAL or (tag == der.TELETEX and not is_printable(text)):
        return b"#" + text.hex().encode()
    return text


def is_printable(text: bytes) -> bool:
    """Tell whether all octets are printable ASCII."""
    return all(0x20 <= octet < 0x7F for octet in text)


def _escaped(text: bytes) -> bytes:
    if text.isalnum():
        return text
    return b"".join(b"\\" + text[at : at + 1] if special else text[at : at + 1] for at, special in _specials(text))


def _specials(text: bytes) -> Iterator[tuple[int, bool]]:
    last = len(text) - 1
    for at, octet in enumerate(text):
        edge = (at == 0 and octet in b"# ") or (at == last and octet == 0x20)
        yield at, edge or octet in _ESCAPED


def values(name: bytes, kind: str) -> list[bytes]:
    """Return the texts of all attributes of one type in a Name."""
    return [_text(kind, value) for rdn in attributes(name) for one, value in rdn if one == kind]


def host_address(host: str) -> bytes | None:
    """Return the octets of a host that GnuTLS takes for an IP address, or None."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.inet_pton(family, host)
    except (OSError, ValueError):
        return None


def host_matches(patterns: Iterable[bytes], host: str) -> bool:
    """Tell whether a name of the certificate is the host's (`str.c`, _gnutls_hostname_compare).

    A leading `*` stands for any part of one label, even none, and needs two dots after it. Names that are not
    printable ASCII never match, a final dot counts, case does not.
    """
    wanted = host.encode("ascii", "replace").lower()
    return any(is_printable(pattern) and _matches(pattern.lower(), wanted) for pattern in patterns)


def _matches(pattern: bytes, host: bytes) -> bool:
    if not pattern.startswith(b"*"):
        return pattern == host
    if pattern.count(b".") < 2 or pattern.endswith(b"."):
        return False
    label = len(host.split(b".", 1)[0])
    return any(host[at:] == pattern[1:] for at in range(label + 1))


_KINDS = {
    **dict.fromkeys(
        [
            "1.3.6.1.5.5.7.9.2",
            "2.5.4.9",
            "2.5.4.12",
            "2.5.4.10",
            "2.5.4.11",
            "2.5.4.3",
            "2.5.4.7",
            "2.5.4.8",
            "2.5.4.13",
            "2.5.4.4",
            "2.5.4.43",
            "2.5.4.44",
            "2.5.4.42",
            "2.5.4.65",
            "2.5.4.17",
            "2.5.4.41",
            "2.5.4.15",
            "0.9.2342.19200300.100.1.1",
            "1.2.840.113556.1.4.656",
            "1.3.6.1.4.1.311.60.2.1.1",
            "1.3.6.1.4.1.311.60.2.1.2",
        ],
        _DIRECTORY,
    ),
    **dict.fromkeys(
        [
            "1.3.6.1.5.5.7.9.3",
            "1.3.6.1.5.5.7.9.4",
            "1.3.6.1.5.5.7.9.5",
            "2.5.4.6",
            "2.5.4.5",
            "2.5.4.20",
            "2.5.4.46",
            "1.3.6.1.4.1.311.60.2.1.3",
        ],
        der.PRINTABLE,
    ),
    **dict.fromkeys(["1.2.643.100.1", "1.2.643.100.3", "1.2.643.100.5", "1.2.643.3.131.1.1"], der.NUMERIC),
    "0.9.2342.19200300.100.1.25": der.IA5,
    EMAIL: der.IA5,
    "1.3.6.1.5.5.7.8.5": der.UTF8,
    "1.2.840.113549.1.9.20": der.BMP,
    "1.2.840.113549.1.9.21": der.OCTET_STRING,
    "1.2.840.113549.1.9.4": der.OCTET_STRING,
}
"""Attribute types that GnuTLS decodes, with the string type it expects (`common.c`, _oid2str)."""
