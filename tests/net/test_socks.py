"""SOCKS 5: with and without a login, by name and by address, and proxies that mean no good."""

from __future__ import annotations

import asyncio
import gc

import pytest

from tests.support.fetches import fetched
from tests.support.limits import no_wait
from tests.support.network import answering, record_connections
from tests.support.servers import Dialogue, fresh_chain, server_context
from tests.support.socks import GRANTED, REFUSED, SocksServer, start
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.request import LiveRequest
from tui_chain.net import fetch as fetching
from tui_chain.net.addresses import ConsentNeededError, Reach
from tui_chain.net.fetch import FetchRefusedError
from tui_chain.net.target import Target
from tui_chain.pool.published import download

PUBLIC = frozenset({Reach.PUBLIC})
UNKNOWN = "certs.unknown.test"
LOGIN = (b"joe", b"s3cret&/")
URL_LOGIN = "joe:s3cret%26%2F@"


def send(lab: Lab, proxy: str, target: Target, *, seconds: float = 5.0) -> Attempt:
    async def run() -> Attempt:
        attempt = await LiveRequest(target, timeout=seconds, proxy=proxy).send(bundle_context(lab.trust_pem), "test")
        assert len(asyncio.all_tasks()) == 1, "the tunnel left a task behind"
        return attempt

    attempt = asyncio.run(run())
    gc.collect()
    assert attempt.text.isprintable()
    return attempt


def complete(lab: Lab) -> Target:
    return Target("localhost", lab.host("complete").port)


def published(lab: Lab, path: str, body: bytes) -> tuple[str, int]:
    """A URL whose name only the proxy knows, and its port."""
    url = lab.publish(path, body)
    port = int(url.split(":")[2].split("/")[0])
    return url.replace("127.0.0.1", UNKNOWN), port


@pytest.mark.parametrize("login", [None, LOGIN], ids=["open", "login"])
def test_a_fetch_goes_by_name_through_socks5h(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, login: tuple[bytes, bytes] | None
) -> None:
    server = SocksServer(login=login, names={UNKNOWN: "127.0.0.1"})
    proxy = start(lab, server, login=URL_LOGIN if login else "")
    monkeypatch.setenv("http_proxy", proxy)
    url, port = published(lab, "/by-socks.cer", b"body")
    answer = fetched(url, PUBLIC)
    assert (answer.body, answer.url) == (b"body", url)
    assert answer.address == f"by proxy 127.0.0.1:{proxy.rpartition(':')[2]}"
    assert server.asked == [(UNKNOWN, port)]
    assert server.logins == ([LOGIN] if login else [])


def test_socks5_is_told_the_address_that_was_judged(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up here once; a second answer, which would lead inside, is never asked for."""
    server = SocksServer(names={"8.8.8.8": "127.0.0.1"})
    monkeypatch.setenv("all_proxy", start(lab, server, "socks5"))
    url, port = published(lab, "/pinned.cer", b"pinned")
    with answering(monkeypatch, "8.8.8.8", "169.254.169.254") as asked:
        assert fetched(url, PUBLIC).body == b"pinned"
    assert server.asked == [("8.8.8.8", port)]
    assert asked == [UNKNOWN]


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "127.0.0.1", ("8.8.8.8", "10.0.0.1")])
def test_nothing_that_leads_inside_reaches_the_proxy(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, scheme: str, address: str | tuple[str, ...]
) -> None:
    server = SocksServer()
    monkeypatch.setenv("http_proxy", start(lab, server, scheme))
    with answering(monkeypatch, address), pytest.raises(ConsentNeededError):
        fetched("http://evil.example/ca.cer", PUBLIC)
    assert (server.offered, server.asked) == ([], [])


def test_socks5_does_not_take_a_name_that_is_not_known_here(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    server = SocksServer(names={"nowhere.invalid": "127.0.0.1"})
    monkeypatch.setenv("http_proxy", start(lab, server, "socks5"))
    with pytest.raises(FetchRefusedError, match="its host name is not known"):
        fetched("http://nowhere.invalid/ca.cer", PUBLIC)
    assert server.offered == []


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_live_request_goes_through(lab: Lab, scheme: str) -> None:
    server = SocksServer(login=LOGIN)
    attempt = send(lab, start(lab, server, scheme, URL_LOGIN), complete(lab))
    assert (attempt.ok, attempt.status, attempt.address) == (True, 200, None)
    ((host, port),) = server.asked
    assert port == complete(lab).port
    assert (host == "localhost") == (scheme == "socks5h")
    assert (attempt.times.lookup is None) == (scheme == "socks5h")
    assert None not in (attempt.times.connect, attempt.times.tls, attempt.times.first_byte)


def test_another_protocol_goes_through_too(lab: Lab) -> None:
    context = server_context(lab, fresh_chain(lab))
    mail = lab.listen(
        Dialogue(b"+OK ready\r\n", [(b"STLS", b"+OK\r\n")], context, [], [(b"CAPA", b"+OK listed\r\n.\r\n")])
    )
    server = SocksServer()
    attempt = send(lab, start(lab, server), Target("localhost", mail, "pop3"))
    assert (attempt.ok, attempt.text) == (True, "+OK listed")


def test_the_list_is_downloaded_through_it(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    context = server_context(lab, fresh_chain(lab))

    async def serve(stream: Stream) -> None:
        await stream.start_tls(context)
        await stream.receive()
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlist")
        await stream.finish()

    server = SocksServer(login=LOGIN)
    for name in ("https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", start(lab, server, login=URL_LOGIN))
    port = lab.listen(serve)
    assert download(f"https://localhost:{port}/list", bundle_context(lab.trust_pem)) == b"list"
    assert server.asked == [("localhost", port)]


def test_a_wrong_login_is_told_without_it(lab: Lab) -> None:
    server = SocksServer(login=LOGIN)
    attempt = send(lab, start(lab, server, login="joe:wr0ng@"), complete(lab))
    assert (attempt.ok, attempt.text) == (False, "the proxy refused: user or password is wrong")
    assert attempt.proxy_error
    assert server.asked == []
    assert "wr0ng" not in repr(attempt)


def test_a_proxy_that_wants_a_login_is_told(lab: Lab) -> None:
    attempt = send(lab, start(lab, SocksServer(login=LOGIN)), complete(lab))
    assert attempt.text == "the proxy refused: it does not take a connection without user and password"


def test_a_login_goes_only_where_it_is_asked_for(lab: Lab) -> None:
    server = SocksServer()
    assert send(lab, start(lab, server, login=URL_LOGIN), complete(lab)).ok
    assert (server.offered, server.logins) == ([b"\x00\x02"], [])


@pytest.mark.parametrize("login", ["joe:" + "x" * 256 + "@", "x" * 256 + ":pw@", "joe:@"])
def test_a_login_that_socks_cannot_carry_is_told(lab: Lab, login: str) -> None:
    server = SocksServer()
    attempt = send(lab, start(lab, server, login=login), complete(lab))
    assert attempt.text == "a SOCKS 5 proxy takes a user and a password of 1 to 255 bytes each"
    assert server.offered == []


def test_a_host_that_the_proxy_does_not_reach_is_told(lab: Lab) -> None:
    attempt = send(lab, start(lab, SocksServer()), Target("127.0.0.1", lab.dead_port))
    assert attempt.text == "the proxy refused: connection refused"


def test_an_answer_in_single_bytes_is_read_whole_and_no_further(lab: Lab) -> None:
    """An answer may name the address that the proxy bound, of any kind."""
    name = b"\x05\x00\x00\x03\x05proxy\x04\x38"
    ipv6 = b"\x05\x00\x00\x04" + bytes(18)
    for granted in (GRANTED, name, ipv6):
        server = SocksServer(granted=tuple(bytes((byte,)) for byte in granted))
        assert send(lab, start(lab, server), complete(lab)).ok


def saying(*pieces: bytes) -> SocksServer:
    async def say(stream: Stream) -> None:
        for piece in pieces:
            await stream.send(piece)
        await stream.finish()

    return SocksServer(answer=say)


async def flood(stream: Stream) -> None:
    await stream.send(b"\x05\x00")
    while True:
        await stream.send(b"\x05\x00\x00\x03\xff" + b"x" * 16_000)


async def hang(stream: Stream) -> None:
    while await stream.receive():
        pass


REFUSALS = {
    "nothing": (saying(), "the proxy closed the connection without an answer"),
    "half": (saying(b"\x05"), "the proxy closed the connection without an answer"),
    "half an address": (saying(b"\x05\x00", GRANTED[:7]), "the proxy closed the connection without an answer"),
    "HTTP": (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "the proxy"),
    "another version": (saying(b"\x04\x00"), "the proxy"),
    "a login not offered": (saying(b"\x05\x02"), "the proxy chose a login that was not offered"),
    "GSSAPI": (saying(b"\x05\x01"), "the proxy chose a login that was not offered"),
    "a login that is none": (saying(b"\x05\x77"), "the proxy's answer is no SOCKS 5"),
    "an answer of another version": (saying(b"\x05\x00", b"\x04" + GRANTED[1:]), "the proxy's answer is no SOCKS 5"),
    "a code that is none": (saying(b"\x05\x00", b"\x05\xee" + GRANTED[2:]), "the proxy's answer is no SOCKS 5"),
    "an address that is none": (
        saying(b"\x05\x00", b"\x05\x00\x00\x09" + bytes(6)),
        "the proxy's answer is no SOCKS",
    ),
    "escapes": (saying(b"\x05\x00", b"\x05\x00\x00\x03\x04\x1b[2J\x00\x00"), ""),
    "refused": (saying(b"\x05\x00", REFUSED), "the proxy refused: connection not allowed by ruleset"),
    "flood": (SocksServer(answer=flood), ""),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_proxy_that_does_not_connect_is_told_in_words(lab: Lab, name: str) -> None:
    server, words = REFUSALS[name]
    with no_wait():
        attempt = send(lab, start(lab, server), complete(lab), seconds=60)
    assert (attempt.ok, attempt.status) == (False, None)
    assert attempt.text.startswith(words)


def test_a_proxy_that_hangs_is_given_up(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = start(lab, SocksServer(answer=hang))
    with no_wait():
        attempt = send(lab, proxy, complete(lab), seconds=0.3)
        assert attempt.text == "no answer of the proxy within 0.3 s"
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setattr(fetching, "URL_SECONDS", 0.3)
        with pytest.raises(FetchRefusedError, match="no answer within"):
            fetched(f"http://{UNKNOWN}/x", PUBLIC)


def test_only_the_proxy_is_connected_to(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = record_connections(monkeypatch)
    monkeypatch.setenv("http_proxy", start(lab, SocksServer(names={UNKNOWN: "127.0.0.1"})))
    url, _ = published(lab, "/only.cer", b"x")
    fetched(url, PUBLIC)
    assert tried == ["127.0.0.1"]
