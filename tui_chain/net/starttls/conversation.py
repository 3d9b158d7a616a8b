"""What a protocol with STARTTLS is, and the conversation in which it asks for TLS."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tui_chain.core.text import safe_text

MAX_LINE = 4096
"""Bytes of one reply line."""
MAX_LINES = 64
"""Lines of one reply."""


CHECK_PROTOCOL = "Check the protocol and the port."
"""The hint where an answer says no more than no."""


class StartTLSRefused(Exception):
    """The server would not switch; the text says what it did instead, safe for a terminal, `hint` what to do."""

    def __init__(self, text: str, hint: str = CHECK_PROTOCOL) -> None:
        super().__init__(text)
        self.hint = hint


class Conversation:
    """Reads a socket line by line and never beyond the line, so that TLS bytes stay for the handshake.

    Every method raises StartTLSRefused where the server does not keep to a protocol's form, OSError where it is gone.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        await self._loop.sock_sendall(self._sock, data)

    async def exactly(self, size: int) -> bytes:
        """Read so many bytes."""
        data = b""
        while len(data) < size:
            piece = await self._loop.sock_recv(self._sock, size - len(data))
            if not piece:
                raise ConnectionResetError("the server closed the connection before STARTTLS")
            data += piece
        return data

    async def line(self) -> str:
        """Read a line, without its end."""
        data = b""
        while not data.endswith(b"\n"):
            if len(data) >= MAX_LINE:
                raise StartTLSRefused("it sent a line that does not end")
            data += await self.exactly(1)
        return data.decode("latin-1").rstrip("\r\n")

    async def reply(self) -> str:
        """Return the last line of a reply that `250-` begins and `250 ` ends (RFC 959 section 4.2).

        In between FTP servers send any text, SMTP servers `250-` again (RFC 5321 section 4.2).
        """
        line = await self.line()
        code, goes_on = line[:3], line[3:4] == "-"
        for _ in range(MAX_LINES):
            if not goes_on:
                return line
            line = await self.line()
            goes_on = line[:3] != code or line[3:4] == "-"
        raise StartTLSRefused("it sent a reply that does not end")

    async def tagged(self, tag: str) -> str:
        """Return the IMAP reply that carries `tag` (RFC 9051 section 7)."""
        for _ in range(MAX_LINES):
            line = await self.line()
            if line.startswith(tag):
                return line.removeprefix(tag).strip()
        raise StartTLSRefused("it did not answer the command")


def need(line: str, prefix: str, hint: str = CHECK_PROTOCOL) -> None:
    """Raise StartTLSRefused with `hint` unless an answer begins with `prefix`, which is in upper case."""
    if not line.upper().startswith(prefix):
        raise StartTLSRefused(f"it answered '{safe_text(line, 100)}'", hint)


@dataclass(frozen=True)
class StartTLSProtocol:
    """A protocol that switches to TLS on request, as the scheme `<name>+starttls://` names it.

    `port` is its usual one. `ask` speaks it until the server is ready for a TLS handshake; it raises StartTLSRefused
    or OSError.
    """

    name: str
    port: int
    ask: Callable[[Conversation], Awaitable[None]]
