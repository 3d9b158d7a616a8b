"""One GET over HTTP/1.1: to an address that was judged before, whatever the name resolves to by now, or by a proxy.

h11 speaks HTTP here over asyncio's own streams. httpcore, which goes through proxies, takes its streams and its locks
from anyio, and loading both takes longer than all that a fetch does.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import SplitResult

import h11

from tui_chain.net import connection
from tui_chain.net.lookup import Address
from tui_chain.net.proxy import Proxy

CONNECT_SECONDS = 3.0
"""How long one address of several may take to answer."""
MAX_HEAD = 32 * 1024
"""Bytes of an answer's head, and of a line between its chunks; a head is taken apart at once."""
MAX_INTERIM = 20
"""Interim answers (RFC 9110 section 15.2) before the one that counts."""
_CHUNK = 64 * 1024
_PORTS = {"http": 80, "https": 443}

Headers = list[tuple[bytes, bytes]]


class NoConnection(Exception):
    """No connection came about; the cause says why."""


class BrokenHTTP(Exception):
    """The answer ended before its time or is no HTTP; the cause, or where there is none the text, says why."""


class ProxyRefusal(Exception):
    """The proxy would not connect; the cause says why."""


class HTTPReply(NamedTuple):
    """The head of an answer, and its body piece by piece as it comes; reading that raises BrokenHTTP."""

    status: int
    headers: Headers
    pieces: AsyncIterator[bytes]


@dataclass
class HTTPExchange:
    """Asks one of `addresses`, which are not empty; `connected` is the one that answered, or was tried last."""

    addresses: tuple[Address, ...]
    connected: str = ""

    @asynccontextmanager
    async def get(
        self, parts: SplitResult, context: ssl.SSLContext | None, headers: Headers
    ) -> AsyncIterator[HTTPReply]:
        """Send a GET and read the answer's head; raises NoConnection or BrokenHTTP.

        With TLS where there is a `context`. There is no deadline here: the caller has it.
        """
        try:
            reader, writer = await self._open(parts, context)
        except OSError as error:
            raise NoConnection from error
        try:
            yield await _ask(reader, writer, parts, headers)
        finally:
            writer.transport.abort()  # what was wanted is read: a TLS peer's goodbye is not waited for
            # gathered, since an error that broke the stream is raised here once more, and would be its own cause
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def _open(
        self, parts: SplitResult, context: ssl.SSLContext | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        sock = await self._first(parts.port or _PORTS[parts.scheme])
        name = parts.hostname if context is not None else None
        try:
            return await asyncio.open_connection(sock=sock, ssl=context, server_hostname=name)
        except BaseException:
            sock.close()
            raise

    async def _first(self, port: int) -> socket.socket:
        """Connect to the first address that answers; the last one may take as long as the caller waits."""
        for address in self.addresses[:-1]:
            with suppress(OSError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    sock, _ = await connection.connect((address,), port)
                self.connected = address.ip
                return sock
        self.connected = self.addresses[-1].ip
        sock, _ = await connection.connect(self.addresses[-1:], port)
        return sock


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, parts: SplitResult, headers: Headers
) -> HTTPReply:
    speech = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request = speech.send(h11.Request(method="GET", target=target, headers=headers))
    with suppress(ConnectionError):  # a server may answer and close before it has read all
        writer.write((request or b"") + (speech.send(h11.EndOfMessage()) or b""))
        await writer.drain()
    for _ in range(MAX_INTERIM + 1):
        event = await _next(reader, speech)
        if not isinstance(event, h11.InformationalResponse):
            break
    else:
        raise BrokenHTTP(f"The server sent over {MAX_INTERIM} interim answers and no answer.")
    if not isinstance(event, h11.Response):
        raise BrokenHTTP("The server changed to another protocol.")
    return HTTPReply(event.status_code, event.headers.raw_items(), _pieces(reader, speech))


async def _pieces(reader: asyncio.StreamReader, speech: h11.Connection) -> AsyncIterator[bytes]:
    while isinstance(event := await _next(reader, speech), h11.Data):
        yield bytes(event.data)


async def _next(reader: asyncio.StreamReader, speech: h11.Connection) -> object:
    """The next whole event of the server's."""
    try:
        while (event := speech.next_event()) is h11.NEED_DATA:
            data = await reader.read(_CHUNK)
            if not data and speech.their_state is h11.SEND_RESPONSE:
                raise BrokenHTTP("Server disconnected without sending a response.")
            speech.receive_data(data)
    except (h11.RemoteProtocolError, OSError) as error:
        raise BrokenHTTP from error
    await asyncio.sleep(0)  # what has come already is read without a wait: let others have their turn
    return event


@asynccontextmanager
async def proxied(
    proxy: Proxy, url: str, context: ssl.SSLContext | None, headers: Headers
) -> AsyncIterator[HTTPReply]:
    """Send a GET through `proxy`, in a tunnel for https; raises ProxyRefusal, NoConnection or BrokenHTTP.

    There is no deadline here: the caller has it.
    """
    import httpcore  # 40 ms with anyio, for those who have a proxy

    # a context is given also where none is needed, since httpcore would load certifi's roots otherwise
    inner = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    outer = ssl.create_default_context() if proxy.url.startswith("https:") else None
    client = httpcore.AsyncHTTPProxy(
        proxy.url, proxy_auth=proxy.credentials, ssl_context=inner, proxy_ssl_context=outer
    )
    try:
        async with client, client.stream("GET", url, headers=headers) as reply:
            yield HTTPReply(reply.status, reply.headers, reply.aiter_stream())
    except httpcore.ProxyError as error:
        raise ProxyRefusal from error
    except httpcore.ConnectError as error:
        raise NoConnection from error
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.TimeoutException,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise BrokenHTTP from error
