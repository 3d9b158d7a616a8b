"""A CONNECT proxy on loopback: one that works, and ones that refuse, babble, hang or open TLS themselves."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream

HEAD_BYTES = 16 * 1024
LOGIN = base64.b64encode(b"joe:s3cret&/").decode("ascii")
"""What `joe` with the password `s3cret&/` sends."""
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"

Behaviour = Callable[[Stream, str], Awaitable[None]]
"""Serves a client that has asked for `host:port`."""


@dataclass
class ConnectProxy:
    """A proxy whose `heads` are the requests that came, `carried` the bytes of clients that it carried on.

    `names` are addresses of names that only it knows. `behaviour` takes the place of the tunnel. With `login` a
    request without it is answered 407; with `tls` the client speaks TLS to the proxy itself.
    """

    behaviour: Behaviour | None = None
    login: str | None = None
    tls: ssl.SSLContext | None = None
    names: dict[str, str] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    carried: bytearray = field(default_factory=bytearray)

    @property
    def asked(self) -> list[str]:
        """The `host:port` of every CONNECT."""
        return [head.split(" ")[1] for head in self.heads]

    def header(self, name: str) -> list[str]:
        """The values of a header in every request, by its lower-case name."""
        lines = (line.partition(":") for head in self.heads for line in head.split("\r\n")[1:])
        return [value.strip() for known, _, value in lines if known.lower() == name]

    async def __call__(self, stream: Stream) -> None:
        if self.tls is not None:
            await stream.start_tls(self.tls)
        head = await _head(stream)
        self.heads.append(head)
        if not head.startswith("CONNECT "):
            await stream.send(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
        elif self.login is not None and f"Basic {self.login}" not in self.header("proxy-authorization")[-1:]:
            await stream.send(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")
        elif self.behaviour is not None:
            await self.behaviour(stream, self.asked[-1])
        else:
            await self._tunnel(stream, self.asked[-1])

    async def _tunnel(self, stream: Stream, place: str) -> None:
        host, _, port = place.rpartition(":")
        try:
            known = self.names.get(host, host.strip("[]"))
            reader, writer = await asyncio.open_connection(known, int(port))
        except OSError:
            await stream.send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        await stream.send(ESTABLISHED)
        back = asyncio.create_task(_back(reader, stream))
        try:
            while data := await stream.receive():
                self.carried += data
                writer.write(data)
                await writer.drain()
        finally:
            back.cancel()
            writer.transport.abort()
            await asyncio.gather(back, writer.wait_closed(), return_exceptions=True)


async def _head(stream: Stream) -> str:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
        data = await stream.receive()
        if not data:
            break
        head += data
    return head.decode("latin-1")


async def _back(reader: asyncio.StreamReader, stream: Stream) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(16_384):
            await stream.send(data)


def answering(*pieces: bytes) -> Behaviour:
    """Answer CONNECT with these bytes and close."""

    async def behave(stream: Stream, _: str) -> None:
        for piece in pieces:
            await stream.send(piece)
        await stream.finish()

    return behave


def flooding(begin: bytes, piece: bytes) -> Behaviour:
    """Answer CONNECT without end."""

    async def behave(stream: Stream, _: str) -> None:
        await stream.send(begin)
        while True:
            await stream.send(piece)

    return behave


async def hanging(stream: Stream, _: str) -> None:
    """Never answer."""
    while await stream.receive():
        pass


def opening(context: ssl.SSLContext, heard: list[bytes]) -> Behaviour:
    """Say yes, and do the server's side of TLS with a certificate of one's own."""

    async def behave(stream: Stream, _: str) -> None:
        await stream.send(ESTABLISHED)
        await stream.start_tls(context)
        heard.append(await stream.receive())
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await stream.finish()

    return behave


def start(lab: Lab, proxy: ConnectProxy) -> str:
    """Let a proxy listen; return its URL."""
    scheme = "http" if proxy.tls is None else "https"
    return f"{scheme}://localhost:{lab.listen(proxy)}"
