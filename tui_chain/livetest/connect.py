"""The connection that a live test is made over: straight to the host, or through a proxy."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

from tui_chain.core.failure import Failure
from tui_chain.livetest.attempt import Stopwatch
from tui_chain.livetest.tunnel import ProxyTrouble, tunnel
from tui_chain.net.connection import connect
from tui_chain.net.lookup import lookup
from tui_chain.net.proxy import Proxy, read_proxy
from tui_chain.net.target import Target


@dataclass(frozen=True)
class LiveConnection:
    """A connected, non-blocking socket; `address` is the IP that answered, None where a proxy looked it up."""

    sock: socket.socket
    address: str | None


@asynccontextmanager
async def open_connection(
    target: Target, address: str | None, proxy: str | None, watch: Stopwatch
) -> AsyncIterator[LiveConnection]:
    """Connect to `target`, at `address` if one is given, or by way of `proxy`; raises OSError or ProxyTrouble.

    `watch` takes the times of lookup and connect; through a proxy that is all one step. There is no deadline here.
    """
    if proxy is not None:
        watch.begin("connect", of="the proxy")
        async with tunnel(_known(proxy), target) as sock:
            watch.end("connect")
            yield LiveConnection(sock, None)
        return
    watch.begin("lookup")
    addresses = await lookup(address or target.host)
    watch.end("lookup")
    watch.begin("connect")
    sock, found = await connect(addresses, target.port)
    watch.end("connect")
    with closing(sock):
        yield LiveConnection(sock, found.ip)


def _known(url: str) -> Proxy:
    proxy = read_proxy(url)
    if isinstance(proxy, Failure):
        raise ProxyTrouble(proxy.message[:1].lower() + proxy.message[1:].rstrip("."))
    return proxy
