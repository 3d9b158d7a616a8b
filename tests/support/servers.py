"""Servers that misbehave at a step of their own, on loopback and without sleeping."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_chain.lab.authority import Identity
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, make_context

ABORT = struct.pack("ii", 1, 0)
"""SO_LINGER that makes a close a reset (RST)."""


@dataclass(frozen=True)
class Fresh:
    """A leaf for localhost with its intermediate, made for one test."""

    leaf: Identity
    chain: tuple[bytes, ...]


def fresh_chain(lab: Lab) -> Fresh:
    issuing = lab.hierarchy["issuing"]
    leaf = issuing.issue_leaf()
    return Fresh(leaf, (leaf.der, issuing.der))


def server_context(lab: Lab, fresh: Fresh) -> ssl.SSLContext:
    return make_context(lab.folder, Credentials(fresh.chain, fresh.leaf.key))


async def reset(stream: Stream) -> None:
    """Read the client's first bytes, then cut the connection."""
    await stream.receive()
    stream._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)


def saying(*pieces: bytes) -> Handler:
    """Answer the first bytes with these, then close."""

    async def say(stream: Stream) -> None:
        await stream.receive()
        for piece in pieces:
            await stream.send(piece)
        await stream.finish()

    return say


def endless(piece: bytes) -> Handler:
    async def say(stream: Stream) -> None:
        await stream.receive()
        while True:
            await stream.send(piece)

    return say


@dataclass(frozen=True)
class Dialogue:
    """A plain-text protocol that switches to TLS: the greeting, and what each line of the client is answered.

    `heard` are the lines that came. Without a `context` the last answer ends it. `after` goes on over TLS, where what
    waits for an empty line is sent unasked.
    """

    greeting: bytes
    answers: Sequence[tuple[bytes, bytes]]
    context: ssl.SSLContext | None
    heard: list[bytes]
    after: Sequence[tuple[bytes, bytes]] = ()

    async def __call__(self, stream: Stream) -> None:
        if self.greeting:
            await stream.send(self.greeting)
        for wanted, answer in self.answers:
            # a client that waits for no answer sends its ClientHello at once, which may come in the same piece
            self.heard.append(await (stream.receive() if answer else stream.receive(len(wanted))))
            assert self.heard[-1].startswith(wanted), self.heard
            await stream.send(answer)
        if self.context is not None:
            await stream.start_tls(self.context)
            for wanted, answer in self.after:
                if wanted:
                    self.heard.append(await stream.receive())
                    assert self.heard[-1].startswith(wanted), self.heard
                await stream.send(answer)
        await stream.finish()


@contextlib.contextmanager
def unanswered_port() -> Iterator[int]:
    """A port whose queue of connections is full: a further one gets no answer, as behind a firewall that drops."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


@contextlib.contextmanager
def refused_port() -> Iterator[int]:
    """A port that is taken and does not listen: a connection is refused."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
