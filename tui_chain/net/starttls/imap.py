"""IMAP: RFC 9051 section 6.2.1."""

from __future__ import annotations

from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol, need


async def _ask(server: Conversation) -> None:
    need(await server.line(), "* OK")
    await server.send(b"a1 STARTTLS\r\n")
    need(await server.tagged("a1 "), "OK")


PROTOCOL = StartTLSProtocol("imap", 143, _ask)
