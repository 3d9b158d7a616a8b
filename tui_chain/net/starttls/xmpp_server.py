"""XMPP between servers: RFC 6120 section 5.4 in the namespace of section 4.8.2."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol
from tui_chain.net.starttls.xmpp import SERVERS, ask_stream, greet_stream


async def _ask(server: Conversation) -> None:
    await ask_stream(server, SERVERS)


async def _greet(server: Conversation) -> str:
    return await greet_stream(server, SERVERS)


PROTOCOL = StartTLSProtocol(
    "xmpp-server",
    5269,
    _ask,
    _greet,
    "XMPP between servers",
    re.compile(rb"(?:<\?xml\b[^>]{0,99}\?>)?\s{0,9}<stream:(?=.*jabber:server)", re.DOTALL),
    speaks_first=False,
    tls_ports=(5270,),
)
