"""Texts as Java 17 reads them: object identifiers, addresses, host names with IDNA, and URIs (java.net)."""

from __future__ import annotations

import ipaddress
import re
from encodings import idna
from typing import NamedTuple

from tui_chain.clients.engines.java.refusal import JavaUnreadable
from tui_chain.x509.der import OID, DERError, Element, dotted

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


def read_oid(one: Element) -> str:
    """Read an OBJECT IDENTIFIER as dotted text; raises DERError, also where a number has a useless octet."""
    content = one.expect(OID).content
    if any(octet == _PADDING and (at == 0 or content[at - 1] < _PADDING) for at, octet in enumerate(content)):
        raise DERError("an object identifier with a useless octet")
    return dotted(content)


_PADDING = 0x80


def is_dns_name(name: str) -> bool:
    """Tell whether it is a host name to Java (sun.security.x509.DNSName from a string): labels as in RFC 1123."""
    return len(name) <= 253 and are_labels(name)


def are_labels(name: str) -> bool:
    """Tell whether each part between dots is a label of letters, digits and inner hyphens, at most 63 octets."""
    return all(len(label) <= 63 and _LABEL.fullmatch(label) for label in name.split("."))


def is_ip_literal(text: str) -> bool:
    """Tell whether Java takes it for an address (sun.net.util.IPAddressUtil): also IPv4 of one to three numbers."""
    if ":" in text:
        return _is_ipv6(text)
    parts = text.split(".")
    if len(text) > 15 or len(parts) > 4 or not all(part.isascii() and part.isdigit() for part in parts):
        return False
    limits = [256] * (len(parts) - 1) + [256 ** (5 - len(parts))]
    return all(int(part) < limit for part, limit in zip(parts, limits, strict=True))


def _is_ipv6(text: str) -> bool:
    try:
        return bool(ipaddress.IPv6Address(text.partition("%")[0]))
    except ValueError:
        return False


def address(text: str) -> bytes | None:
    """Return the octets of an address literal (InetAddress.getByName), or None; IPv4 in IPv6 is IPv4."""
    if ":" not in text:
        return _ipv4(text) if "." in text and is_ip_literal(text) else None
    try:
        found = ipaddress.IPv6Address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped.packed if found.ipv4_mapped else found.packed


def plain_address(packed: object) -> bytes | None:
    """Return the octets of an address in a certificate, IPv4 in IPv6 as IPv4, or None for a network or no address."""
    if not isinstance(packed, bytes) or len(packed) not in {4, 16}:
        return None
    return packed[12:] if packed[:12] == _MAPPED else packed


_MAPPED = bytes(10) + b"\xff\xff"


def _ipv4(text: str) -> bytes:
    """The last of fewer than four numbers fills the octets that are left."""
    *first, last = (int(part) for part in text.split("."))
    return bytes(first) + last.to_bytes(4 - len(first), "big")


def unicode_name(name: str) -> str | None:
    """Return a host name with its IDNA labels decoded (IDN.toUnicode of IDN.toASCII), None where Java throws."""
    try:
        labels = name.split(".")
        last = labels.pop() if labels[-1] == "" and len(labels) > 1 else None
        decoded = [_label(label) for label in labels]
    except UnicodeError:
        return None
    return ".".join(decoded if last is None else [*decoded, last])


def _label(label: str) -> str:
    if label.isascii() and not label.lower().startswith("xn--"):
        if not 1 <= len(label) <= 63:
            raise UnicodeError("a label of a wrong length")
        return label
    encoded = idna.ToASCII(label).decode("ascii")
    try:
        return idna.ToUnicode(encoded.lower())
    except UnicodeError:
        return encoded


def is_server_name(name: str) -> bool:
    """Tell whether SNIHostName takes it: letters, digits and inner hyphens, no dot at the end."""
    try:
        text = name if name.isascii() else ".".join(idna.ToASCII(label).decode("ascii") for label in name.split("."))
    except UnicodeError:
        return False
    return are_labels(text)


class JavaAddress(NamedTuple):
    """A URI of a name or constraint: its host with a leading dot kept, and whether that is a host name."""

    text: str
    host: str | None
    named: bool


_CHAR = r"[A-Za-z0-9_.!~*'();:@&=+$,\ufffd-]|%[0-9A-Fa-f]{2}"
_ANY = rf"(?:{_CHAR}|[/?\[\]])*"
_REST = rf"(?P<path>(?:{_CHAR}|/)*)(?:\?{_ANY})?(?:#{_ANY})?"
_HIERARCHY = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:(?://(?P<authority>[^/?#]*)(?=.)|(?=/)){_REST}")
_OPAQUE = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{_CHAR}|[?\[\]]){_ANY}(?:#{_ANY})?")
_NO_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_REGISTRY = re.compile(rf"(?:{_CHAR})*")
_SERVER = re.compile(rf"(?:(?:{_CHAR})*@)?(?P<host>\[[0-9A-Za-z:.%_]+\]|[A-Za-z0-9.-]+)(?::[0-9]*)?")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?")


def read_uri(text: str) -> JavaAddress:
    """Read a URI with a scheme whose host is a name, an address or none; raises Unreadable."""
    found = None if _NO_AUTHORITY.fullmatch(text) else _HIERARCHY.fullmatch(text)
    if found is None and not _OPAQUE.fullmatch(text):
        raise JavaUnreadable("no URI")
    host = _host(found["authority"] or "") if found else None
    if host is None:
        return JavaAddress(text, None, named=False)
    if host.startswith("["):
        if "%" in host or not is_ip_literal(host[1:-1]):
            raise JavaUnreadable("a URI with an IPv6 address that is none")
        return JavaAddress(text, host, named=False)
    if not is_dns_name(host):
        raise JavaUnreadable("a URI whose host is no name")
    return JavaAddress(text, host, named=True)


def _host(authority: str) -> str | None:
    """Return the host of an authority; None for one that is no server's, which the URI may have all the same."""
    server = _SERVER.fullmatch(authority)
    host = server["host"] if server else ""
    if host.startswith("[") or _HOST.fullmatch(host) or is_ip_literal(host):
        return host
    if not _REGISTRY.fullmatch(authority):
        raise JavaUnreadable("a URI whose authority is none")
    return None


def read_uri_constraint(text: str) -> JavaAddress:
    """Read a host, or a dot and a domain (URIName.nameConstraint); raises Unreadable."""
    if not is_dns_name(text.removeprefix(".")):
        raise JavaUnreadable("a URI constraint that is no host")
    return JavaAddress(text, text, named=True)
