"""The protocols with STARTTLS: whatever module of this package has a `PROTOCOL`."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from tui_chain.core.found import declared
from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol

NO_PROTOCOLS = frozenset({"conversation", "registry"})
"""Modules of this package that declare no protocol."""


@cache
def protocols() -> Mapping[str, StartTLSProtocol]:
    """Return every protocol by its name, in the order of the names."""
    found = declared("tui_chain.net.starttls", "PROTOCOL", StartTLSProtocol, NO_PROTOCOLS)
    return MappingProxyType({one.name: one for one in found})


async def start_tls(sock: socket.socket, protocol: str) -> None:
    """Speak `protocol` until the server is ready for a TLS handshake; raises StartTLSRefused or OSError."""
    await protocols()[protocol].ask(Conversation(sock))
