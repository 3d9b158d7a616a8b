"""Floods from proxies: they end."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.proxy import ConnectProxy, flooding, start
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.target import Target

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


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
