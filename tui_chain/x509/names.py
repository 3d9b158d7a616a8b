"""Names: how distinguished names are written and compared, and which hosts a certificate covers."""

from __future__ import annotations

import ipaddress
import string
from dataclasses import dataclass

from cryptography import x509

from tui_chain.core.ip import IPAddress, parse_ip
from tui_chain.core.text import safe_text
from tui_chain.x509.der import CONTEXT, Element
from tui_chain.x509.distinguished_names import MAX_NAME, CanonicalName, DistinguishedName

__all__ = [
    "MAX_NAME",
    "AlternativeNames",
    "CanonicalName",
    "IPAddress",
    "canonical",
    "common_name",
    "general_name_text",
    "general_names",
    "general_uri",
    "parse_ip",
    "rfc4514",
]


def rfc4514(name: x509.Name) -> str:
    """Write a distinguished name as RFC 4514 text, safe for a terminal; an empty name reads `(empty name)`."""
    return DistinguishedName.from_der(name.public_bytes()).text


def canonical(name: x509.Name) -> CanonicalName:
    """Return the form of `name` that compares equal where OpenSSL and RFC 5280 section 7.1 say it does."""
    return DistinguishedName.from_der(name.public_bytes()).canonical


def common_name(name: x509.Name) -> str | None:
    """Return the last common name of `name`, safe for a terminal, or None."""
    return DistinguishedName.from_der(name.public_bytes()).common_name


def general_name_text(name: x509.GeneralName) -> str:
    """Say a GeneralName (RFC 5280 section 4.2.1.6) as safe text with its kind, such as `DNS:example.com`."""
    if isinstance(name, x509.DirectoryName):
        return f"directory:{rfc4514(name.value)}"
    if isinstance(name, x509.OtherName):
        return f"other:{name.type_id.dotted_string}"
    if isinstance(name, x509.RegisteredID):
        return f"OID:{name.value.dotted_string}"
    return f"{_KINDS.get(type(name), 'other')}:{safe_text(str(name.value))}"


_KINDS: dict[type[x509.GeneralName], str] = {
    x509.DNSName: "DNS",
    x509.IPAddress: "IP",
    x509.RFC822Name: "email",
    x509.UniformResourceIdentifier: "URI",
}


@dataclass(frozen=True)
class AlternativeNames:
    """What a subjectAltName covers: DNS names and IP addresses (RFC 5280 section 4.2.1.6).

    `dns` is raw, not safe to print. `others` are the names that stand for no TLS server, such as
    `email:a@b.example`, as safe text.
    """

    dns: tuple[str, ...] = ()
    ips: tuple[IPAddress, ...] = ()
    others: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.dns or self.ips)

    def covers(self, host: str) -> bool:
        """Tell whether `host`, an ASCII host name or IP literal, is covered (RFC 9525 section 6).

        The common name does not count. A wildcard stands for one whole left-most label of letters, digits and
        hyphens, and not directly above a top-level domain, as in OpenSSL. One trailing dot of the host is the
        root's and is not looked at; one in the certificate makes the name match nothing.
        """
        address = parse_ip(host)
        if address is not None:
            return address in self.ips
        wanted = host.lower().removesuffix(".")
        return any(_dns_covers(pattern.lower(), wanted) for pattern in self.dns)

    def texts(self) -> tuple[str, ...]:
        """Every host name and address, as safe text."""
        return tuple(safe_text(name) for name in self.dns) + tuple(str(ip) for ip in self.ips)


def general_names(sequence: Element) -> AlternativeNames:
    """Read the DNS names and IP addresses of a GeneralNames element, and pass over what it cannot read.

    OpenSSL matches hosts against a subjectAltName that cryptography refuses for one odd entry. Raises DERError
    only where the elements themselves are cut.
    """
    dns: list[str] = []
    ips: list[IPAddress] = []
    for name in sequence.children():
        if name.tag == _DNS:
            dns.append(name.content.decode("latin-1"))
        elif name.tag == _IP and len(name.content) in {4, 16}:
            ips.append(ipaddress.ip_address(name.content))
    return AlternativeNames(tuple(dns), tuple(ips))


_PRIMITIVE = CONTEXT - 0x20
_DNS, _URI, _IP = _PRIMITIVE + 2, _PRIMITIVE + 6, _PRIMITIVE + 7


def general_uri(name: Element) -> str | None:
    """Return the URI that a GeneralName is, raw, or None for another kind."""
    return name.content.decode("latin-1") if name.tag == _URI else None


_LABEL = frozenset(string.ascii_lowercase + string.digits + "-")


def _dns_covers(pattern: str, host: str) -> bool:
    if not host or ".." in host:
        return False
    if not pattern.startswith("*."):
        return pattern == host and "*" not in pattern
    label, _, parent = host.partition(".")
    return bool(label) and _LABEL.issuperset(label) and parent == pattern[2:] and "." in parent and "*" not in parent
