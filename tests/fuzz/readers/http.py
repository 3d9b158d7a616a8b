"""What servers of HTTP and proxies answer, read over real sockets by the client that fetches."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from tests.fuzz.mutations import BYTES, TEXT
from tests.fuzz.reader import Reader
from tui_chain.net import connection
from tui_chain.net.errors import AnswerTooLarge, BrokenHTTP, ProxyTrouble
from tui_chain.net.http1 import Bounds
from tui_chain.net.http_client import ClientRequest, HTTPExchange
from tui_chain.net.lookup import Address
from tui_chain.net.proxy import Proxy
from tui_chain.net.route import Route
from tui_chain.net.tunnel import tunnel

_SENT = 48 << 10
"""Bytes that a pair of sockets takes at once."""
_BODY = 8 << 10
_HERE = Address("127.0.0.1", socket.AF_INET)
_STATUS = range(200, 1000)
_SOCKS = "socks5h://127.0.0.1:1080"
_PROXIES = (Proxy("http://127.0.0.1:3128"), Proxy(_SOCKS), Proxy(_SOCKS, (b"user", b"password")))
_VERSION = re.compile(r"HTTP/[0-9.]{1,3}")


class _HTTP2(HTTPExchange):
    """Speaks HTTP/2 without the handshake that would agree on it."""

    http2 = True


def http1(data: bytes) -> object:
    """A server's answer over HTTP/1.1."""
    return asyncio.run(_answer(HTTPExchange, data[:_SENT]))


def http2(data: bytes) -> object:
    """A server's frames of HTTP/2."""
    return asyncio.run(_answer(_HTTP2, data[:_SENT]))


async def _answer(kind: type[HTTPExchange], data: bytes) -> object:
    request = ClientRequest("host.test", 80, b"/", [(b"Host", b"host.test")])
    exchange = kind(Route((_HERE,)), Bounds(body=_BODY))
    size = 0
    with _sent(data):
        async with exchange.send(request) as reply:
            assert reply.status in _STATUS, reply.status
            assert _VERSION.fullmatch(reply.http_version), reply.http_version
            async for piece in reply.pieces:
                size += len(piece)
            assert size <= _BODY
    return reply.status, reply.reason, reply.http_version


def proxy(data: bytes) -> object:
    """A proxy's answer to CONNECT, and to SOCKS 5 with and without login: a tunnel, or a sentence."""
    data = data[:_SENT]
    return [asyncio.run(_tunnelled(one, data)) for one in _PROXIES]


async def _tunnelled(chosen: Proxy, data: bytes) -> str:
    with _sent(data):
        try:
            async with tunnel(chosen, "host.test", 443) as stream:
                through = b""
                while piece := await stream.read(4096):
                    through += piece
        except ProxyTrouble as trouble:
            return str(trouble)
    # nothing of what comes through a tunnel is lost, added or changed
    assert data.endswith(through)
    return "open"


@contextmanager
def _sent(data: bytes) -> Iterator[None]:
    """Make every connection a new one whose other side has sent `data` and closed."""
    others: list[socket.socket] = []

    async def connect(addresses: tuple[Address, ...], port: int) -> tuple[socket.socket, Address]:
        del port
        ours, theirs = socket.socketpair()
        others.append(theirs)
        ours.setblocking(False)
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        return ours, addresses[0]

    with patch.object(connection, "connect", connect):
        try:
            yield
        finally:
            for theirs in others:
                theirs.close()


_HEADERS = (b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"HTTP/1.1 ", b"\r\n\r\n", b"0\r\n\r\n")
READERS = (
    Reader("http1", http1, (*TEXT, *BYTES), (BrokenHTTP, AnswerTooLarge), _HEADERS, count=600),
    Reader("http2", http2, BYTES, (BrokenHTTP, AnswerTooLarge), count=600),
    Reader("proxy-answer", proxy, (*TEXT, *BYTES), tokens=_HEADERS, count=200),
)
