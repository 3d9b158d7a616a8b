"""Distinguished names and host names: how they are written, compared and matched."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from cryptography import x509

from tui_chain.certs.text import safe_text

MAX_NAME = 160
"""Characters of a distinguished name that are shown; longer ones end in an ellipsis."""

CanonicalName = tuple[frozenset[tuple[str, str]], ...]
"""A distinguished name in the form in which OpenSSL compares it (X509_NAME canonical encoding)."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def rfc4514(name: x509.Name) -> str:
    """Write a distinguished name as RFC 4514 text, safe for a terminal; an empty name reads `(empty name)`."""
    return safe_text(name.rfc4514_string(), MAX_NAME) or "(empty name)"


def canonical(name: x509.Name) -> CanonicalName:
    """Return the form of `name` that compares equal where OpenSSL and RFC 5280 section 7.1 say it does.

    ASCII letters are folded, white space is trimmed and collapsed, string types are forgotten.
    """
    return tuple(
        frozenset((attribute.oid.dotted_string, _folded(attribute.value)) for attribute in rdn) for rdn in name.rdns
    )


def _folded(value: str | bytes) -> str:
    text = value if isinstance(value, str) else value.hex()
    return " ".join(text.split()).translate(_ASCII_LOWER)


_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def common_name(name: x509.Name) -> str | None:
    """Return the last common name of `name`, safe for a terminal, or None."""
    values = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    if not values or not isinstance(values[-1].value, str):
        return None
    return safe_text(values[-1].value, MAX_NAME)


@dataclass(frozen=True)
class AlternativeNames:
    """What a subjectAltName covers: DNS names and IP addresses (RFC 5280 section 4.2.1.6)."""

    dns: tuple[str, ...] = ()
    ips: tuple[IPAddress, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.dns or self.ips)

    def covers(self, host: str) -> bool:
        """Tell whether `host`, an ASCII host name or IP literal, is covered (RFC 6125, RFC 9525 section 6).

        The common name does not count, and a wildcard stands for one whole left-most label.
        """
        address = parse_ip(host)
        if address is not None:
            return address in self.ips
        return any(_dns_covers(pattern, host) for pattern in self.dns)

    def texts(self) -> tuple[str, ...]:
        """Every name in its order, as safe text."""
        return tuple(safe_text(name) for name in self.dns) + tuple(str(ip) for ip in self.ips)


def parse_ip(text: str) -> IPAddress | None:
    """Return the IP address that `text` is, without a zone, or None for a name."""
    try:
        return ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return None


def _dns_covers(pattern: str, host: str) -> bool:
    pattern, host = (name.lower().removesuffix(".") for name in (pattern, host))
    if not pattern.startswith("*."):
        return pattern == host and "*" not in pattern
    label, _, parent = host.partition(".")
    return bool(label) and parent == pattern[2:] and "." in parent and "*" not in parent
