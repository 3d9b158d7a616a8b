"""What a protocol with STARTTLS is, and the conversation in which it asks for TLS and goes on after it."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tui_chain.core.text import safe_text

MAX_LINE = 4096
"""Bytes of one reply line."""
MAX_LINES = 64
"""Lines of one reply."""
MAX_MESSAGE = 64 * 1024
"""Bytes of one message of a binary protocol."""
MAX_FIRST = 128
"""Bytes that are kept of what a server sent first."""
EHLO = "tlschain.invalid"
"""The name that this client goes by, where a protocol wants one (RFC 5321 section 4.1.1.1); it cannot exist."""

CHECK_PROTOCOL = "Check the protocol and the port."
"""The hint where an answer says no more than no."""


class StartTLSRefused(Exception):
    """The server would not switch; the text says what it did instead, safe for a terminal, `hint` what to do.

    `first` are the first bytes that it sent, as they came.
    """

    def __init__(self, text: str, hint: str = CHECK_PROTOCOL) -> None:
        super().__init__(text)
        self.hint = hint
        self.first = b""


class Conversation:
    """Reads a socket line by line and never beyond the line, so that TLS bytes stay for the handshake.

    `host` is the name that the server is asked for, in ASCII, and `ehlo` the name that this client gives as its own.
    `first` are the first bytes that were read.
    Every method raises StartTLSRefused where the server does not keep to a protocol's form, OSError where it is gone.
    """

    def __init__(self, sock: socket.socket, host: str = "", ehlo: str = EHLO) -> None:
        self._sock = sock
        self.host = host
        self.ehlo = ehlo
        self.first = b""

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        await asyncio.get_running_loop().sock_sendall(self._sock, data)

    async def _receive(self, size: int) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self._sock, size)

    async def exactly(self, size: int) -> bytes:
        """Read so many bytes."""
        data = b""
        while len(data) < size:
            piece = await self._receive(size - len(data))
            if not piece:
                raise ConnectionResetError("the server closed the connection")
            data += piece
        self.first += data[: MAX_FIRST - len(self.first)]
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
        """Return the last line of a reply that `250-` begins and `250 ` ends (RFC 959 section 4.2)."""
        return (await self.reply_lines())[-1]

    async def reply_lines(self) -> list[str]:
        """Read a reply that `250-` begins and `250 ` ends, all its lines (RFC 959 section 4.2).

        In between FTP servers send any text, SMTP servers `250-` again (RFC 5321 section 4.2).
        """
        lines = [await self.line()]
        code, goes_on = lines[0][:3], lines[0][3:4] == "-"
        while goes_on:
            if len(lines) > MAX_LINES:
                raise StartTLSRefused("it sent a reply that does not end")
            lines.append(await self.line())
            goes_on = lines[-1][:3] != code or lines[-1][3:4] == "-"
        return lines

    async def lines_until(self, ends: Callable[[str], bool]) -> list[str]:
        """Read lines up to the one that ends the answer, which is the last of them."""
        lines: list[str] = []
        while len(lines) < MAX_LINES:
            lines.append(await self.line())
            if ends(lines[-1]):
                return lines
        raise StartTLSRefused("it did not answer the command")

    async def tagged(self, tag: str) -> str:
        """Return the IMAP reply that carries `tag` (RFC 9051 section 7)."""
        return (await self.lines_until(lambda line: line.startswith(tag)))[-1].removeprefix(tag).strip()


def need(line: str, prefix: str, hint: str = CHECK_PROTOCOL) -> None:
    """Raise StartTLSRefused with `hint` unless an answer begins with `prefix`, which is in upper case."""
    if not line.upper().startswith(prefix):
        raise answered(line, hint)


def answered(text: str, hint: str = CHECK_PROTOCOL) -> StartTLSRefused:
    """Return the refusal that a server gives in words of its own."""
    return StartTLSRefused(f"it answered '{safe_text(text, 100)}'", hint)


async def _nothing(_: Conversation) -> None:
    """The welcome of a server that waits for its client."""


@dataclass(frozen=True)
class StartTLSProtocol:
    """A protocol that switches to TLS on request, as the scheme `<name>+starttls://` names it.

    `port` is its usual one, `more_ports` are others. `ask` speaks it until the server is ready for a TLS handshake.
    `greet` speaks it over TLS, as far as a server answers anybody, and returns the first words of the answer as they
    came; it sends no credentials. Both raise StartTLSRefused or OSError. `title` is its name in a sentence. `opening`
    matches the first bytes that such a server sends in plain text; `speaks_first` says that it sends them unasked.
    `aliases` are other names of its scheme.
    `tls_ports` are those where it is spoken over TLS from the first byte; `welcome` reads what such a server sends
    unasked then, and raises as `ask` does.
    """

    name: str
    port: int
    ask: Callable[[Conversation], Awaitable[None]]
    greet: Callable[[Conversation], Awaitable[str]]
    title: str
    opening: re.Pattern[bytes]
    speaks_first: bool = True
    aliases: tuple[str, ...] = ()
    more_ports: tuple[int, ...] = ()
    tls_ports: tuple[int, ...] = ()
    welcome: Callable[[Conversation], Awaitable[None]] = _nothing

    def is_usual_at(self, port: int) -> bool:
        """Whether the protocol is usually spoken at a port."""
        return port == self.port or port in self.more_ports

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of its scheme, its own first."""
        return (self.name, *self.aliases)
