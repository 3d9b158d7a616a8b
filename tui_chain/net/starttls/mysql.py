"""MySQL and MariaDB: the SSLRequest packet that answers the server's greeting (Protocol::HandshakeV10)."""

from __future__ import annotations

from tui_chain.core.text import safe_text
from tui_chain.net.starttls.conversation import (
    MAX_LINE,
    Conversation,
    StartTLSProtocol,
    StartTLSRefused,
)

TLS_OFF = "The server has TLS turned off: set ssl_cert and ssl_key under [mysqld] in its configuration."
PROTOCOL_10 = b"\x0a"
"""The first byte of the greeting of every server since MySQL 3.21.0."""
CLIENT_SSL = 0x0800
"""The server's capability to switch to TLS."""
SSL_REQUEST = bytes.fromhex("2000000185ae7f000000000121") + bytes(23)
"""Packet 1: the capabilities of a client of protocol 4.1 with CLIENT_SSL, its largest packet, its character set."""
_ERROR = b"\xff"
_BEFORE_CAPABILITIES = 4 + 8 + 1
"""Bytes after the version: connection id, the first part of the nonce, a filler."""


async def _ask(server: Conversation) -> None:
    head = await server.exactly(4)
    size = int.from_bytes(head[:3], "little")
    greeting = await server.exactly(min(size, MAX_LINE)) if head[3] == 0 else b""
    if greeting.startswith(_ERROR):  # as of a host that it has blocked: a code of two bytes, then its text
        raise StartTLSRefused(f"it answered '{safe_text(greeting[3:].decode('latin-1'), 100)}'")
    if not greeting.startswith(PROTOCOL_10):
        raise StartTLSRefused("it did not greet as MySQL does")
    if not _capabilities(greeting) & CLIENT_SSL:
        raise StartTLSRefused("its greeting offers no TLS", TLS_OFF)
    await server.send(SSL_REQUEST)


def _capabilities(greeting: bytes) -> int:
    """The lower half of what the server can do; nothing where the greeting ends before."""
    _, _, rest = greeting.partition(b"\0")
    return int.from_bytes(rest[_BEFORE_CAPABILITIES:][:2], "little")


PROTOCOL = StartTLSProtocol("mysql", 3306, _ask)
