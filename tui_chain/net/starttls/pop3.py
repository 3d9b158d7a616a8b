"""POP3: RFC 2595 section 4."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol, need


async def _welcome(server: Conversation) -> None:
    need(await server.line(), "+OK")


async def _ask(server: Conversation) -> None:
    await _welcome(server)
    await server.send(b"STLS\r\n")
    need(await server.line(), "+OK")


async def _greet(server: Conversation) -> str:
    """Ask for the capabilities (RFC 2449 section 5); of a server that lists them the list is read to its end."""
    await server.send(b"CAPA\r\n")
    first = await server.line()
    if first.startswith("+OK"):
        await server.lines_until(lambda line: line == ".")
    await server.send(b"QUIT\r\n")
    return first


PROTOCOL = StartTLSProtocol(
    "pop3", 110, _ask, _greet, "POP3", re.compile(rb"\+OK\b"), tls_ports=(995,), welcome=_welcome
)
