"""IP addresses as text; apart from names, so that reading a target loads nothing of X.509."""

from __future__ import annotations

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def parse_ip(text: str) -> IPAddress | None:
    """Return the IP address that `text` is, an IPv6 one without its zone, or None for a name."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return ipaddress.IPv6Address(int(address)) if address.version == 6 else address
