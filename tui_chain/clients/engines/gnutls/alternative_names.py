"""GeneralNames (RFC 5280 section 4.2.1.6) as GnuTLS 3.7 reads them."""

from __future__ import annotations

from typing import NamedTuple

from tui_chain.clients.engines.gnutls import der
from tui_chain.clients.engines.gnutls.der import GnuTLSUnreadable, Item
from tui_chain.clients.engines.gnutls.names import rdn_sequence, relative_text
from tui_chain.x509.der import CONTEXT, DERError

OTHER, MAIL, DNS, X400, DIRECTORY, EDI, URI, IP, REGISTERED, SRV, UPN = (
    ["other", "email", "dns", "x400", "directory", "edi", "uri", "ip", "registered", "srv", "upn"]
)  # fmt: skip

_TAGS = {0x81: MAIL, 0x82: DNS, 0x83: X400, 0xA3: X400, 0x85: EDI, 0xA5: EDI, 0x86: URI, 0x87: IP, 0x88: REGISTERED}
_VIRTUAL = {"1.3.6.1.5.5.7.8.7": (SRV, der.IA5), "1.3.6.1.4.1.311.20.2.3": (UPN, der.UTF8)}
"""Types of otherName that GnuTLS takes for kinds of their own (`virt-san.c`)."""

EXPLICIT_NAME, _EXPLICIT_VALUE = frozenset({CONTEXT + 4}), frozenset({CONTEXT})
"""Tags of a directory name, and of the value of an otherName."""


class AltName(NamedTuple):
    """A general name: its kind, one of the words above, and its octets."""

    kind: str
    value: bytes


def general_name(data: bytes, one: Item) -> AltName | None:
    """Read one general name, or return None for a directory name without content; raises DERError.

    A directory name with an empty string has no octets; GnuTLS refuses it where it gets as far.
    Source: `x509.c`, _gnutls_parse_general_name2. X.400 addresses and EDI party names cannot be read.
    """
    if one.tag == CONTEXT:
        return _other(data, one)
    if one.tag == CONTEXT + 4:
        return _directory(data, one)
    kind = _TAGS.get(one.tag)
    if kind is None:
        raise DERError("a name of an unknown kind")
    value = der.content(data, one)
    return AltName(kind, der.dotted(value).encode() if kind == REGISTERED else value)


def _other(data: bytes, one: Item) -> AltName:
    parts = der.items(data, one.body, one.end, _EXPLICIT_VALUE)
    if len(parts) != 2 or parts[0].tag != der.OID or parts[1].tag != CONTEXT:
        raise DERError("an otherName that cannot be read")
    held = der.item(data, parts[1].body, parts[1].end)
    kind, expected = _VIRTUAL.get(der.dotted(der.content(data, parts[0])), (OTHER, held.tag))
    value = der.content(data, held)
    return AltName(kind if held.tag == expected and value and 0 not in value else OTHER, value)


def _directory(data: bytes, one: Item) -> AltName | None:
    names = rdn_sequence(data, der.item(data, one.body, one.end))
    if not names:
        return None
    return AltName(DIRECTORY, relative_text(names) or b"")


def general_names(data: bytes, parent: Item) -> tuple[AltName, ...]:
    """Read general names up to the first directory name without content, where GnuTLS stops; raises DERError."""
    elements = der.items(data, parent.body, parent.end, EXPLICIT_NAME)
    names = [general_name(data, one) for one in elements]
    read = names[: names.index(None)] if None in names else names
    if any(one is not None and (one.kind in (X400, EDI) or one == AltName(DIRECTORY, b"")) for one in read):
        raise GnuTLSUnreadable("a name is of a kind that GnuTLS does not know, or is empty", "X509_UNKNOWN_SAN")
    return tuple(one for one in read if one is not None)


def subject_names(value: bytes) -> tuple[AltName, ...]:
    """Read the value of a subjectAltName or issuerAltName; raises DERError, also for an empty name."""
    names = general_names(value, der.whole(value, der.SEQUENCE))
    if any(not one.value and one.kind != OTHER for one in names):
        raise GnuTLSUnreadable("a subjectAltName is empty", "X509_UNKNOWN_SAN")
    return names
