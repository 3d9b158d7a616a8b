"""Where the fetches of one host may go, since what a certificate names is an attacker's input: law 7."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from tui_chain.core.command import ALL
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.x509.names import IPAddress, parse_ip

MAX_CONNECTIONS = 40
"""Connections of all fetches of one host, redirects included."""
LEAST_PORT = 1024
"""Ports below belong to services of the system, which a request could be meant for: mail, SSH, printers."""
USUAL_PORTS = {"http": 80, "https": 443}
"""The ports of URLs that name none."""
WEB_PORTS = frozenset(USUAL_PORTS.values())
NEEDS_CONSENT = "only with your consent"
"""How the text of what the user may lift ends."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_THIS_HOST = ipaddress.ip_network("0.0.0.0/8")
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            # IANA's IPv4 special-purpose registry (RFC 6890); Oracle's metadata service is in 192.0.0.0/24, and that
            # of Alibaba, 100.100.100.200, in the shared space of RFC 6598
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            # Azure's host service: a public address that answers only inside
            "168.63.129.16/32",
            # of IPv6 what lies in 2000::/3: protocol assignments with Teredo (RFC 2928), documentation (RFC 3849,
            # RFC 9637)
            "2001::/23",
            "2001:db8::/32",
            "3fff::/20",
        ),
    )
)
"""Ranges that are never public. Not Python's `is_global`, whose table differs from version to version."""


class Reach(StrEnum):
    """Where an address leads."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "loopback"
    LINK_LOCAL = "link-local"


def reach(address: str) -> Reach:
    """Say where an IP address leads; what is reserved, shared, multicast or no address counts as private.

    IPv4 addresses inside IPv6 ones (mapped, 6to4, NAT64) are judged as themselves, those of Teredo are all private.
    The unspecified address is loopback, since Linux connects it to itself. Of IPv6 only 2000::/3 is public (RFC 4291
    section 2.4).
    """
    ip = parse_ip(address)
    if ip is None:
        return Reach.PRIVATE
    inner = _inner(ip)
    if inner.is_loopback or inner.is_unspecified or inner in _THIS_HOST:
        return Reach.LOOPBACK
    if inner.is_link_local:
        return Reach.LINK_LOCAL
    public = not _is_special(inner) and (inner.version == 4 or inner in _GLOBAL_UNICAST)
    return Reach.PUBLIC if public else Reach.PRIVATE


def _is_special(ip: IPAddress) -> bool:
    return any(ip in network for network in _NOT_PUBLIC)


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


class SocketAddress(NamedTuple):
    """An IP address as `parse_ip` writes it, or a name that only a proxy knows, and a port."""

    address: str
    port: int

    def __str__(self) -> str:
        """As people write it: `10.0.0.1:80`, `[fd00::1]:80`."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def socket_address(address: str, port: int) -> SocketAddress:
    """The place of an address in whatever spelling, or of a name."""
    ip = parse_ip(address)
    return SocketAddress(address.rstrip(".").lower() if ip is None else str(ip), port)


def read_socket_address(text: str) -> SocketAddress | Failure:
    """Read `ADDRESS:PORT` or `[V6]:PORT`; a failure of the kind `usage` says what is wrong."""
    written, _, port = text.strip().rpartition(":")
    bracketed = written.startswith("[") and written.endswith("]")
    address = written[1:-1] if bracketed else written
    good = port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536
    if not good or not address or bracketed != (":" in address) or (bracketed and parse_ip(address) is None):
        return Failure("usage", f"{safe_text(text, 80)!r} is no address with a port.", "Write it as 10.0.0.1:80.")
    refused = port_refusal(int(port))
    return (
        socket_address(address, int(port))
        if refused is None
        else Failure("usage", f"{refused}.", "Name another port.")
    )


def port_refusal(port: int) -> str | None:
    """Why no fetch goes to a port, or None."""
    if port >= LEAST_PORT or port in WEB_PORTS:
        return None
    return f"port {port} is never asked; below {LEAST_PORT} only 80 and 443 are"


class FetchRefusedError(Exception):
    """A fetch that the bounds forbid or that brought nothing; the text is plain text, safe for a terminal.

    `hint` says what to do about it, where there is something, `address` which IP or proxy it was sent to.
    """

    def __init__(self, text: str, hint: str = "", address: str | None = None) -> None:
        super().__init__(text)
        self.hint = hint
        self.address = address


class ConsentNeededError(FetchRefusedError):
    """A fetch that would lead to an address inside: `place`, of a `kind`, asked for `url` (safe text)."""

    def __init__(self, place: SocketAddress, kind: Reach, url: str = "") -> None:
        super().__init__(f"{place.address} is a {kind} address; it is asked {NEEDS_CONSENT}")
        self.place = place
        self.kind = kind
        self.url = url


class BoundReachedError(FetchRefusedError):
    """A host's connections are spent: a matter of that host, and none of the URL."""


@dataclass(frozen=True)
class PrivateConsent:
    """What the user allowed before the run of addresses that are not public: all, or single places."""

    everywhere: bool = False
    places: frozenset[SocketAddress] = frozenset()


NO_CONSENT = PrivateConsent()


def read_consent(given: Iterable[str]) -> PrivateConsent | Failure:
    """Read the values of `--allow-private-aia`: `all`, or places."""
    everywhere, places = False, set()
    for text in given:
        place = None if text == ALL else read_socket_address(text)
        if isinstance(place, Failure):
            return place
        everywhere |= place is None
        places |= set() if place is None else {place}
    return PrivateConsent(everywhere, frozenset(places))


def problem_of_places(given: Iterable[str]) -> str | None:
    """What is wrong with the values of `--allow-private-aia`, as sentences."""
    found = read_consent(given)
    return str(found) if isinstance(found, Failure) else None


OnPrivate = Callable[[str, SocketAddress], None]
"""Hears of a place that is asked by consent, with its URL as safe text."""


def unheard(_url: str, _place: SocketAddress) -> None:
    """Nobody wants to know."""


@dataclass(eq=False)
class Connections:
    """Counts the connections of one host's fetches, of which `most` are made.

    `on_private` hears of each place that is asked by consent, with its URL as safe text.
    """

    most: int = MAX_CONNECTIONS
    made: int = 0
    on_private: OnPrivate = unheard

    @property
    def left(self) -> int:
        """How many may still be made."""
        return self.most - self.made

    def check(self) -> None:
        """Raise BoundReachedError where none may be made any more."""
        if self.left <= 0:
            raise BoundReachedError(f"stopped after {self.most} connections in all")


@dataclass(frozen=True)
class Permission:
    """Where the fetches of one host may go: to addresses of the `free` kinds, and where the user consented to.

    Two are equal that allow the same by the same way: an answer to the one answers the other. `proxy` is the URL of a
    proxy that the user named, empty for none at all, None for that of the environment; `usual_proxy` is the one where
    that names none. `connections` counts what was made of it.
    """

    free: frozenset[Reach]
    consent: PrivateConsent = NO_CONSENT
    proxy: str | None = field(default=None, repr=False)
    usual_proxy: str | None = None
    connections: Connections = field(default_factory=Connections, compare=False)

    def with_place(self, place: SocketAddress) -> Permission:
        """The same with one more place; connections are counted together."""
        return replace(self, consent=replace(self.consent, places=self.consent.places | {place}))

    def allows(self, address: str, port: int) -> bool:
        """Whether an address, or a name that only a proxy knows, may be asked at a port."""
        consent = self.consent
        return consent.everywhere or reach(address) in self.free or socket_address(address, port) in consent.places

    def note(self, url: str, place: SocketAddress) -> None:
        """Report a place that is asked, if it needed consent."""
        if reach(place.address) not in self.free:
            self.connections.on_private(safe_text(url), place)


def permission(
    host_address: str | None,
    consent: PrivateConsent = NO_CONSENT,
    connections: Connections | None = None,
    *,
    proxy: str | None = None,
    usual_proxy: str | None = None,
) -> Permission:
    """Where fetches for a host may lead: to public addresses, to loopback if it was reached there, and by consent."""
    local = host_address is not None and reach(host_address) is Reach.LOOPBACK
    free = frozenset({Reach.PUBLIC, Reach.LOOPBACK} if local else {Reach.PUBLIC})
    return Permission(free, consent, proxy, usual_proxy, connections if connections is not None else Connections())
