"""FTP: RFC 4217 section 4."""

from __future__ import annotations

from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol, need


async def _ask(server: Conversation) -> None:
    need(await server.reply(), "220")
    await server.send(b"AUTH TLS\r\n")
    need(await server.reply(), "234")


PROTOCOL = StartTLSProtocol("ftp", 21, _ask)
