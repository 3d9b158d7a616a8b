"""The connection that a live test is made over: straight to the host, or through a proxy."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.core.threads import in_daemon_thread
from tui_chain.livetest.attempt import Stopwatch, failure_text
from tui_chain.net.connection import connect
from tui_chain.net.lookup import lookup
from tui_chain.net.proxy import Proxy, read_proxy
from tui_chain.net.target import Target

MAX_HEAD = 16 * 1024
"""Bytes of a proxy's answer to CONNECT."""
CHUNK = 16 * 1024

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class ProxyTrouble(Exception):
    """A proxy did not connect us; the text says what it did instead, safe for a terminal."""


@asynccontextmanager
async def tunnel(proxy: Proxy, target: Target) -> AsyncIterator[socket.socket]:
    """Give a non-blocking socket whose other end is `target`, by way of `proxy`; raises ProxyTrouble.

    The proxy's answer to CONNECT is trusted with nothing. Its credentials are in what goes to it alone, over TLS
    that is verified with the system's roots where its URL is https. There is no deadline here: the caller has it.
    """
    reader, writer = await _reach(proxy)
    try:
        early = await _connect(reader, writer, proxy, target)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            theirs.setblocking(False)
            pumps = (
                asyncio.create_task(_forth(theirs, writer)),
                asyncio.create_task(_back(reader, theirs, early)),
            )
            try:
                yield ours
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
    finally:
        writer.transport.abort()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def _reach(proxy: Proxy) -> Streams:
    """Connect to the proxy, with TLS where it wants that."""
    parts = urlsplit(proxy.url)
    host = parts.hostname or ""
    with ExitStack() as undo:
        try:
            sock, _ = await connect(await lookup(host), parts.port or 0)
            undo.callback(sock.close)
            if parts.scheme == "https":
                # SSL_CERT_FILE may name what is never read to its end
                context = await in_daemon_thread(ssl.create_default_context, "system's roots")
                streams = await asyncio.open_connection(sock=sock, ssl=context, server_hostname=host)
            else:
                streams = await asyncio.open_connection(sock=sock)
        except ssl.SSLError as error:
            raise ProxyTrouble(f"the proxy's own {failure_text(error)[0]}") from None
        except OSError as error:
            raise ProxyTrouble(f"the proxy is not reached: {failure_text(error)[0]}") from None
        undo.pop_all()
    return streams


async def _connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, proxy: Proxy, target: Target) -> bytes:
    """Ask for the tunnel; return what came through it already."""
    speech = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    place = str(Target(target.host.partition("%")[0], target.port)).encode("ascii")
    headers = [(b"Host", place), (b"User-Agent", b"tlschain-tui"), *_authorization(proxy)]
    try:
        head = speech.send(h11.Request(method=b"CONNECT", target=place, headers=headers))
        with suppress(ConnectionError):  # a proxy may refuse and close before it has read all
            writer.write((head or b"") + (speech.send(h11.EndOfMessage()) or b""))
            await writer.drain()
        answer = await _answer(reader, speech)
    except h11.ProtocolError:
        raise ProxyTrouble("the proxy's answer is no HTTP") from None
    except OSError as error:
        raise ProxyTrouble(f"the proxy broke off: {failure_text(error)[0]}") from None
    if not 200 <= answer.status_code <= 299:
        reason = answer.reason.decode("latin-1")
        raise ProxyTrouble(f"the proxy refused: {safe_text(f'{answer.status_code} {reason}'.strip(), 80)}")
    return speech.trailing_data[0]


def _authorization(proxy: Proxy) -> list[tuple[bytes, bytes]]:
    """What logs in to the proxy (RFC 7617)."""
    if proxy.credentials is None:
        return []
    return [(b"Proxy-Authorization", b"Basic " + base64.b64encode(b":".join(proxy.credentials)))]


async def _answer(reader: asyncio.StreamReader, speech: h11.Connection) -> h11.Response:
    """The head of the proxy's answer; interim ones before it (RFC 9110 section 15.2) count against `MAX_HEAD`."""
    received = 0
    while not isinstance(event := speech.next_event(), h11.Response):
        if event is h11.NEED_DATA:
            data = await reader.read(CHUNK)
            if not data:
                raise ProxyTrouble("the proxy closed the connection without an answer")
            received += len(data)
            speech.receive_data(data)
        elif not isinstance(event, h11.InformationalResponse):
            raise ProxyTrouble("the proxy's answer is no HTTP")
        elif received > MAX_HEAD:
            raise ProxyTrouble(f"the proxy sent over {MAX_HEAD // 1024} KiB and no answer")
        await asyncio.sleep(0)  # what has come already is read without a wait: let others have their turn
    return event


async def _forth(theirs: socket.socket, writer: asyncio.StreamWriter) -> None:
    """Carry what we send, until we are done or the proxy is gone."""
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while data := await loop.sock_recv(theirs, CHUNK):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def _back(reader: asyncio.StreamReader, theirs: socket.socket, early: bytes) -> None:
    """Carry what comes, and its end."""
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        data = early or await reader.read(CHUNK)
        while data:
            await loop.sock_sendall(theirs, data)
            data = await reader.read(CHUNK)
    with suppress(OSError):
        theirs.shutdown(socket.SHUT_WR)


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
