"""httpcore's network streams over asyncio's sockets: plain, with TLS, and bounded until an answer has begun.

TLS runs in memory over any stream, so that it runs inside a tunnel whose proxy speaks TLS itself. httpcore's own
streams are anyio's, which takes longer to load than all that a fetch does.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from httpcore import AsyncNetworkStream

from tui_chain.net.errors import BrokenHTTP

CHUNK = 4 * 1024
"""Bytes that are read at once before an answer has begun: what is in them is taken apart without a pause."""
BODY_CHUNK = 16 * 1024
"""Bytes that are read at once of a body, as many as a record of TLS has."""
_RECORD = 32 * 1024
_STEP_BYTES = 256 * 1024
"""Bytes that a step of TLS may take: a handshake takes half of it with the longest chain that OpenSSL reads."""
T = TypeVar("T")


class SocketStream(AsyncNetworkStream):
    """A connected, non-blocking socket, which is closed with the stream. Deadlines are the caller's."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109, ARG002
        """What comes next, none at the end; raises OSError."""
        return await asyncio.get_running_loop().sock_recv(self._sock, max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109, ARG002
        """Send all of it; raises OSError."""
        await asyncio.get_running_loop().sock_sendall(self._sock, buffer)

    async def aclose(self) -> None:
        """Close the socket; a peer's goodbye is not waited for."""
        self._sock.close()


class TLSStream(AsyncNetworkStream):
    """The client's side of TLS over another stream; `tls` has what the handshake agreed on."""

    def __init__(self, inner: AsyncNetworkStream, context: ssl.SSLContext, server_hostname: str | None) -> None:
        self._inner = inner
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)

    async def shake_hands(self) -> None:
        """Do the handshake; raises ssl.SSLError, after the peer was sent the alert, and OSError."""
        await self._pump(self.tls.do_handshake)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109, ARG002
        """What comes next, none at the end, also one without a goodbye; raises OSError."""
        try:
            return await self._pump(lambda: self.tls.read(max_bytes))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109, ARG002
        """Send all of it; raises OSError."""
        if buffer:
            await self._pump(lambda: self.tls.write(buffer))

    async def aclose(self) -> None:
        """Close the stream below, without a goodbye."""
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        """The `ssl_object`, by which httpcore knows TLS."""
        return self.tls if info == "ssl_object" else self._inner.get_extra_info(info)

    async def _pump(self, step: Callable[[], T]) -> T:
        """Repeat a step of TLS until it needs no more of the peer; what it has to send is sent, alerts too.

        Tickets and updates of keys have no end by themselves (RFC 8446 section 4.6): they count as well.
        """
        received = 0
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush()
                received += await self._fill()
                if received > _STEP_BYTES:
                    raise ConnectionError(f"over {_STEP_BYTES // 1024} KiB of TLS came and no answer") from None
            except ssl.SSLError:
                with suppress(OSError):
                    await self._flush()
                raise
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._inner.write(self._outgoing.read())

    async def _fill(self) -> int:
        """Read what comes next; return how many bytes it is."""
        data = await self._inner.read(_RECORD)
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        await asyncio.sleep(0)  # what has come already is read without a wait: let others have their turn
        return len(data)


async def start_tls(inner: AsyncNetworkStream, context: ssl.SSLContext, server_hostname: str | None) -> TLSStream:
    """Shake hands over a stream, whose closing stays the caller's; raises ssl.SSLError and OSError."""
    stream = TLSStream(inner, context, server_hostname)
    await stream.shake_hands()
    return stream


class BoundedStream(AsyncNetworkStream):
    """What a server or a proxy sends, in small pieces, and no more than `limit` bytes before its answer has begun.

    `peer` is who sends it, in words. Raises BrokenHTTP beyond the limit, and at an end before an answer.
    """

    def __init__(self, inner: AsyncNetworkStream, peer: str, limit: int) -> None:
        self._inner = inner
        self._peer, self._limit = peer, limit
        self._received = 0
        self._begun = False
        self._most: int | None = None
        self._unsent: OSError | None = None

    def answered(self, most: int | None) -> None:
        """The head of the answer has come: `most` bytes may follow, or any number."""
        self._begun = True
        self._received = 0
        self._most = most

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What comes next; raises OSError and BrokenHTTP."""
        data = await self._inner.read(min(max_bytes, BODY_CHUNK if self._begun else CHUNK), timeout)
        self._received += len(data)
        if not self._begun:
            self._judge(data)
        elif self._most is not None and self._received > self._most:
            raise BrokenHTTP(f"{self._peer} sent over {self._most // 1024} KiB around a smaller body")
        await asyncio.sleep(0)  # what has come already is read without a wait: let others have their turn
        return data

    def _judge(self, data: bytes) -> None:
        if not data and self._unsent is not None:
            raise self._unsent
        if not data:
            raise BrokenHTTP(f"{self._peer} closed the connection without an answer")
        # a head that is too long by itself is refused by the parser, at most a piece later
        if self._received > self._limit + CHUNK:
            raise BrokenHTTP(f"{self._peer} sent over {self._limit // 1024} KiB and no answer")

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send; a peer may answer and close before it has read all: only where it did not, reading raises OSError."""
        if buffer:
            try:
                await self._inner.write(buffer, timeout)
            except OSError as error:
                self._unsent = error

    async def aclose(self) -> None:
        """Close the stream below."""
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        """What the stream below says."""
        return self._inner.get_extra_info(info)
