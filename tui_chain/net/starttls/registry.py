"""The protocols with STARTTLS: whatever module of this package has a `PROTOCOL`."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from tui_chain.core.endpoint import Endpoint
from tui_chain.core.found import declared
from tui_chain.core.text import safe_text
from tui_chain.net.starttls.conversation import EHLO, Conversation, StartTLSProtocol, StartTLSRefused

NO_PROTOCOLS = frozenset({"conversation", "registry"})
"""Modules of this package that declare no protocol."""
_LIKELIEST = "smtp"
"""The protocol of those that begin alike that most servers speak."""
MAX_WORDS = 100
"""Characters of an answer that are shown."""


@cache
def protocols() -> Mapping[str, StartTLSProtocol]:
    """Return every protocol by its name, in the order of the names."""
    found = declared("tui_chain.net.starttls", "PROTOCOL", StartTLSProtocol, NO_PROTOCOLS)
    return MappingProxyType({one.name: one for one in found})


@cache
def protocol_names() -> Mapping[str, StartTLSProtocol]:
    """Return every protocol by each name of its scheme, such as `postgres` and `postgresql`."""
    return MappingProxyType({name: one for one in protocols().values() for name in one.names})


def recognised(first: bytes, port: int) -> tuple[StartTLSProtocol, ...]:
    """Return the protocols in which a server may have sent these first bytes in plain text, the likely one first.

    `port` decides between those that begin alike, as SMTP, FTP and LMTP do.
    """
    found = [one for one in protocols().values() if one.opening.match(first)]
    found.sort(key=lambda one: one.name != _LIKELIEST)
    usual = [one for one in found if one.is_usual_at(port)]
    return tuple(usual or found)


async def start_tls(sock: socket.socket, target: Endpoint, ehlo: str = EHLO) -> None:
    """Speak the target's protocol until the server is ready for a TLS handshake.

    `ehlo` is the name that this client gives as its own. Raises StartTLSRefused or OSError.
    """
    server = Conversation(sock, target.host, ehlo)
    try:
        await protocols()[target.starttls or ""].ask(server)
    except StartTLSRefused as refused:
        refused.first = server.first
        raise


def spoken_at(port: int) -> str | None:
    """The protocol that is usually spoken at a port over TLS from the first byte; None where none of these is."""
    return next((one.name for one in protocols().values() if port in one.tls_ports), None)


async def greet(server: Conversation, protocol: str, *, welcomes: bool = False) -> str:
    """Speak a protocol over TLS as far as a server answers anybody; return the first words, safe for a terminal.

    `welcomes` says that the server has not greeted before TLS. Raises StartTLSRefused or OSError.
    """
    spoken = protocols()[protocol]
    if welcomes:
        await spoken.welcome(server)
    return safe_text(await spoken.greet(server), MAX_WORDS)
