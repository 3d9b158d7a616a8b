"""HTTP/2: asked for where the server has it, left where it has not, and bounded where it attacks."""

from __future__ import annotations

import asyncio
import gc
import random
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hyperframe.frame import FRAMES, RstStreamFrame

from tests.support.http2 import HTTP_1_1_REQUIRED, Http2Server, answer, attacks, headers
from tests.support.limits import no_wait
from tests.support.nginx import nginx
from tui_chain.lab.authority import key_to_pem, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.hops import follow
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.target import Target

OLDER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
MEMORY = 12 << 20
"""Bytes that a test may take, the attacking server's own among them."""


def send(lab: Lab, server: Http2Server, *, seconds: float = 5.0, method: str = "GET") -> Attempt:
    async def run() -> Attempt:
        request = LiveRequest(
            Target("localhost", lab.listen(server)), method, "/a?b", seconds, headers=(("X-Mine", "1"),)
        )
        attempt = await request.send(bundle_context(lab.trust_pem), "test")
        assert len(asyncio.all_tasks()) == 1
        return attempt

    attempt = asyncio.run(run())
    gc.collect()  # a socket that was left open warns here, and a warning is an error
    assert attempt.text.isprintable()
    return attempt


def test_a_real_server_answers_over_http2(lab: Lab, tmp_path: Path) -> None:
    leaf = lab.hierarchy["issuing"].issue_leaf(["localhost"])
    chain = to_pem([leaf.der, lab.hierarchy["issuing"].der])
    with nginx(tmp_path / "nginx", chain, key_to_pem(leaf.key)) as port:
        for method in ("GET", "HEAD", "OPTIONS"):
            request = LiveRequest(Target("localhost", port), method, headers=(("X-Mine", "1"), ("User-Agent", "me")))
            attempt = asyncio.run(request.send(bundle_context(lab.trust_pem), "test"))
            assert (attempt.ok, attempt.status, attempt.http_version, attempt.http2) == (True, 200, "HTTP/2", True)
            assert attempt.text == "200 OK"
            assert None not in (attempt.times.connect, attempt.times.tls, attempt.times.first_byte)


def test_a_server_without_it_is_asked_by_http_1_1(lab: Lab) -> None:
    attempt = send(lab, Http2Server(lab, (), protocols=("http/1.1",), plain=OLDER))
    assert (attempt.status, attempt.http_version, attempt.http2) == (200, "HTTP/1.1", False)


def test_a_server_that_goes_by_the_client_s_order_gets_http2_first(lab: Lab) -> None:
    offered: list[bytes] = []

    async def read_hello(stream: Stream) -> None:
        offered.append(await stream.receive())
        await stream.finish()

    target = Target("localhost", lab.listen(read_hello))
    asyncio.run(LiveRequest(target).send(bundle_context(lab.trust_pem), "test"))
    assert b"\x02h2\x08http/1.1" in offered[0]


def test_an_answer_over_http2_is_told(lab: Lab) -> None:
    for status, words in (("200", "200 OK"), ("404", "404 Not Found"), ("299", "299"), ("503", "503 Service")):
        attempt = send(lab, Http2Server(lab, [answer(status)]))
        assert attempt.ok
        assert attempt.text.startswith(words)
        assert (attempt.status, attempt.http_version) == (int(status), "HTTP/2")


def test_a_body_without_end_is_not_waited_for(lab: Lab) -> None:
    with no_wait():
        assert send(lab, Http2Server(lab, [headers((":status", "200"))]), seconds=120).status == 200


def test_a_redirect_over_http2_is_followed(lab: Lab) -> None:
    end = lab.listen(Http2Server(lab, [answer("200")]))
    start = lab.listen(
        Http2Server(lab, [headers((":status", "302"), ("location", f"https://localhost:{end}/x"), ends=True)])
    )
    context = bundle_context(lab.trust_pem)
    hops = asyncio.run(follow(LiveRequest(Target("localhost", start)), lambda _: context))
    assert [(hop.text, hop.url.rpartition("/")[2]) for hop in hops] == [("302 Found", ""), ("200 OK", "x")]


def test_a_server_that_wants_http_1_1_gets_it(lab: Lab) -> None:
    """RFC 9113 section 7: HTTP_1_1_REQUIRED."""
    reset = RstStreamFrame(1, HTTP_1_1_REQUIRED).serialize()
    server = Http2Server(lab, [reset], protocols=("h2", "http/1.1"), plain=OLDER)
    attempt = send(lab, server)
    assert (attempt.ok, attempt.status, attempt.http_version, attempt.http2) == (True, 200, "HTTP/1.1", True)
    assert attempt.text == "200 OK, after HTTP/2 failed: the server reset the request (HTTP_1_1_REQUIRED)"
    assert server.chosen == ["h2", "http/1.1"]


@pytest.mark.parametrize("name", attacks())
def test_an_attack_is_bounded_and_told(lab: Lab, name: str) -> None:
    server = Http2Server(lab, attacks()[name])
    tracemalloc.start()
    with no_wait():
        attempt = send(lab, server, seconds=2.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (attempt.ok, attempt.status) == (False, None)
    assert 0 < len(attempt.text) < 200
    assert peak < MEMORY
    assert server.chosen[0] == "h2"


def test_a_server_that_does_not_read_is_given_up(lab: Lab) -> None:
    """Pings that are answered fill its window, and nothing empties it."""
    with no_wait():
        attempt = send(lab, Http2Server(lab, attacks()["pings"]), seconds=0.5)
        assert not attempt.ok


def test_random_frames_bring_no_traceback(lab: Lab) -> None:
    """Whatever hyperframe, hpack and h2 raise at nonsense is an answer in words."""
    chance = random.Random(20_261_123)  # noqa: S311 - the same nonsense every time
    kinds = [*(kind for kind in FRAMES if kind is not None), 0xBE]
    for _ in range(25):
        pieces = []
        for _ in range(chance.randint(1, 6)):
            size = chance.choice((0, 1, 4, 5, 6, 8, 9, 40))
            stream = chance.choice((0, 1, 1, 1, 2, 3))
            head = size.to_bytes(3) + bytes((chance.choice(kinds), chance.choice((0, 1, 4, 5, 8, 32, 255))))
            pieces.append(head + stream.to_bytes(4) + chance.randbytes(size))
        attempt = send(lab, Http2Server(lab, pieces), seconds=1.0)
        assert attempt.text


def test_http2_is_loaded_by_a_live_test_alone() -> None:
    script = (
        "import sys, tui_chain.engine.journey, tui_chain.livetest.live, tui_chain.cli.commands.fix\n"
        "print(*{'h2', 'hpack', 'hyperframe', 'httpcore', 'httpx'} & set(sys.modules))"
    )
    done = subprocess.run((sys.executable, "-c", script), check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == ""
