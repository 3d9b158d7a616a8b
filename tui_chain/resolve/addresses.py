"""Which addresses a fetch may go to: AIA is an attacker's input."""

from __future__ import annotations

import ipaddress
from enum import StrEnum

from tui_chain.certs.names import IPAddress, parse_ip

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Reach(StrEnum):
    """Where an address leads."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "loopback"
    LINK_LOCAL = "link-local"


def reach(address: str) -> Reach:
    """Say where an IP address leads; what is reserved, shared, multicast or no address counts as private.

    IPv4 addresses inside IPv6 ones (mapped, 6to4, NAT64) are judged as themselves.
    """
    ip = parse_ip(address)
    if ip is None:
        return Reach.PRIVATE
    inner = _inner(ip)
    if inner.is_loopback:
        return Reach.LOOPBACK
    if inner.is_link_local:
        return Reach.LINK_LOCAL
    return Reach.PUBLIC if inner.is_global and not inner.is_multicast else Reach.PRIVATE


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
