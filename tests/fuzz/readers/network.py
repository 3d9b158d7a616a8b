"""What servers send before there is a certificate to read: STARTTLS replies and handshake messages."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

from tests.fuzz.mutations import BYTES, DER, TEXT
from tests.fuzz.reader import Reader
from tui_chain.net.starttls.conversation import Conversation, StartTLSProtocol, StartTLSRefused
from tui_chain.net.starttls.registry import protocols
from tui_chain.probe.tls import facts_of

_SENT = 48 << 10
"""Bytes that a pair of sockets takes at once."""
_CIPHERS = ("ECDHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256", None)


def starttls(data: bytes) -> object:
    """A server's side of every protocol: it agrees, refuses with a sentence, or is gone; nothing is read beyond."""
    return [(name, asyncio.run(_conversation(protocol, data[:_SENT]))) for name, protocol in protocols().items()]


async def _conversation(protocol: StartTLSProtocol, data: bytes) -> str:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        try:
            await protocol.ask(Conversation(ours))
        except StartTLSRefused as refusal:
            return f"{refusal} {refusal.hint}"
        except OSError:
            return "gone"
        return "agreed"


def handshake_messages(data: bytes) -> object:
    """Handshake messages as a server sends them, each with its header of four bytes."""
    messages = tuple(_messages(data))
    return [facts_of(messages, cipher=cipher, version="TLSv1.2") for cipher in _CIPHERS]


def _messages(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        yield data[at:end]
        at = end


READERS = (
    Reader(
        "starttls",
        starttls,
        (*TEXT, *BYTES),
        tokens=(b"250-", b"250 ", b"220 ", b"* OK", b"a1 OK", b"+OK"),
        count=150,
    ),
    Reader("handshake-messages", handshake_messages, (*BYTES, *DER)),
)
