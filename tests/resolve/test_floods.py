"""Floods from the servers of an authority: their number ends them."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.limits import no_wait
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.net import fetch
from tui_chain.net.addresses import FetchRefusedError, Permission, Reach
from tui_chain.net.http1 import USUAL

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


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
            asyncio.run(fetch.fetch(f"http://127.0.0.1:{lab.listen(talk)}/", allowed=Permission(frozenset(Reach))))
        assert refused.value.address == "127.0.0.1"


def test_a_server_may_say_something_before_its_answer(lab: Lab) -> None:
    async def talk(stream: Stream) -> None:
        await stream.receive()
        await stream.send(CONTINUE * (USUAL.interim or 0) + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlist")
        await stream.finish()

    answer = asyncio.run(fetch.fetch(f"http://127.0.0.1:{lab.listen(talk)}/", allowed=Permission(frozenset(Reach))))
    assert (answer.status, answer.body) == (200, b"list")
