"""What servers send before there is a certificate to read: STARTTLS replies and handshake messages."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from tests.fuzz.mutations import BYTES, DER, TEXT
from tests.fuzz.reader import Reader
from tui_chain.net.starttls.conversation import Conversation, StartTLSRefused
from tui_chain.net.starttls.registry import greet, protocols, recognised
from tui_chain.probe.tls import facts_of

_SENT = 48 << 10
"""Bytes that a pair of sockets takes at once."""
_CIPHERS = ("ECDHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256", None)


def starttls(data: bytes) -> object:
    """A server's side of every protocol, before and after TLS: it agrees, refuses with a sentence, or is gone."""
    sent = data[:_SENT]
    return asyncio.run(_conversations(sent)), [one.title for one in recognised(sent, 0)]


async def _conversations(sent: bytes) -> list[tuple[str, str]]:
    """What comes of each; none of them waits, since all that is sent is there."""
    return [
        (name, await _conversation(speaks, sent))
        for name, protocol in protocols().items()
        for speaks in (protocol.ask, partial(greet, protocol=name))
    ]


async def _conversation(speaks: Callable[[Conversation], Awaitable[str | None]], data: bytes) -> str:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        try:
            answer = await speaks(Conversation(ours, "host.test"))
        except StartTLSRefused as refusal:
            return f"{refusal} {refusal.hint}"
        except OSError:
            return "gone"
        return answer or "agreed"


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
        tokens=(b"250-", b"250 ", b"220 ", b"* OK", b"a1 OK", b"+OK", b"</", b"<stream:", b" 670 ", b"382 "),
        count=150,
    ),
    Reader("handshake-messages", handshake_messages, (*BYTES, *DER)),
)
