"""The HTTP client: one request over one connection, directly or through a proxy, bounded in all that comes back.

A direct request goes to an address that was judged before, whatever the name resolves to by now. httpcore speaks
HTTP, over streams of ours: its own pools choose their connections and look names up themselves.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple, cast

import httpcore
from httpcore import AsyncNetworkStream

from tui_chain.core.text import safe_text
from tui_chain.net import connection
from tui_chain.net.errors import AnswerTooLarge, NoConnection, broken
from tui_chain.net.http1 import USUAL, Bounds, HTTP1Connection
from tui_chain.net.route import Route
from tui_chain.net.streams import SocketStream, start_tls

HTTP_2, HTTP_1 = "h2", "http/1.1"
"""The protocols by their names in ALPN (RFC 7301)."""
Headers = list[tuple[bytes, bytes]]
Trace = Callable[[str], None]
"""Is called when a step begins or ends, with a name as httpcore's extension `trace` gives it."""


class ClientRequest(NamedTuple):
    """What is sent to `host` at `port`: `target` is path and query, `headers` begin with Host.

    `context` verifies the server, and is None for http; `protocols` are offered, the preferred one first.
    `server_name` is asked for, and verified where the context checks names; `judge` looks at the server before
    anything is sent, and raises OSError.
    """

    host: str
    port: int
    target: bytes
    headers: Headers
    context: ssl.SSLContext | None = None
    method: bytes = b"GET"
    protocols: tuple[str, ...] = (HTTP_1,)
    server_name: str | None = None
    judge: Callable[[ssl.SSLObject], None] | None = None

    @property
    def url(self) -> httpcore.URL:
        """The URL as httpcore has it, whose host chooses no connection."""
        scheme = b"http" if self.context is None else b"https"
        return httpcore.URL(scheme=scheme, host=b"server", port=self.port, target=self.target)

    @property
    def absolute(self) -> bytes:
        """The URL in full, as a proxy that forwards a request wants it (RFC 9112 section 3.2.2)."""
        return b"http://" + self.headers[0][1] + self.target


class HTTPReply(NamedTuple):
    """The head of an answer, and its body piece by piece as it comes.

    `reason` is safe for a terminal, the values of `headers` are not. Reading the body raises BrokenHTTP,
    AnswerTooLarge and OSError.
    """

    status: int
    reason: str
    http_version: str
    headers: Headers
    pieces: AsyncIterator[bytes]

    def header(self, name: bytes) -> str:
        """The first header of this lower-case name, or nothing."""
        return next((value.decode("latin-1") for known, value in self.headers if known.lower() == name), "")


def _nobody(_: str) -> None:
    """Where nobody takes the times."""


@dataclass
class HTTPExchange:
    """Sends one request by `route`; `bounds` are those of the server's answer, `trace` hears of the steps.

    `local` is the IP address that a direct connection comes from. `connected` is the IP that answered, or the first
    that was tried; it is empty through a proxy. `tls` is there once the handshake with the server is done.
    """

    route: Route
    bounds: Bounds = USUAL
    trace: Trace = _nobody
    local: str | None = None
    connected: str = ""
    tls: ssl.SSLObject | None = field(default=None, init=False)

    @asynccontextmanager
    async def send(self, request: ClientRequest) -> AsyncIterator[HTTPReply]:
        """Send a request and read the head of its answer; the connection ends with the block.

        Raises NoConnection, ProxyTrouble, BrokenHTTP, AnswerTooLarge, and OSError for what breaks an answer off.
        There is no deadline here: the caller has it.
        """
        async with AsyncExitStack() as undo:
            stream = await self._open(request, undo)
            if request.context is not None:
                stream = await self._encrypted(stream, request, request.context)
            yield await self._ask(stream, request)

    async def _open(self, request: ClientRequest, undo: AsyncExitStack) -> AsyncNetworkStream:
        """Connect: to the server, to a proxy that forwards, or through a tunnel."""
        proxy = self.route.proxy
        if proxy is None:
            return await self._connect(request.port, undo)
        from tui_chain.net.tunnel import reach_proxy, tunnel  # only who has a proxy needs them

        self.trace("proxy.connect.started")
        if request.context is None and not proxy.is_socks:
            stream = await undo.enter_async_context(reach_proxy(proxy))
        else:
            host = self.route.addresses[0].ip if self.route.addresses else request.host
            stream = await undo.enter_async_context(tunnel(proxy, host, request.port))
        self.trace("proxy.connect.complete")
        return stream

    async def _connect(self, port: int, undo: AsyncExitStack) -> AsyncNetworkStream:
        addresses = self.route.addresses
        self.connected = addresses[0].ip
        self.trace("connection.connect_tcp.started")
        try:
            sock, found = await connection.connect(addresses, port, self.local)
        except OSError as error:
            raise NoConnection(error) from error
        self.connected = found.ip
        stream = SocketStream(sock)
        undo.push_async_callback(stream.aclose)
        self.trace("connection.connect_tcp.complete")
        return stream

    async def _encrypted(
        self, stream: AsyncNetworkStream, request: ClientRequest, context: ssl.SSLContext
    ) -> AsyncNetworkStream:
        context.set_alpn_protocols(list(request.protocols))
        self.trace("connection.start_tls.started")
        try:
            encrypted = await start_tls(stream, context, request.server_name)
            if request.judge is not None:
                request.judge(encrypted.tls)
        except OSError as error:
            raise NoConnection(error) from error
        self.tls = encrypted.tls
        self.trace("connection.start_tls.complete")
        return encrypted

    async def _ask(self, stream: AsyncNetworkStream, request: ClientRequest) -> HTTPReply:
        url, headers, proxy = request.url, request.headers, self.route.proxy
        if proxy is not None and request.context is None and not proxy.is_socks:
            from tui_chain.net.tunnel import login

            url = httpcore.URL(scheme=b"http", host=b"server", port=request.port, target=request.absolute)
            headers = [*headers, *login(proxy)]

        async def trace(name: str, _: Any) -> None:
            self.trace(name)

        asked = httpcore.Request(request.method, url, headers=headers, extensions={"trace": trace})
        try:
            response = await self._speech(url.origin, stream).handle_async_request(asked)
        except (OSError, AnswerTooLarge):
            raise
        except Exception as error:  # what libraries raise at a hostile server's bytes is not all of one kind
            raise broken(error) from error
        return _reply(response)

    def _speech(self, origin: httpcore.Origin, stream: AsyncNetworkStream) -> httpcore.AsyncConnectionInterface:
        if self.http2:
            from tui_chain.net.http2 import HTTP2Connection

            return HTTP2Connection(origin, stream, self.bounds)
        return HTTP1Connection(origin, stream, self.bounds)

    @property
    def http2(self) -> bool:
        """Whether the server took HTTP/2."""
        return self.tls is not None and self.tls.selected_alpn_protocol() == HTTP_2


def load() -> None:
    """Load what a request would load at its first use, so that its times are those of the network; in a loop."""
    import anyio

    import tui_chain.net.http2  # noqa: F401

    anyio.Lock()  # the first one loads the rest of anyio


def _reply(response: httpcore.Response) -> HTTPReply:
    version = response.extensions["http_version"].decode("ascii", "replace")
    reason = response.extensions.get("reason_phrase")
    text = reason.decode("ascii", "ignore") if reason is not None else _phrase(response.status)
    return HTTPReply(response.status, safe_text(text, 80), version, response.headers, _pieces(response))


async def _pieces(response: httpcore.Response) -> AsyncIterator[bytes]:
    """A body's pieces. An end of all of them comes from inside, so that no generator is left half read."""
    try:
        async for piece in cast("AsyncIterable[bytes]", response.stream):
            yield piece
    except (OSError, AnswerTooLarge):
        raise
    except Exception as error:
        raise broken(error) from error


def _phrase(status: int) -> str:
    """The usual words of a status, which HTTP/2 does not send."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
