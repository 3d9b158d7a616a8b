"""SMTP: RFC 3207."""

from __future__ import annotations

from tui_chain.net.starttls.conversation import CHECK_PROTOCOL, Conversation, StartTLSProtocol, need

NOT_NOW = (
    "The server knows STARTTLS and cannot start it now: most often it cannot read its certificate or key file. Its "
    "log says why; try again later."
)


async def _ask(server: Conversation) -> None:
    need(await server.reply(), "220")
    await server.send(b"EHLO tlschain.invalid\r\n")
    need(await server.reply(), "250")
    await server.send(b"STARTTLS\r\n")
    answer = await server.reply()
    # section 4: 454 is a server that has TLS, and not for now
    need(answer, "220", NOT_NOW if answer.startswith("4") else CHECK_PROTOCOL)


PROTOCOL = StartTLSProtocol("smtp", 587, _ask)
