"""XMPP between servers: RFC 6120 section 5.4 in the namespace of section 4.8.2."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol
from tui_chain.net.starttls.xmpp import ask_stream, greet_stream

_NAMESPACE = "jabber:server"


async def _ask(server: Conversation) -> None:
    await ask_stream(server, _NAMESPACE)


async def _greet(server: Conversation) -> str:
    return await greet_stream(server, _NAMESPACE)


PROTOCOL = StartTLSProtocol(
    "xmpp-server",
    5269,
    _ask,
    _greet,
    "XMPP between servers",
    re.compile(rb"(?:<\?xml\b[^>]{0,99}\?>)?\s{0,9}<stream:(?=.*jabber:server)", re.DOTALL),
    speaks_first=False,
)
