"""One accepted connection, plain or TLS: sockets are asyncio's, TLS runs in memory.

asyncio's own TLS servers log aborted handshakes and cannot be closed during one; a lab lives of both.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
CHUNK = 64 * 1024
"""Bytes that one read takes at most."""


class Stream:
    """A connection of the lab; every method may raise OSError, and ssl.SSLError once TLS was started."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Do the server's side of a TLS handshake; a refusal's alert is sent before the error is raised."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        try:
            await self._pump(tls.do_handshake)
        except ssl.SSLError:
            await self.finish()
            raise
        self._tls = tls

    async def receive(self, at_most: int = CHUNK) -> bytes:
        """Return the next bytes of the client, `at_most` so many, none at its end."""
        tls = self._tls
        if tls is None:
            return await self._loop.sock_recv(self._sock, at_most)
        try:
            return await self._pump(lambda: tls.read(at_most))
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""

    async def send(self, data: bytes) -> None:
        """Send all bytes."""
        tls = self._tls
        if tls is None:
            await self._loop.sock_sendall(self._sock, data)
        elif data:
            await self._pump(lambda: tls.write(data))

    async def finish(self) -> None:
        """Say goodbye and wait for the client's end: unread bytes at a close would reset what it was sent."""
        if self._tls is not None:
            with contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
        await self._flush()
        self._sock.shutdown(socket.SHUT_WR)
        while await self._loop.sock_recv(self._sock, CHUNK):
            pass

    async def _pump(self, operation: Callable[[], T]) -> T:
        """Repeat a TLS operation until it needs no more of the client; both directions are served."""
        while True:
            try:
                result = operation()
            except ssl.SSLWantReadError:
                await self._flush()
                await self._fill()
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._loop.sock_sendall(self._sock, self._outgoing.read())

    async def _fill(self) -> None:
        data = await self._loop.sock_recv(self._sock, CHUNK)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
