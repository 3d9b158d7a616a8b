"""Floods from servers and proxies: they end, and whatever else runs has its turn meanwhile."""

from __future__ import annotations

import asyncio
import socket

import h11
import pytest

from tests.support.proxy import ConnectProxy, flooding, start
from tests.support.turns import received, turns_during
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.livetest import connect, http
from tui_chain.livetest.attempt import InvalidReply, Stopwatch
from tui_chain.livetest.connect import ProxyTrouble
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.http import HttpConnection
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.target import Target

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def test_a_server_s_flood_is_read_by_turns() -> None:
    async def flood() -> int:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            asking = HttpConnection(ours, ("http/1.1",), Stopwatch())
            asking._reader = received(b"x" * (http.MAX_HEAD + 1))

            async def read() -> None:
                while True:
                    await asking._read()

            return await turns_during(read(), InvalidReply)

    assert asyncio.run(flood()) >= http.MAX_HEAD // http.CHUNK


def test_a_proxy_s_flood_is_read_by_turns() -> None:
    count = connect.MAX_HEAD // len(CONTINUE)

    async def flood() -> int:
        speech = h11.Connection(h11.CLIENT)
        speech.send(h11.Request(method=b"CONNECT", target=b"a:1", headers=[(b"Host", b"a:1")]))
        speech.send(h11.EndOfMessage())
        return await turns_during(connect._answer(received(CONTINUE * count), speech), ProxyTrouble)

    assert asyncio.run(flood()) >= count


@pytest.mark.parametrize("piece", [CONTINUE, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50])
def test_a_proxy_that_never_comes_to_the_point_is_left(lab: Lab, piece: bytes) -> None:
    """It is the bytes that end it, long before the time is over."""
    url = start(lab, ConnectProxy(behaviour=flooding(b"", piece)))
    request = LiveRequest(Target("localhost", lab.host("complete").port), timeout=60.0, proxy=url)
    attempt = asyncio.run(request.send(bundle_context(lab.trust_pem), "test"))
    assert (attempt.ok, attempt.text) == (False, "the proxy sent over 16 KiB and no answer")
    assert attempt.milliseconds < 20_000


def test_a_proxy_may_say_something_before_its_answer(lab: Lab) -> None:
    class Talking(ConnectProxy):
        """Takes its time in a way that HTTP allows."""

        async def _tunnel(self, stream: Stream, place: str) -> None:
            await stream.send(CONTINUE * 3)
            await super()._tunnel(stream, place)

    url = start(lab, Talking())
    request = LiveRequest(Target("localhost", lab.host("complete").port), proxy=url)
    assert asyncio.run(request.send(bundle_context(lab.trust_pem), "test")).ok
