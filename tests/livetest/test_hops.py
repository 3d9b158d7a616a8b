"""Redirects: a row for each hop, and what a stranger's redirect may not do."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

import pytest

from tests.support.servers import fresh_chain, server_context
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.hops import MAX_HOPS, Hop, follow
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.target import Target

Answer = Callable[[bytes], bytes]
FOUND = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def server(lab: Lab, answer: Answer) -> int:
    context = server_context(lab, fresh_chain(lab))

    async def handle(stream: Stream) -> None:
        await stream.start_tls(context)
        await stream.send(answer(await stream.receive()))
        await stream.finish()

    return lab.listen(handle)


def hops(lab: Lab, request: LiveRequest) -> tuple[Hop, ...]:
    context = bundle_context(lab.trust_pem)

    def of(_: Target) -> ssl.SSLContext:
        return context

    return asyncio.run(follow(request, of))


def to(lab: Lab, location: str) -> tuple[Hop, ...]:
    port = server(lab, lambda _: FOUND % location.encode())
    return hops(lab, LiveRequest(Target("localhost", port)))


def test_every_hop_has_a_row(lab: Lab) -> None:
    end = server(lab, lambda _: OK)
    way = to(lab, f"https://localhost:{end}/a?b=c")
    assert [(hop.ok, hop.text) for hop in way] == [(True, "302 Found"), (True, "200 OK")]
    assert way[1].url == f"https://localhost:{end}/a?…"
    assert way[1].target == Target("localhost", end)


def test_a_hop_that_fails_on_tls_is_offered_as_a_host(lab: Lab) -> None:
    broken = lab.host("leaf-only").port
    way = to(lab, f"https://localhost:{broken}/")
    assert way[1].tls_failed
    assert way[1].target == Target("localhost", broken)


def test_a_relative_redirect_stays_on_the_host(lab: Lab) -> None:
    asked: list[bytes] = []

    def answer(request: bytes) -> bytes:
        asked.append(request.split(b" ")[1])
        return OK if len(asked) > 1 else FOUND % b"next?x"

    port = server(lab, answer)
    assert [hop.ok for hop in hops(lab, LiveRequest(Target("localhost", port), path="/a/b"))] == [True, True]
    assert asked == [b"/a/b", b"/a/next?x"]


def test_a_circle_ends(lab: Lab) -> None:
    port = server(lab, lambda _: FOUND % b"/")
    way = hops(lab, LiveRequest(Target("localhost", port)))
    assert len(way) == MAX_HOPS + 1
    assert "more than" in way[-1].text


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://localhost/", "leads to http"),
        ("file:///etc/passwd", "leads to file"),
        ("https://:99/", "leads nowhere"),
        ("https://[", "leads"),
        ("https://joe:secret@localhost/", "a user name"),
        ("https://169.254.169.254/latest/", "link-local address"),
        ("https://10.0.0.1/", "private address"),
    ],
)
def test_where_a_redirect_may_not_lead(lab: Lab, location: str, words: str) -> None:
    way = to(lab, location)
    assert len(way) == 2
    assert way[1].attempt is None
    assert words in way[1].text


def test_headers_of_the_user_s_go_to_the_first_host_alone(lab: Lab) -> None:
    heard: list[bytes] = []

    def listen(request: bytes) -> bytes:
        heard.append(request)
        return OK

    end = server(lab, listen)

    def send_on(request: bytes) -> bytes:
        heard.append(request)
        return FOUND % f"https://localhost:{end}/".encode()

    start = server(lab, send_on)
    assert all(hop.ok for hop in hops(lab, LiveRequest(Target("localhost", start), headers=(("X-Mine", "1"),))))
    assert [b"x-mine" in request.lower() for request in heard] == [True, False]
