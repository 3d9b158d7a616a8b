"""httpx over the HTTP client: its redirects, hooks and decoding, our connections and bounds."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx

from tui_chain.net.addresses import USUAL_PORTS
from tui_chain.net.errors import BrokenHTTP, NoConnection, ProxyTrouble, failure_text
from tui_chain.net.http1 import Bounds
from tui_chain.net.http_client import ClientRequest, HTTPExchange, HTTPReply
from tui_chain.net.route import Route

FindRoute = Callable[[httpx.URL], Awaitable[Route]]
"""Judges where a URL leads, for every request anew; raises OSError where its name is not known."""


class Transport(httpx.AsyncBaseTransport):
    """Sends each request over a connection of its own: by the route that is found for its URL, within `bounds`.

    `context` verifies every https server. Requests with a body are not for it.
    """

    def __init__(self, find_route: FindRoute, context: ssl.SSLContext, bounds: Bounds) -> None:
        self._find_route = find_route
        self._context, self._bounds = context, bounds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; raises what httpx has for no connection, a proxy's refusal and a broken answer.

        AnswerTooLarge comes as it is, from the body's stream.
        """
        if request.url.scheme not in USUAL_PORTS:
            raise httpx.UnsupportedProtocol("Only http and https are fetched.", request=request)
        async with AsyncExitStack() as undo:
            try:
                exchange = HTTPExchange(await self._find_route(request.url), self._bounds)
                reply = await undo.enter_async_context(exchange.send(self._asked(request)))
            except ProxyTrouble as error:
                raise httpx.ProxyError(str(error), request=request) from error
            except BrokenHTTP as error:
                raise httpx.RemoteProtocolError(str(error), request=request) from error
            except (NoConnection, OSError) as error:
                raise httpx.ConnectError(failure_text(error)[0], request=request) from error
            return httpx.Response(reply.status, headers=reply.headers, stream=_Body(reply, undo.pop_all()))
        raise AssertionError  # for type checkers, since a stack could keep an error to itself

    def _asked(self, request: httpx.Request) -> ClientRequest:
        url = request.url
        host = [(name, value) for name, value in request.headers.raw if name.lower() == b"host"]
        others = [(name, value) for name, value in request.headers.raw if name.lower() != b"host"]
        context = self._context if url.scheme == "https" else None
        port = url.port or USUAL_PORTS[url.scheme]
        name, method = url.raw_host.decode("ascii"), request.method.encode("ascii")
        return ClientRequest(name, port, url.raw_path, host + others, context, method, server_name=name)


class _Body(httpx.AsyncByteStream):
    """A body, and the connection that brings it."""

    def __init__(self, reply: HTTPReply, connection: AsyncExitStack) -> None:
        self._reply, self._connection = reply, connection

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._reply.pieces:
                yield piece
        except BrokenHTTP as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        except OSError as error:
            raise httpx.ReadError(failure_text(error)[0]) from error

    async def aclose(self) -> None:
        await self._connection.aclose()
