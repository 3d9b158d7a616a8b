"""Which addresses a fetch may go to, since AIA is an attacker's input, and the errors of one that may not."""

from __future__ import annotations

import ipaddress
from enum import StrEnum

from tui_chain.x509.names import IPAddress, parse_ip

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_THIS_HOST = ipaddress.ip_network("0.0.0.0/8")


_METADATA = frozenset(map(ipaddress.ip_address, ("168.63.129.16",)))
"""Azure's host service: a public address that answers only inside."""
_SPECIAL = ipaddress.ip_network("192.0.0.0/24")
"""IETF protocol assignments (RFC 6890), where Oracle's metadata service lives; some Pythons call parts global."""


class Reach(StrEnum):
    """Where an address leads."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "loopback"
    LINK_LOCAL = "link-local"


def reach(address: str) -> Reach:
    """Say where an IP address leads; what is reserved, shared, multicast or no address counts as private.

    IPv4 addresses inside IPv6 ones (mapped, 6to4, NAT64) are judged as themselves. The unspecified address is
    loopback, since Linux connects it to itself. Of IPv6 only 2000::/3 is public (RFC 4291 section 2.4).
    """
    ip = parse_ip(address)
    if ip is None:
        return Reach.PRIVATE
    inner = _inner(ip)
    if inner.is_loopback or inner.is_unspecified or inner in _THIS_HOST:
        return Reach.LOOPBACK
    if inner.is_link_local:
        return Reach.LINK_LOCAL
    if inner in _METADATA or inner in _SPECIAL:
        return Reach.PRIVATE
    public = inner.is_global and not inner.is_multicast and (inner.version == 4 or inner in _GLOBAL_UNICAST)
    return Reach.PUBLIC if public else Reach.PRIVATE


def allowed_reach(host_address: str | None, *, consent: bool) -> frozenset[Reach]:
    """Where AIA may lead: to public addresses, to the kind at which the host was reached, by consent anywhere."""
    if consent:
        return frozenset(Reach)
    return frozenset({Reach.PUBLIC} | ({reach(host_address)} if host_address is not None else set()))


def _inner(ip: IPAddress) -> IPAddress:
    if not isinstance(ip, ipaddress.IPv6Address):
        return ip
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


class FetchRefusedError(Exception):
    """A fetch that the bounds forbid or that brought nothing; the text is plain text, safe for a terminal.

    `hint` says what to do about it, where there is something, `address` which IP or proxy it was sent to.
    """

    def __init__(self, text: str, hint: str = "", address: str | None = None) -> None:
        super().__init__(text)
        self.hint = hint
        self.address = address


class ConsentNeededError(FetchRefusedError):
    """A fetch that would lead to an address inside; `inside` and `kind` are what to ask the user about."""

    def __init__(self, address: str, kind: Reach) -> None:
        super().__init__(f"{address} is a {kind} address; it is asked only with your consent")
        self.inside = address
        self.kind = kind
