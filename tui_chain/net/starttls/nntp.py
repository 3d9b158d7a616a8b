"""NNTP: RFC 4642 section 2.2."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import CHECK_PROTOCOL, Conversation, StartTLSProtocol, need

NOT_NOW = "The server knows STARTTLS and cannot start it: its log says why, most often a certificate or key file."


async def _welcome(server: Conversation) -> None:
    # RFC 3977 section 5.1.1: 201 is a server where nobody may post
    need(await server.line(), "20")


async def _ask(server: Conversation) -> None:
    await _welcome(server)
    await server.send(b"STARTTLS\r\n")
    answer = await server.line()
    need(answer, "382", NOT_NOW if answer.startswith("580") else CHECK_PROTOCOL)


async def _greet(server: Conversation) -> str:
    """Ask for the capabilities (RFC 3977 section 5.2); the list is read to its end."""
    await server.send(b"CAPABILITIES\r\n")
    first = await server.line()
    if first.startswith("101"):
        await server.lines_until(lambda line: line == ".")
    await server.send(b"QUIT\r\n")
    return first


PROTOCOL = StartTLSProtocol(
    "nntp",
    119,
    _ask,
    _greet,
    "NNTP",
    re.compile(rb"(?i)20[01] |(?:400|502) .*\b(?:nntp|news|nnrpd|innd)"),
    tls_ports=(563,),
    welcome=_welcome,
)
