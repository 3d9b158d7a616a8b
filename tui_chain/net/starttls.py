"""Asking a server to switch to TLS, protocol by protocol."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from tui_chain.core.text import safe_text

MAX_LINE = 4096
"""Bytes of one reply line."""
MAX_LINES = 64
"""Lines of one reply."""


CHECK_PROTOCOL = "Check the protocol and the port."
NOT_NOW = (
    "The server knows STARTTLS and cannot start it now: most often it cannot read its certificate or key file. Its "
    "log says why; try again later."
)
POSTGRES_OFF = "PostgreSQL has TLS turned off: set ssl = on, ssl_cert_file and ssl_key_file in postgresql.conf."


class StartTLSRefused(Exception):
    """The server would not switch; the text says what it did instead, safe for a terminal, `hint` what to do."""

    def __init__(self, words: str, hint: str = CHECK_PROTOCOL) -> None:
        super().__init__(words)
        self.hint = hint


class _Lines:
    """Reads a socket line by line and never beyond the line, so that TLS bytes stay for the handshake."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._sock, data)

    async def exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = await self._loop.sock_recv(self._sock, size - len(data))
            if not piece:
                raise ConnectionResetError("the server closed the connection before STARTTLS")
            data += piece
        return data

    async def line(self) -> str:
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


def _need(line: str, prefix: str, hint: str = CHECK_PROTOCOL) -> None:
    if not line.upper().startswith(prefix):
        raise StartTLSRefused(f"it answered '{safe_text(line, 100)}'", hint)


async def _smtp(lines: _Lines) -> None:
    """RFC 3207."""
    _need(await lines.reply(), "220")
    await lines.send(b"EHLO tlschain.invalid\r\n")
    _need(await lines.reply(), "250")
    await lines.send(b"STARTTLS\r\n")
    answer = await lines.reply()
    # RFC 3207 section 4: 454 is a server that has TLS, and not for now
    _need(answer, "220", NOT_NOW if answer.startswith("4") else CHECK_PROTOCOL)


async def _imap(lines: _Lines) -> None:
    """RFC 9051 section 6.2.1."""
    _need(await lines.line(), "* OK")
    await lines.send(b"a1 STARTTLS\r\n")
    _need(await lines.tagged("a1 "), "OK")


async def _pop3(lines: _Lines) -> None:
    """RFC 2595 section 4."""
    _need(await lines.line(), "+OK")
    await lines.send(b"STLS\r\n")
    _need(await lines.line(), "+OK")


async def _ftp(lines: _Lines) -> None:
    """RFC 4217 section 4."""
    _need(await lines.reply(), "220")
    await lines.send(b"AUTH TLS\r\n")
    _need(await lines.reply(), "234")


async def _ldap(lines: _Lines) -> None:
    """RFC 4511 section 4.14: an extended request, answered with resultCode success."""
    request = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
    await lines.send(request)
    head = await lines.exactly(2)
    size = head[1] if head[1] < 0x80 else int.from_bytes(await lines.exactly(head[1] & 0x7F), "big")
    body = await lines.exactly(min(size, MAX_LINE))
    if b"\x0a\x01\x00" not in body:
        raise StartTLSRefused("it answered with an LDAP result other than success")


async def _postgres(lines: _Lines) -> None:
    """PostgreSQL's SSLRequest message."""
    await lines.send(bytes.fromhex("0000000804d2162f"))
    answer = (await lines.exactly(1)).decode("latin-1")
    _need(answer, "S", POSTGRES_OFF if answer == "N" else CHECK_PROTOCOL)


_DIALOGUES: dict[str, Callable[[_Lines], Awaitable[None]]] = {
    "smtp": _smtp,
    "imap": _imap,
    "pop3": _pop3,
    "ftp": _ftp,
    "ldap": _ldap,
    "postgres": _postgres,
}


async def start_tls(sock: socket.socket, protocol: str) -> None:
    """Speak `protocol` until the server is ready for a TLS handshake; raises StartTLSRefused or OSError."""
    await _DIALOGUES[protocol](_Lines(sock))
