"""The HTTP client alone: bounds of what a server or a proxy sends, HTTP/2 that is judged, and turns for others."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterable, Iterable

import httpcore
import pytest

from tests.support.fetches import fetched
from tests.support.http2 import Http2Server, headers
from tests.support.limits import no_wait
from tests.support.network import answering, record_connections
from tests.support.proxy import ESTABLISHED, ConnectProxy, flooding, hanging, start
from tests.support.servers import endless, fresh_chain, saying, server_context
from tests.support.turns import turns_during
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.aia_site import redirect
from tui_chain.lab.servers.stream import Stream
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.request import LiveRequest
from tui_chain.net import fetch as fetching
from tui_chain.net.errors import AnswerTooLarge, BrokenHTTP
from tui_chain.net.fetch import FetchRefusedError
from tui_chain.net.http1 import UNKNOWN_HTTPCORE, Bounds, HTTP1Connection
from tui_chain.net.streams import CHUNK, BoundedStream
from tui_chain.net.target import Target
from tui_chain.net.tunnel import MAX_HEAD

UNKNOWN = "certs.unknown.test"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


class Flood(httpcore.AsyncNetworkStream):
    """A connection that brought all of its bytes before anybody read, and has ended."""

    def __init__(self, data: bytes) -> None:
        self.left = data

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109
        data, self.left = self.left[:max_bytes], self.left[max_bytes:]
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Whatever is asked, the answer is there already."""

    async def aclose(self) -> None:
        """Nothing is open."""


def ask(data: bytes, bounds: Bounds, peer: str = "the server") -> HTTP1Connection:
    return HTTP1Connection(httpcore.Origin(b"http", b"a", 80), Flood(data), bounds, peer)


async def answer_of(speech: HTTP1Connection) -> httpcore.Response:
    return await speech.handle_async_request(httpcore.Request("GET", "http://a:80/", headers=[("Host", "a")]))


# turns for others


def test_a_flood_before_the_answer_is_read_by_turns() -> None:
    stream = BoundedStream(Flood(b"x" * 200_000), "the server", 128 * 1024)

    async def read() -> None:
        while True:
            await stream.read(1 << 20)

    assert asyncio.run(turns_during(read(), BrokenHTTP)) >= 128 * 1024 // CHUNK


def test_interim_answers_within_their_bound_are_read_by_turns() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\n" + b"a: b\r\n" * 900 + b"\r\n"
    speech = ask(hints * 20 + OK + b"Content-Length: 0\r\n\r\n", Bounds())
    assert asyncio.run(turns_during(answer_of(speech))) >= 20 * len(hints) // CHUNK


def test_a_body_in_tiny_chunks_is_read_by_turns() -> None:
    count = 2000
    data = OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * count + b"0\r\n\r\n"

    async def flood() -> int:
        response = await answer_of(ask(data, Bounds(body=count)))
        found: list[bytes] = []

        async def read() -> None:
            assert isinstance(response.stream, AsyncIterable)
            found.append(await fetching._whole(aiter(response.stream)))

        turns = await turns_during(read())
        assert found == [b"x" * count]
        return turns

    assert asyncio.run(flood()) >= count


def test_a_proxy_s_flood_is_read_by_turns() -> None:
    bounds = Bounds(head=MAX_HEAD, interim=None, total=MAX_HEAD)
    flood = answer_of(ask(CONTINUE * MAX_HEAD, bounds, "the proxy"))
    assert asyncio.run(turns_during(flood, BrokenHTTP)) >= MAX_HEAD // CHUNK


# bounds of bytes


@pytest.mark.parametrize("beyond", [0, 1])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
def test_a_body_may_fill_its_bound_and_not_a_byte_more(lab: Lab, beyond: int, *, chunked: bool) -> None:
    body = b"x" * (4096 + beyond)
    head = b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"Content-Length: %d\r\n\r\n" % len(body)
    sent = b"".join(b"1\r\nx\r\n" for _ in body) + b"0\r\n\r\n" if chunked else body
    url = f"http://127.0.0.1:{lab.listen(saying(OK + head + sent))}/x"
    if beyond:
        with pytest.raises(FetchRefusedError, match=r"^the answer is larger than 4 KiB$"):
            fetched(url, limit=4096)
    else:
        assert fetched(url, limit=4096).body == body


def test_what_stands_around_a_body_is_bounded_too(lab: Lab) -> None:
    """Chunks of one byte whose extensions are long: 64 KiB of a body would be 2 GiB on the wire."""
    chunk = b"1;" + b"e" * 30_000 + b"\r\nx\r\n"

    async def talk(stream: Stream) -> None:
        await stream.receive()
        await stream.send(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            await stream.send(chunk)

    with no_wait(), pytest.raises(FetchRefusedError, match="around a smaller body"):
        fetched(f"http://127.0.0.1:{lab.listen(talk)}/x", limit=4096)


def test_the_body_s_end_is_no_exception_for_a_parser_that_counts() -> None:
    async def read() -> None:
        response = await answer_of(ask(OK + b"Content-Length: 5\r\n\r\nabcde", Bounds(body=4)))
        with pytest.raises(AnswerTooLarge):
            await fetching._whole(response.aiter_stream())

    asyncio.run(read())


FLOODS = {
    "interim answers": (CONTINUE, "sent over 20 interim answers and no answer"),
    "a head of many lines": (b"X-More: and more\r\n" * 500, "the answer broke off: "),
    "a line without end": (b"x" * 10_000, "the answer broke off: "),
}


@pytest.mark.parametrize("through", ["directly", "by a proxy"])
@pytest.mark.parametrize("name", FLOODS)
def test_a_proxy_s_answer_is_bounded_as_a_direct_one(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str, through: str
) -> None:
    """Bytes and their number end it, long before the time is over."""
    monkeypatch.setattr(fetching, "URL_SECONDS", 120.0)
    piece, words = FLOODS[name]
    sent: list[int] = []

    async def talk(stream: Stream) -> None:
        await stream.receive()
        await stream.send(b"" if piece == CONTINUE else OK + b"X: ")
        while True:
            await stream.send(piece)
            sent.append(len(piece))

    port = lab.listen(talk)
    if through == "by a proxy":
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    with no_wait(), pytest.raises(FetchRefusedError) as refused:
        fetched(f"http://{UNKNOWN if through == 'by a proxy' else f'127.0.0.1:{port}'}/x")
    assert words in str(refused.value)


@pytest.mark.parametrize("size", [4096, 4097])
def test_a_proxy_s_body_is_bounded_as_a_direct_one(lab: Lab, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    talk = saying(OK + b"Content-Length: %d\r\n\r\n" % size + b"x" * size)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{lab.listen(talk)}")
    if size == 4096:
        assert len(fetched(f"http://{UNKNOWN}/x", limit=4096).body) == size
    else:
        with pytest.raises(FetchRefusedError, match=r"^the answer is larger than 4 KiB$"):
            fetched(f"http://{UNKNOWN}/x", limit=4096)


TUNNELS = {
    "interim answers": flooding(b"", CONTINUE),
    "long interim answers": flooding(b"", b"HTTP/1.1 103 Early Hints\r\n" + b"a: b\r\n" * 2000 + b"\r\n"),
    "a head of many lines": flooding(OK, b"X: y\r\n" * 100),
    "a line without end": flooding(OK + b"X: ", b"y" * 1000),
}


@pytest.mark.parametrize("name", TUNNELS)
def test_a_fetch_leaves_a_proxy_that_does_not_come_to_the_point(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(fetching, "URL_SECONDS", 120.0)
    monkeypatch.setenv("https_proxy", start(lab, ConnectProxy(behaviour=TUNNELS[name])))
    with no_wait(), pytest.raises(FetchRefusedError, match=r"^the proxy"):
        fetched(f"https://{UNKNOWN}/x")


def test_a_fetch_leaves_a_proxy_that_never_answers(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "URL_SECONDS", 0.5)
    monkeypatch.setenv("https_proxy", start(lab, ConnectProxy(behaviour=hanging)))
    with no_wait(), pytest.raises(FetchRefusedError, match="no answer within"):
        fetched(f"https://{UNKNOWN}/x")


def test_what_a_proxy_says_before_tls_is_fed_to_tls(lab: Lab) -> None:
    """Bytes right behind its answer are the tunnel's: dropped, they would hide that somebody is in between."""

    async def babble(stream: Stream, _: str) -> None:
        await stream.send(ESTABLISHED + b"no TLS at all\r\n")
        await stream.finish()

    proxy = start(lab, ConnectProxy(behaviour=babble))
    attempt = live(lab, LiveRequest(Target("localhost", lab.host("complete").port), proxy=proxy))
    assert attempt.text.startswith("TLS failed: ")
    assert attempt.tls_error


def test_a_greeting_that_comes_with_the_proxy_s_answer_is_not_lost(lab: Lab) -> None:
    async def greet(stream: Stream, _: str) -> None:
        await stream.send(ESTABLISHED + b"-ERR not today\r\n")
        await stream.finish()

    proxy = start(lab, ConnectProxy(behaviour=greet))
    attempt = live(lab, LiveRequest(Target("localhost", 110, "pop3"), proxy=proxy))
    assert attempt.text == "STARTTLS failed: it answered '-ERR not today'"


def test_tickets_without_end_are_no_answer(lab: Lab) -> None:
    """Messages of TLS behind its handshake are bytes too, which no bound of HTTP sees."""
    context = server_context(lab, fresh_chain(lab))
    context.num_tickets = 4000

    async def talk(stream: Stream) -> None:
        await stream.start_tls(context)
        await stream.receive()
        await stream.send(OK + b"Content-Length: 0\r\n\r\n")
        await stream.finish()

    attempt = live(lab, LiveRequest(Target("localhost", lab.listen(talk)), timeout=60))
    assert (attempt.ok, attempt.status) == (False, None)
    assert attempt.text == "over 256 KiB of TLS came and no answer"


# HTTP/2 that is judged


def live(lab: Lab, request: LiveRequest) -> Attempt:
    async def run() -> Attempt:
        attempt = await request.send(bundle_context(lab.trust_pem), "test")
        assert len(asyncio.all_tasks()) == 1
        return attempt

    attempt = asyncio.run(run())
    gc.collect()
    assert attempt.text.isprintable()
    return attempt


NO_ANSWERS: dict[str, Iterable[bytes]] = {
    "no status": [headers(("server", "x"), ends=True)],
    "no headers": [headers(ends=True)],
    "two statuses": [headers((":status", "200"), (":status", "500"), ends=True)],
    "two equal statuses": [headers((":status", "200"), (":status", "200"), ends=True)],
    "status behind a header": [headers(("server", "x"), (":status", "200"), ends=True)],
    "upper case": [headers((":status", "200"), ("Server", "x"), ends=True)],
    "upper case of the status": [headers((":Status", "200"), ends=True)],
    "status with a sign": [headers((":status", "+200"), ends=True)],
    "status with a line": [headers((":status", "2_00"), ends=True)],
    "status with a blank": [headers((":status", " 200"), ends=True)],
    "status of other digits": [headers((":status", "\u0662\u0660\u0660"), ends=True)],
    "a request's name": [headers((":status", "200"), (":path", "/"), ends=True)],
    "a connection's header": [headers((":status", "200"), ("connection", "close"), ends=True)],
    "interim answers": [headers((":status", "103")) * 21],
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_an_http2_answer_that_is_not_sound_is_none(lab: Lab, name: str) -> None:
    """httpcore by itself takes the first two for an answer with status 200."""
    server = Http2Server(lab, NO_ANSWERS[name])
    with no_wait():
        attempt = live(lab, LiveRequest(Target("localhost", lab.listen(server)), timeout=60))
    assert (attempt.ok, attempt.status, attempt.http2) == (False, None, True)
    assert attempt.text != "no answer within 60 s"
    assert server.chosen[0] == "h2"


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_after_broken_http2_the_answer_is_that_of_http_1_1(lab: Lab, name: str) -> None:
    plain = OK + b"Content-Length: 0\r\n\r\n"
    server = Http2Server(lab, NO_ANSWERS[name], protocols=("h2", "http/1.1"), plain=plain)
    attempt = live(lab, LiveRequest(Target("localhost", lab.listen(server)), timeout=60))
    assert (attempt.ok, attempt.status, attempt.http_version) == (True, 200, "HTTP/1.1")
    assert attempt.text.startswith("200 OK, after HTTP/2 failed: ")


def test_twenty_interim_answers_of_http2_are_no_flood(lab: Lab) -> None:
    server = Http2Server(lab, [headers((":status", "103")) * 20 + headers((":status", "204"), ends=True)])
    attempt = live(lab, LiveRequest(Target("localhost", lab.listen(server))))
    assert (attempt.ok, attempt.text, attempt.http_version) == (True, "204 No Content", "HTTP/2")


@pytest.mark.parametrize(
    ("kind", "name"), [("AsyncHTTP11Connection", "_h11_state"), ("AsyncHTTP2Connection", "_h2_state")]
)
def test_an_httpcore_that_cannot_be_bounded_sends_nothing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, kind: str, name: str
) -> None:
    """Its parser has another name: ours would stand beside it, and see nothing."""
    original = getattr(httpcore, kind).__init__

    def renaming(self: object, *given: object, **named: object) -> None:
        original(self, *given, **named)
        vars(self)["_parser"] = vars(self).pop(name)

    monkeypatch.setattr(getattr(httpcore, kind), "__init__", renaming)
    server = Http2Server(lab, [headers((":status", "200"), ends=True)], plain=OK + b"Content-Length: 0\r\n\r\n")
    if name == "_h11_state":
        server = Http2Server(lab, (), protocols=("http/1.1",), plain=OK + b"Content-Length: 0\r\n\r\n")
    attempt = live(lab, LiveRequest(Target("localhost", lab.listen(server)), timeout=60))
    assert attempt.text.endswith(UNKNOWN_HTTPCORE)
    sent = [first.split(b"\r\n")[0] for first in server.heard if first]
    assert sent == ([] if name == "_h11_state" else [b"GET / HTTP/1.1"])
    assert attempt.http_version == (None if name == "_h11_state" else "HTTP/1.1")


# the address that was judged


def test_a_redirect_to_a_name_that_leads_elsewhere_by_now_is_judged_anew(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same name once more: its second answer is judged, and never connected to."""
    first = lab.publish("/rebound", b"never").replace("127.0.0.1", "rebinding.test")
    url = lab.publish("/first", redirect(first)).replace("127.0.0.1", "rebinding.test")
    tried = record_connections(monkeypatch)
    with answering(monkeypatch, "127.0.0.1", "10.0.0.1") as asked, pytest.raises(FetchRefusedError) as refused:
        fetched(url)
    assert str(refused.value).startswith("10.0.0.1 is a private address")
    assert (asked, tried) == (["rebinding.test"] * 2, ["127.0.0.1"])


def test_the_live_request_looks_a_name_up_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    port = lab.host("complete").port
    tried = record_connections(monkeypatch)
    with answering(monkeypatch, "127.0.0.1", "169.254.169.254") as asked:
        attempt = live(lab, LiveRequest(Target("localhost", port)))
    assert (attempt.ok, attempt.address) == (True, "127.0.0.1")
    assert (asked, tried) == (["localhost"], ["127.0.0.1"])


def test_an_endless_body_is_left_at_its_bound(lab: Lab) -> None:
    port = lab.listen(endless(OK + b"\r\n" + b"x" * 1000))
    with no_wait(), pytest.raises(FetchRefusedError, match="larger than 4 KiB"):
        fetched(f"http://127.0.0.1:{port}/x", limit=4096)
