"""Name constraints as a value (RFC 5280 section 4.2.1.10)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509

from tui_chain.x509.distinguished_names import CanonicalName
from tui_chain.x509.names import canonical, general_name_text

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Subtrees:
    """Name spaces: DNS domains in lower case, IP networks, and prefixes of distinguished names.

    `texts` say each of them, the forms that stand for no TLS server too, as safe text such as
    `DNS:example.com`.
    """

    dns: tuple[str, ...] = ()
    ips: tuple[IPNetwork, ...] = ()
    directories: tuple[CanonicalName, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class NameConstraints:
    """Which names the certificates below a CA may carry; a form with no `permitted` entry is free."""

    permitted: Subtrees
    excluded: Subtrees

    @property
    def texts(self) -> tuple[str, ...]:
        """Each constraint as safe text, such as `permitted DNS:example.com`."""
        permitted = tuple(f"permitted {word}" for word in self.permitted.texts)
        return permitted + tuple(f"excluded {word}" for word in self.excluded.texts)


def name_constraints(extension: x509.NameConstraints) -> NameConstraints:
    """Turn cryptography's value into ours."""
    return NameConstraints(
        _subtrees(extension.permitted_subtrees or ()), _subtrees(extension.excluded_subtrees or ())
    )


def _subtrees(names: Iterable[x509.GeneralName]) -> Subtrees:
    listed = tuple(names)
    return Subtrees(
        tuple(name.value.lower() for name in listed if isinstance(name, x509.DNSName)),
        tuple(network for network in map(_network, listed) if network is not None),
        tuple(canonical(name.value) for name in listed if isinstance(name, x509.DirectoryName)),
        tuple(general_name_text(name) for name in listed),
    )


def _network(name: x509.GeneralName) -> IPNetwork | None:
    found = name.value if isinstance(name, x509.IPAddress) else None
    return found if isinstance(found, (ipaddress.IPv4Network, ipaddress.IPv6Network)) else None
