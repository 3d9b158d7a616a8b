"""IMAP: RFC 9051 section 6.2.1."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol, need


async def _welcome(server: Conversation) -> None:
    need(await server.line(), "* OK")


async def _ask(server: Conversation) -> None:
    await _welcome(server)
    await server.send(b"a1 STARTTLS\r\n")
    need(await server.tagged("a1 "), "OK")


async def _greet(server: Conversation) -> str:
    await server.send(b"a2 CAPABILITY\r\n")
    lines = await server.lines_until(lambda line: line.startswith("a2 "))
    await server.send(b"a3 LOGOUT\r\n")
    return lines[0]


PROTOCOL = StartTLSProtocol(
    "imap",
    143,
    _ask,
    _greet,
    "IMAP",
    re.compile(rb"(?i)\* (?:OK|PREAUTH|BYE|BAD)\b|\S{1,20} (?:BAD|NO) "),
    tls_ports=(993,),
    welcome=_welcome,
)
