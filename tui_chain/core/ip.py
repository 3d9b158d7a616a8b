"""IP addresses as text; apart from names, so that reading a target loads nothing of X.509."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@lru_cache(maxsize=256)
def parse_ip(text: str) -> IPAddress | None:
    """Return the IP address that `text` is, an IPv6 one without its zone, or None for a name."""
    if ":" not in text and not text[-1:].isdigit():
        return None  # a name, most often: to find out by two refusals takes longer
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return ipaddress.IPv6Address(int(address)) if address.version == 6 else address
