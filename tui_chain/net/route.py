"""The route to a target or to a URL: addresses that may be connected to, or a proxy; and the connection by it."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.net import connection
from tui_chain.net.addresses import (
    USUAL_PORTS,
    ConsentNeededError,
    FetchRefusedError,
    Permission,
    Reach,
    port_refusal,
    reach,
    socket_address,
)
from tui_chain.net.errors import ProxyTrouble
from tui_chain.net.lookup import Address, NameLookup, lookup
from tui_chain.net.proxy import Proxy, environment_proxy, is_excepted, proxy_for, read_proxy
from tui_chain.net.target import Target
from tui_chain.x509.names import parse_ip

if TYPE_CHECKING:
    from httpcore import AsyncNetworkStream

_CHUNK = 16 * 1024
PROXY_LOOKUP_SECONDS = 1.0
"""How long a name is looked up here before the proxy alone has to know it."""


@dataclass(frozen=True)
class Route:
    """Addresses that may be connected to, or the proxy that connects; both where the proxy is given an address."""

    addresses: tuple[Address, ...] = ()
    proxy: Proxy | None = None


async def find_route(parts: SplitResult, permission: Permission) -> Route:
    """Judge where a URL leads and choose the route; raises FetchRefusedError, ConsentNeededError where it is inside.

    A proxy does its own lookup, so what it connects to cannot be pinned here: that is the proxy's business. Still
    nothing goes to it that leads inside as far as is known: addresses, names of local use, and names that this
    machine finds inside are judged first. What leads inside and is allowed is asked directly, since a proxy would
    take it for its own neighbourhood. A socks5 proxy is given the address that was judged, and not the name. The
    route is counted with the permission's connections.
    """
    port = _judged_port(parts)
    permission.connections.check()
    route = await _route(parts, permission, port)
    permission.connections.check()  # others had their turn meanwhile
    route = Route(_some(route.addresses, permission.connections.left), route.proxy)
    permission.connections.made += len(route.addresses) or 1
    for address in route.addresses:
        permission.note(parts.geturl(), socket_address(address.ip, port))
    return route


async def _route(parts: SplitResult, permission: Permission, port: int) -> Route:
    host, url = parts.hostname or "", safe_text(parts.geturl())
    proxy = _fetch_proxy(parts, permission)
    if proxy is None:
        return Route(_allowed(await _addresses(host), permission, port, url))
    try:
        async with asyncio.timeout(None if proxy.looks_up_here else PROXY_LOOKUP_SECONDS):
            addresses = await _addresses(host)
    except (FetchRefusedError, TimeoutError):
        if proxy.looks_up_here:
            raise
        _judge_local_name(host, permission, port, url)
        return Route(proxy=proxy)
    inside = tuple(address for address in addresses if reach(address.ip) is not Reach.PUBLIC)
    if inside:
        return Route(_allowed(inside, permission, port, url))
    return Route(addresses if proxy.looks_up_here else (), proxy)


def _fetch_proxy(parts: SplitResult, permission: Permission) -> Proxy | None:
    if permission.proxy is None:
        return proxy_for(parts, usual=permission.usual_proxy)
    return proxy_for(parts, {"all": permission.proxy})


def _judge_local_name(host: str, permission: Permission, port: int, url: str) -> None:
    """Refuse a name of local use that only the proxy could know, without consent."""
    if not local_name(host):
        return
    place = socket_address(safe_text(host, 100), port)
    if not permission.allows(*place):
        raise ConsentNeededError(place, Reach.PRIVATE, url)
    permission.note(url, place)


def _judged_port(parts: SplitResult) -> int:
    port = parts.port or USUAL_PORTS[parts.scheme]
    refused = port_refusal(port)
    if refused is not None:
        raise FetchRefusedError(refused)
    return port


MAX_OF_FAMILY = 2
"""Addresses of a name that are tried of IPv4 and of IPv6: each is a connection."""


def _some(addresses: tuple[Address, ...], left: int) -> tuple[Address, ...]:
    """The first addresses of each family, in their order, as many as connections are left."""
    counted: Counter[int] = Counter()
    chosen = []
    for address in addresses:
        counted[address.family] += 1
        if counted[address.family] <= MAX_OF_FAMILY:
            chosen.append(address)
    return tuple(chosen[:left])


async def _addresses(host: str) -> tuple[Address, ...]:
    try:
        return await lookup(host)
    except OSError:
        raise FetchRefusedError("its host name is not known") from None


def _allowed(addresses: tuple[Address, ...], permission: Permission, port: int, url: str) -> tuple[Address, ...]:
    chosen = tuple(address for address in addresses if permission.allows(address.ip, port))
    if not chosen:
        first = addresses[0].ip
        raise ConsentNeededError(socket_address(first, port), reach(first), url)
    return chosen


_LOCAL_SUFFIXES = ("localhost", "local", "internal", "intranet", "lan", "corp", "home", "private", "home.arpa")
"""Suffixes of names that are nobody's in the public DNS (RFC 6761, RFC 6762, RFC 8375, and ICANN's reserved ones)."""


def local_name(host: str) -> bool:
    """Whether a name, that is no address, can only mean a host inside: one label, or a suffix of local use."""
    name = host.rstrip(".").lower()
    if parse_ip(name) is not None:
        return False
    return "." not in name or name.endswith(tuple(f".{suffix}" for suffix in _LOCAL_SUFFIXES))


# a target


@dataclass(frozen=True)
class Proxies:
    """The proxies that a run's `environment` names; a target's own options beat them.

    They are not for loopback, but `everywhere`. `usual` is the URL of a proxy for hosts for which it names none,
    though its exceptions hold.
    """

    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    everywhere: bool = False
    usual: str | None = None

    def url_for(self, target: Target) -> str | None:
        """The URL of the proxy for a target, with its login, or None."""
        options = target.connection
        if options.direct or options.proxy is not None:
            return options.proxy
        if not self.everywhere and _is_loopback(target.connect_host):
            return None
        named = environment_proxy(self.environment, target)
        if named is None and self.usual is not None and not is_excepted(self.environment, target):
            return self.usual
        return named


def _is_loopback(host: str) -> bool:
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost") or reach(host) is Reach.LOOPBACK


async def target_route(target: Target, proxy_url: str | None, name_lookup: NameLookup = lookup) -> Route:
    """The addresses of what a target is connected to, or the proxy; raises OSError, and ProxyTrouble for its URL.

    A proxy has no addresses beside it, unless names are looked up for it here.
    """
    proxy = None if proxy_url is None else _read(proxy_url)
    if proxy is not None and not proxy.looks_up_here:
        return Route(proxy=proxy)
    return Route(_fitting(await name_lookup(target.connect_host), target), proxy)


def _read(url: str) -> Proxy:
    proxy = read_proxy(url)
    if isinstance(proxy, Failure):
        raise ProxyTrouble(proxy.message[:1].lower() + proxy.message[1:].rstrip("."))
    return proxy


def _fitting(addresses: tuple[Address, ...], target: Target) -> tuple[Address, ...]:
    """The addresses of the version of IP that the target's options ask for; raises OSError where there is none."""
    bound = None if target.connection.bind is None else parse_ip(target.connection.bind)
    versions = {target.connection.ip_version, None if bound is None else bound.version} - {None}
    families = {4: socket.AF_INET, 6: socket.AF_INET6}
    fitting = tuple(one for one in addresses if all(one.family == families[number] for number in versions if number))
    if not fitting:
        wanted = " and ".join(f"IPv{number}" for number in sorted(filter(None, versions)))
        raise NoSuchAddressError(f"{wanted} address")
    return fitting


class NoSuchAddressError(OSError):
    """A name has addresses, and none of the version of IP that was asked for; the text names that."""


@dataclass(frozen=True)
class OpenConnection:
    """A connected, non-blocking socket; `address` is the IP that answered, None where a proxy connected."""

    sock: socket.socket
    address: str | None


@asynccontextmanager
async def open_connection(target: Target, route: Route) -> AsyncIterator[OpenConnection]:
    """Connect to `target` by `route`; raises OSError or ProxyTrouble. There is no deadline here."""
    if route.proxy is None:
        sock, found = await connection.connect(route.addresses, target.connect_port, target.connection.bind)
        with closing(sock):
            yield OpenConnection(sock, found.ip)
        return
    from tui_chain.net.tunnel import tunnel  # httpcore: only who has a proxy needs it

    host = route.addresses[0].ip if route.addresses else target.connect_host
    async with tunnel(route.proxy, host, target.connect_port) as stream, _as_socket(stream) as sock:
        yield OpenConnection(sock, None)


@asynccontextmanager
async def _as_socket(stream: AsyncNetworkStream) -> AsyncIterator[socket.socket]:
    """Give a non-blocking socket whose other end is a tunnel, whose stream may have been read from already."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        pumps = (asyncio.create_task(_forth(theirs, stream)), asyncio.create_task(_back(stream, theirs)))
        try:
            yield ours
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)


async def _forth(theirs: socket.socket, stream: AsyncNetworkStream) -> None:
    """Carry what we send, until we are done or the proxy is gone."""
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while data := await loop.sock_recv(theirs, _CHUNK):
            await stream.write(data)


async def _back(stream: AsyncNetworkStream, theirs: socket.socket) -> None:
    """Carry what comes, and its end."""
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while data := await stream.read(_CHUNK):
            await loop.sock_sendall(theirs, data)
    with suppress(OSError):
        theirs.shutdown(socket.SHUT_WR)
