"""The way to a host that a live test is made over: straight, or through a proxy; as a route, or as a socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.livetest.attempt import Stopwatch
from tui_chain.net.connection import connect
from tui_chain.net.errors import ProxyTrouble
from tui_chain.net.lookup import lookup
from tui_chain.net.proxy import Proxy, Route, read_proxy
from tui_chain.net.target import Target

if TYPE_CHECKING:
    from httpcore import AsyncNetworkStream

CHUNK = 16 * 1024


async def find_way(target: Target, address: str | None, proxy: str | None, watch: Stopwatch) -> Route:
    """The addresses of `target`, `address` alone if one is given, or the proxy; raises OSError or ProxyTrouble.

    A proxy has no addresses beside it, unless names are looked up for it here. `watch` takes the time of a lookup.
    """
    known = _known(proxy) if proxy is not None else None
    if known is not None and not known.looks_up_here:
        return Route(proxy=known)
    watch.begin("lookup")
    addresses = await lookup(address or target.host)
    watch.end("lookup")
    return Route(addresses, known)


def _known(url: str) -> Proxy:
    proxy = read_proxy(url)
    if isinstance(proxy, Failure):
        raise ProxyTrouble(proxy.message[:1].lower() + proxy.message[1:].rstrip("."))
    return proxy


@dataclass(frozen=True)
class LiveConnection:
    """A connected, non-blocking socket; `address` is the IP that answered, None where a proxy connected."""

    sock: socket.socket
    address: str | None


@asynccontextmanager
async def open_connection(
    target: Target, address: str | None, proxy: str | None, watch: Stopwatch
) -> AsyncIterator[LiveConnection]:
    """Connect to `target`, at `address` if one is given, or by way of `proxy`; raises OSError or ProxyTrouble.

    For what is no HTTP: STARTTLS, and handshakes as client families make them. `watch` takes the times of lookup and
    connect; through a proxy the latter is all one step. There is no deadline here.
    """
    way = await find_way(target, address, proxy, watch)
    if way.proxy is not None:
        from tui_chain.net.tunnel import tunnel  # httpcore: of these, only who has a proxy needs it

        watch.begin("connect", of="the proxy")
        host = way.addresses[0].ip if way.addresses else target.host
        async with tunnel(way.proxy, host, target.port) as stream, _as_socket(stream) as sock:
            watch.end("connect")
            yield LiveConnection(sock, None)
        return
    watch.begin("connect")
    sock, found = await connect(way.addresses, target.port)
    watch.end("connect")
    with closing(sock):
        yield LiveConnection(sock, found.ip)


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
        while data := await loop.sock_recv(theirs, CHUNK):
            await stream.write(data)


async def _back(stream: AsyncNetworkStream, theirs: socket.socket) -> None:
    """Carry what comes, and its end."""
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while data := await stream.read(CHUNK):
            await loop.sock_sendall(theirs, data)
    with suppress(OSError):
        theirs.shutdown(socket.SHUT_WR)
