"""POP3: RFC 2595 section 4."""

from __future__ import annotations

from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol, need


async def _ask(server: Conversation) -> None:
    need(await server.line(), "+OK")
    await server.send(b"STLS\r\n")
    need(await server.line(), "+OK")


PROTOCOL = StartTLSProtocol("pop3", 110, _ask)
