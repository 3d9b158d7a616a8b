"""FTP: RFC 4217 section 4."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol, need


async def _welcome(server: Conversation) -> None:
    need(await server.reply(), "220")


async def _ask(server: Conversation) -> None:
    await _welcome(server)
    await server.send(b"AUTH TLS\r\n")
    need(await server.reply(), "234")


async def _greet(server: Conversation) -> str:
    """Ask for the features, which need no login (RFC 2389 section 3)."""
    await server.send(b"FEAT\r\n")
    first = (await server.reply_lines())[0]
    await server.send(b"QUIT\r\n")
    return f"{first[:3]} {first[4:]}"


PROTOCOL = StartTLSProtocol(
    "ftp",
    21,
    _ask,
    _greet,
    "FTP",
    re.compile(rb"(?is)220[ -](?:.*ftp|(?!.*\bE?SMTP\b)(?!.*\bLMTP\b))|(?:421|5\d\d)[ -].*\bftp"),
    tls_ports=(990,),
    welcome=_welcome,
)
