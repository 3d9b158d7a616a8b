"""MySQL and MariaDB: the SSLRequest packet that answers the server's greeting (Protocol::HandshakeV10)."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import (
    MAX_MESSAGE,
    Conversation,
    StartTLSProtocol,
    StartTLSRefused,
    answered,
)

TLS_OFF = "The server has TLS turned off: set ssl_cert and ssl_key under [mysqld] in its configuration."
PROTOCOL_10 = b"\x0a"
"""The first byte of the greeting of every server since MySQL 3.21.0."""
CLIENT_SSL = 0x0800
"""The server's capability to switch to TLS."""
_CLIENT = bytes.fromhex("85ae7f000000000121") + bytes(23)
"""The capabilities of a client of protocol 4.1 with CLIENT_SSL, its largest packet, its character set."""
SSL_REQUEST = b"\x20\0\0\x01" + _CLIENT
"""Packet 1: what a client begins its login with, and nothing behind it."""
_LOGIN = _CLIENT + b"\0\0mysql_native_password\0\0"
"""Protocol::HandshakeResponse41 of a user without a name: no password, and no attributes."""
LOGIN = len(_LOGIN).to_bytes(3, "little") + b"\x02" + _LOGIN
QUIT = b"\x01\0\0\0\x01"
_OK, _ERROR, _SWITCH = b"\0", b"\xff", b"\xfe"
"""First bytes of a packet that answers."""
_BEFORE_CAPABILITIES = 4 + 8 + 1
"""Bytes after the version: connection id, the first part of the nonce, a filler."""
_NO_MYSQL = "it did not greet as MySQL does"


async def _ask(server: Conversation) -> None:
    number, greeting = await _packet(server)
    if number == 0 and greeting.startswith(_ERROR):  # as of a host that it has blocked
        raise answered(_error(greeting))
    if number != 0 or not greeting.startswith(PROTOCOL_10):
        raise StartTLSRefused(_NO_MYSQL)
    if not _capabilities(greeting) & CLIENT_SSL:
        raise StartTLSRefused("its greeting offers no TLS", TLS_OFF)
    await server.send(SSL_REQUEST)


async def _greet(server: Conversation) -> str:
    """Begin a login without a name or a password, which a server answers before it lets anybody in."""
    await server.send(LOGIN)
    _, answer = await _packet(server)
    await server.send(QUIT)
    if answer.startswith(_ERROR):
        return f"error {int.from_bytes(answer[1:3], 'little')}: {_error(answer)}"
    if answer.startswith(_SWITCH):
        return "MySQL asks for a login"
    if answer.startswith(_OK):
        return "MySQL lets anybody in"
    raise StartTLSRefused("it did not answer as MySQL does")


async def _packet(server: Conversation) -> tuple[int, bytes]:
    """Read a packet: its number, and what is in it."""
    head = await server.exactly(4)
    size = int.from_bytes(head[:3], "little")
    if size > MAX_MESSAGE:
        raise StartTLSRefused("it sent a packet that is too long")
    return head[3], await server.exactly(size)


def _error(packet: bytes) -> str:
    """The text of an error: behind a code of two bytes, and behind `#` and five letters where there is a state."""
    text = packet[3:].decode("utf-8", "replace")
    return text[6:] if text.startswith("#") else text


def _capabilities(greeting: bytes) -> int:
    """The lower half of what the server can do; nothing where the greeting ends before."""
    _, _, rest = greeting.partition(b"\0")
    return int.from_bytes(rest[_BEFORE_CAPABILITIES:][:2], "little")


PROTOCOL = StartTLSProtocol(
    "mysql",
    3306,
    _ask,
    _greet,
    "MySQL or MariaDB",
    re.compile(rb"..\0\0(?:\x0a[\x20-\x7e]{2,60}|\xff..[\x20-\x7e]{2})", re.DOTALL),
    aliases=("mariadb",),
)
