"""PostgreSQL: the SSLRequest message of its frontend/backend protocol."""

from __future__ import annotations

import re

from tui_chain.net.starttls.conversation import (
    CHECK_PROTOCOL,
    MAX_MESSAGE,
    Conversation,
    StartTLSProtocol,
    StartTLSRefused,
    need,
)

TLS_OFF = "PostgreSQL has TLS turned off: set ssl = on, ssl_cert_file and ssl_key_file in postgresql.conf."
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
USER = b"tlschain"
"""The role that the start names: the protocol wants one, and none of that name has to exist."""
_PARAMETERS = b"user\0" + USER + b"\0\0"
STARTUP = (8 + len(_PARAMETERS)).to_bytes(4, "big") + bytes.fromhex("00030000") + _PARAMETERS
"""StartupMessage of the version 3.0."""
TERMINATE = b"X\0\0\0\x04"
_LOGINS = {0: "no login", 3: "a password in clear text", 5: "an MD5 password", 7: "GSSAPI", 10: "SASL"}
"""What Authentication messages ask for, by their number."""


async def _ask(server: Conversation) -> None:
    await server.send(SSL_REQUEST)
    answer = (await server.exactly(1)).decode("latin-1")
    need(answer, "S", TLS_OFF if answer == "N" else CHECK_PROTOCOL)


async def _greet(server: Conversation) -> str:
    """Begin as a client does, up to the question for a password, which is not answered."""
    await server.send(STARTUP)
    kind, body = await _message(server)
    await server.send(TERMINATE)
    if kind == b"R":
        return f"PostgreSQL asks for {_LOGINS.get(int.from_bytes(body[:4], 'big'), 'a login')}"
    if kind == b"E":
        return _error(body)
    raise StartTLSRefused("it did not answer as PostgreSQL does")


async def _message(server: Conversation) -> tuple[bytes, bytes]:
    """Read a message: its kind, its size with the four bytes of it, its body."""
    head = await server.exactly(5)
    size = int.from_bytes(head[1:], "big") - 4
    if not 0 <= size <= MAX_MESSAGE:
        raise StartTLSRefused("it did not answer as PostgreSQL does")
    return head[:1], await server.exactly(size)


def _error(body: bytes) -> str:
    """The severity and the message of an ErrorResponse, whose fields each begin with a letter."""
    fields = {field[:1]: field[1:].decode("utf-8", "replace") for field in body.split(b"\0") if field}
    return f"{fields.get(b'S', 'ERROR')}: {fields.get(b'M', '')}"


PROTOCOL = StartTLSProtocol(
    "postgres",
    5432,
    _ask,
    _greet,
    "PostgreSQL",
    re.compile(rb"E\0\0..S?(?:FATAL|ERROR)|E(?:FATAL|ERROR)", re.DOTALL),
    speaks_first=False,
    aliases=("postgresql",),
    more_ports=(5433, 6432),
)
