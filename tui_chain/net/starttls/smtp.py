"""SMTP: RFC 3207."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import CHECK_PROTOCOL, Conversation, StartTLSProtocol, need

NOT_NOW = (
    "The server knows STARTTLS and cannot start it now: most often it cannot read its certificate or key file. Its "
    "log says why; try again later."
)


async def welcome(server: Conversation) -> None:
    """Read the greeting (RFC 5321 section 3.1)."""
    need(await server.reply(), "220")


async def ask_after(server: Conversation, hello: str) -> None:
    """Greet with the command `hello` and ask for TLS: LMTP has another one (RFC 2033 section 4.1)."""
    await welcome(server)
    await server.send(f"{hello} {server.ehlo}\r\n".encode())
    need(await server.reply(), "250")
    await server.send(b"STARTTLS\r\n")
    answer = await server.reply()
    # section 4: 454 is a server that has TLS, and not for now
    need(answer, "220", NOT_NOW if answer.startswith("4") else CHECK_PROTOCOL)


async def greet_with(server: Conversation, hello: str) -> str:
    """Greet again, as section 4.2 wants it after TLS, and take leave."""
    await server.send(f"{hello} {server.ehlo}\r\n".encode())
    first = (await server.reply_lines())[0]
    await server.send(b"QUIT\r\n")
    return f"{first[:3]} {first[4:]}"


async def _ask(server: Conversation) -> None:
    await ask_after(server, "EHLO")


async def _greet(server: Conversation) -> str:
    return await greet_with(server, "EHLO")


PROTOCOL = StartTLSProtocol(
    "smtp",
    587,
    _ask,
    _greet,
    "SMTP",
    # 421 and 554 are refusals of RFC 5321 section 3.1; a ClientHello before the greeting is one reason
    re.compile(rb"(?is)220[ -](?:.*\bE?SMTP\b|(?!.*(?:ftp|lmtp)))|(?:421|5\d\d)[ -].*\b(?:E?SMTP|mail|5\.\d\.\d)\b"),
    more_ports=(25, 2525),
    tls_ports=(465,),
    welcome=welcome,
)
