"""LMTP: RFC 2033, with STARTTLS as SMTP has it (RFC 3207)."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol
from tui_chain.net.starttls.smtp import ask_after, greet_with


async def _ask(server: Conversation) -> None:
    await ask_after(server, "LHLO")


async def _greet(server: Conversation) -> str:
    return await greet_with(server, "LHLO")


PROTOCOL = StartTLSProtocol(
    "lmtp",
    24,
    _ask,
    _greet,
    "LMTP",
    # Dovecot's says no more than that it is ready
    re.compile(rb"(?is)220[ -](?:.*\bLMTP\b|(?!.*(?:ftp|smtp)))"),
)
