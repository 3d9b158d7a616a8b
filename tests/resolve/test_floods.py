"""Floods from the servers of an authority: whatever else runs has its turn meanwhile, and time ends them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import h11
import pytest

from tests.support.limits import no_wait
from tests.support.turns import received, turns_during
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.net import fetch
from tui_chain.net.addresses import FetchRefusedError, Reach
from tui_chain.net.http_exchange import MAX_INTERIM, BrokenHTTP, _next, _pieces

COUNT = 2000
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def asked() -> h11.Connection:
    speech = h11.Connection(h11.CLIENT)
    speech.send(h11.Request(method=b"GET", target=b"/", headers=[(b"Host", b"a")]))
    speech.send(h11.EndOfMessage())
    return speech


def test_heads_without_end_are_read_by_turns() -> None:
    async def flood() -> int:
        speech, reader = asked(), received(CONTINUE * COUNT)

        async def read() -> None:
            while True:
                await _next(reader, speech)

        return await turns_during(read(), BrokenHTTP)

    assert asyncio.run(flood()) >= COUNT


def test_a_body_in_tiny_chunks_is_read_by_turns() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def flood() -> int:
        speech, reader = asked(), received(head + b"1\r\nx\r\n" * COUNT + b"0\r\n\r\n")
        await _next(reader, speech)
        body = [b""]

        async def read() -> None:
            body.extend([piece async for piece in _pieces(reader, speech)])

        turns = await turns_during(read())
        assert b"".join(body) == b"x" * COUNT
        return turns

    assert asyncio.run(flood()) >= COUNT


def test_a_body_from_anywhere_is_read_by_turns() -> None:
    """A proxy's comes from another library, which need not let anybody else have a turn."""

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"x"

    async def flood() -> int:
        return await turns_during(fetch._bounded_body(pieces(), COUNT), FetchRefusedError)

    assert asyncio.run(flood()) >= COUNT


@pytest.mark.parametrize("interim", [CONTINUE, b"HTTP/1.1 103 Early Hints\r\n" + b"a:\r\n" * 2000 + b"\r\n"])
def test_a_server_that_never_comes_to_the_point_is_left(
    lab: Lab, interim: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their number ends it, long before the time is over."""
    monkeypatch.setattr(fetch, "URL_SECONDS", 120.0)

    async def talk(stream: Stream) -> None:
        await stream.receive()
        while True:
            await stream.send(interim)

    with no_wait():
        with pytest.raises(FetchRefusedError, match="and no answer") as refused:
            asyncio.run(fetch.fetch(f"http://127.0.0.1:{lab.listen(talk)}/", allowed=frozenset(Reach)))
        assert refused.value.address == "127.0.0.1"


def test_a_server_may_say_something_before_its_answer(lab: Lab) -> None:
    async def talk(stream: Stream) -> None:
        await stream.receive()
        await stream.send(CONTINUE * MAX_INTERIM + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlist")
        await stream.finish()

    answer = asyncio.run(fetch.fetch(f"http://127.0.0.1:{lab.listen(talk)}/", allowed=frozenset(Reach)))
    assert (answer.status, answer.body) == (200, b"list")


def test_what_is_too_large_is_refused() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"x" * 2048

    with pytest.raises(FetchRefusedError, match="larger than 1 KiB"):
        asyncio.run(fetch._bounded_body(pieces(), 1024))
