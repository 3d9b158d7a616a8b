"""MySQL and MariaDB: the SSLRequest that answers the server's greeting (MySQL client/server protocol)."""

from __future__ import annotations

from tui_chain.net.starttls.conversation import CHECK_PROTOCOL, Conversation, StartTLSProtocol, StartTLSRefused

TLS_OFF = "The server has TLS turned off: set ssl_cert and ssl_key in its configuration."
MAX_GREETING = 4096
"""Bytes of the server's first packet."""
_PROTOCOL_VERSION = 10
_CLIENT_SSL = 0x0800
_CAPABILITIES = 0x0200 | _CLIENT_SSL | 0x8000
"""CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION."""
SSL_REQUEST = (
    bytes.fromhex("20000001")
    + _CAPABILITIES.to_bytes(4, "little")
    + (1 << 24).to_bytes(4, "little")
    + (b"\x21" + bytes(23))
)
"""A packet of 32 bytes, the second of the conversation: capabilities, largest packet, utf8, 23 bytes of nothing."""


async def _ask(server: Conversation) -> None:
    head = await server.exactly(4)
    size = int.from_bytes(head[:3], "little")
    if not 0 < size <= MAX_GREETING:
        raise StartTLSRefused("it did not greet as MySQL does")
    greeting = await server.exactly(size)
    # version, a text that NUL ends, thread id, 8 bytes of the challenge and NUL, the lower half of the capabilities
    _, _, rest = greeting[1:].partition(b"\0")
    if greeting[0] != _PROTOCOL_VERSION or len(rest) < 15:
        raise StartTLSRefused("it did not greet as MySQL does", CHECK_PROTOCOL)
    if not int.from_bytes(rest[13:15], "little") & _CLIENT_SSL:
        raise StartTLSRefused("it does not offer TLS", TLS_OFF)
    await server.send(SSL_REQUEST)


PROTOCOL = StartTLSProtocol("mysql", 3306, _ask)
