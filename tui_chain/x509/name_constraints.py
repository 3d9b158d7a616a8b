"""Name constraints as a value that can be asked (RFC 5280 section 4.2.1.10)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509

from tui_chain.x509.distinguished_names import CanonicalName
from tui_chain.x509.names import IPAddress, canonical, name_words

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Subtrees:
    """Name spaces: DNS domains in lower case, IP networks, and prefixes of distinguished names.

    `words` says each of them, the forms that stand for no TLS server too, as safe text such as
    `DNS:example.com`.
    """

    dns: tuple[str, ...] = ()
    ips: tuple[IPNetwork, ...] = ()
    directories: tuple[CanonicalName, ...] = ()
    words: tuple[str, ...] = ()

    def hold_dns(self, name: str) -> bool:
        """Tell whether a DNS name, or all that a wildcard stands for, lies in one of the domains."""
        return any(_in_domain(name.lower().removesuffix("."), domain) for domain in self.dns)

    def meet_dns(self, name: str) -> bool:
        """Tell whether a DNS name, or anything that a wildcard stands for, lies in one of the domains."""
        lower = name.lower().removesuffix(".")
        return self.hold_dns(name) or (
            lower.startswith("*.") and any(domain.partition(".")[2] == lower[2:] for domain in self.dns)
        )

    def hold_ip(self, address: IPAddress) -> bool:
        """Tell whether an IP address lies in one of the networks."""
        return any(address in network for network in self.ips)

    def hold_directory(self, name: CanonicalName) -> bool:
        """Tell whether a distinguished name begins with one of the prefixes."""
        return any(name[: len(prefix)] == prefix for prefix in self.directories)


@dataclass(frozen=True)
class NameConstraints:
    """Which names the certificates below a CA may carry; a form with no `permitted` entry is free."""

    permitted: Subtrees
    excluded: Subtrees

    def allows_dns(self, name: str) -> bool:
        """Tell whether a certificate below may carry this DNS name; wildcards are taken as all they stand for."""
        return not self.excluded.meet_dns(name) and (not self.permitted.dns or self.permitted.hold_dns(name))

    def allows_ip(self, address: IPAddress) -> bool:
        """Tell whether a certificate below may carry this IP address."""
        return not self.excluded.hold_ip(address) and (not self.permitted.ips or self.permitted.hold_ip(address))

    def allows_directory(self, name: CanonicalName) -> bool:
        """Tell whether a certificate below may have this subject; an empty one is always free."""
        if not name:
            return True
        permitted = self.permitted
        return not self.excluded.hold_directory(name) and (
            not permitted.directories or permitted.hold_directory(name)
        )

    @property
    def words(self) -> tuple[str, ...]:
        """Each constraint as safe text, such as `permitted DNS:example.com`."""
        permitted = tuple(f"permitted {word}" for word in self.permitted.words)
        return permitted + tuple(f"excluded {word}" for word in self.excluded.words)


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
        tuple(name_words(name) for name in listed),
    )


def _network(name: x509.GeneralName) -> IPNetwork | None:
    found = name.value if isinstance(name, x509.IPAddress) else None
    return found if isinstance(found, (ipaddress.IPv4Network, ipaddress.IPv6Network)) else None


def _in_domain(name: str, domain: str) -> bool:
    """An empty domain holds all; a leading dot, which RFC 5280 has for URIs only, asks for a name below it."""
    if domain.startswith("."):
        return name.endswith(domain)
    return not domain or name == domain or name.endswith("." + domain)
