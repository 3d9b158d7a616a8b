"""The environment's proxy: real tunnels over a real proxy on loopback, and proxies that do not behave."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.limits import no_wait
from tests.support.proxy import (
    ESTABLISHED,
    LOGIN,
    Behaviour,
    ConnectProxy,
    answering,
    flooding,
    hanging,
    opening,
    start,
)
from tests.support.servers import Dialogue, fresh_chain, server_context
from tui_chain.clients.families import FAMILIES
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import Authority, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, make_context
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.choice import RequestChoice
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.live import request_for
from tui_chain.livetest.request import LiveRequest
from tui_chain.livetest.tester import LiveTester, LiveTestResult
from tui_chain.net.proxy import Proxy, environment_proxy, read_proxy, shown_proxy
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.x509.formats.readers import read_certificates

BY_PROXY = RequestChoice(proxy=True)


def send(lab: Lab, proxy: str, target: Target, *, seconds: float = 5.0) -> Attempt:
    async def run() -> Attempt:
        request = LiveRequest(target, timeout=seconds, proxy=proxy, headers=(("X-Mine", "in-the-tunnel"),))
        attempt = await request.send(bundle_context(lab.trust_pem), "test")
        assert len(asyncio.all_tasks()) == 1, "the tunnel left a task behind"
        return attempt

    attempt = asyncio.run(run())
    gc.collect()  # a socket that was left open warns here, and a warning is an error
    assert attempt.text.isprintable()
    return attempt


def complete(lab: Lab) -> Target:
    return Target("localhost", lab.host("complete").port)


def full(lab: Lab, environment: Mapping[str, str], target: Target, pem: bytes | None = None) -> LiveTestResult:
    store = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
    request = request_for(target, BY_PROXY, environment, address="127.0.0.1", timeout=5.0)
    tester = LiveTester(store, datetime.now(UTC), environment, by_proxy=True)
    tested = asyncio.run(tester.test(request, pem, with_programs=False))
    assert isinstance(tested, LiveTestResult)
    return tested


# a proxy that works


def test_a_request_goes_through_the_tunnel(lab: Lab) -> None:
    proxy = ConnectProxy()
    attempt = send(lab, start(lab, proxy), complete(lab))
    assert (attempt.ok, attempt.status, attempt.address) == (True, 200, None)
    assert proxy.asked == [str(complete(lab))]
    times = attempt.times
    assert times.lookup is None, "the proxy looks names up"
    assert all(value is not None for value in (times.connect, times.tls, times.first_byte))


def test_nothing_of_the_request_is_seen_by_the_proxy(lab: Lab) -> None:
    """Law 6, and more: the user's headers travel inside TLS alone."""
    proxy = ConnectProxy()
    assert send(lab, start(lab, proxy), complete(lab)).ok
    assert {line.partition(":")[0].lower() for line in proxy.heads[0].split("\r\n")[1:] if line} == {
        "host",
        "user-agent",
    }
    assert proxy.carried
    assert b"in-the-tunnel" not in proxy.carried
    assert b"GET" not in proxy.carried


def test_credentials_go_to_the_proxy_alone_and_are_shown_nowhere(lab: Lab) -> None:
    heard: list[bytes] = []
    context = server_context(lab, fresh_chain(lab))

    async def listen(stream: Stream) -> None:
        await stream.start_tls(context)
        heard.append(await stream.receive())
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await stream.finish()

    proxy = ConnectProxy(login=LOGIN)
    url = start(lab, proxy).replace("://", "://joe:s3cret%26%2F@")
    tested = full(lab, {"HTTPS_PROXY": url}, Target("localhost", lab.listen(listen)))
    assert tested.live.before.ok
    assert len(proxy.heads) == 1 + len(FAMILIES), "the request, and a handshake for each client family"
    assert proxy.header("proxy-authorization") == [f"Basic {LOGIN}"] * len(proxy.heads)
    assert heard
    assert all(b"proxy-authorization" not in request.lower() for request in heard)
    for secret in ("s3cret", LOGIN, "joe"):
        assert secret not in repr(tested)
        assert secret not in repr(LiveRequest(Target("x"), proxy=url))


def test_a_wrong_login_is_told(lab: Lab) -> None:
    url = start(lab, ConnectProxy(login=LOGIN)).replace("://", "://joe:wrong@")
    attempt = send(lab, url, complete(lab))
    assert (attempt.ok, attempt.text) == (False, "the proxy refused: 407 Proxy Authentication Required")
    assert (attempt.code, attempt.tls_error) == (None, False)


def test_a_proxy_that_speaks_tls_itself(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_bytes(lab.trust_pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    proxy = ConnectProxy(login=LOGIN, tls=server_context(lab, fresh_chain(lab)))
    url = start(lab, proxy).replace("://", "://joe:s3cret%26%2F@")
    attempt = send(lab, url, complete(lab))
    assert (attempt.ok, attempt.status) == (True, 200)
    assert proxy.asked == [str(complete(lab))]


def test_a_proxy_whose_own_certificate_is_refused_gets_no_password(lab: Lab) -> None:
    proxy = ConnectProxy(login=LOGIN, tls=server_context(lab, fresh_chain(lab)))
    attempt = send(lab, start(lab, proxy).replace("://", "://joe:s3cret%26%2F@"), complete(lab))
    assert not attempt.ok
    assert attempt.text.startswith("the proxy's own certificate verify failed")
    assert (attempt.code, attempt.tls_error) == (None, False), "it is not the host that failed"
    assert proxy.heads == []


def test_another_protocol_goes_through_the_tunnel_too(lab: Lab) -> None:
    context, heard = server_context(lab, fresh_chain(lab)), list[bytes]()
    mail = lab.listen(
        Dialogue(b"+OK ready\r\n", [(b"STLS", b"+OK\r\n")], context, heard, [(b"CAPA", b"+OK listed\r\n.\r\n")])
    )
    proxy = ConnectProxy()
    attempt = send(lab, start(lab, proxy), Target("localhost", mail, "pop3"))
    assert (attempt.ok, attempt.text) == (True, "+OK listed")
    assert proxy.asked == [f"localhost:{mail}"]


def test_an_ipv6_host_is_named_in_brackets(lab: Lab) -> None:
    proxy = ConnectProxy(behaviour=answering(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"))
    attempt = send(lab, start(lab, proxy), Target("::1", 8443))
    assert attempt.text == "the proxy refused: 502 Bad Gateway"
    assert proxy.asked == ["[::1]:8443"]


# a proxy that opens TLS


def test_interception_shows_the_proxy_s_chain(lab: Lab) -> None:
    """Before and after tell what the client would see: a chain that is not the server's."""
    own = Authority.root("Corp Proxy Root", now=datetime.now(UTC))
    leaf = own.issue_leaf(["localhost"])
    heard: list[bytes] = []
    context = make_context(lab.folder, Credentials((leaf.der,), leaf.key))
    url = start(lab, ConnectProxy(behaviour=opening(context, heard)))
    pem = to_pem([lab.hierarchy["issuing"].der, lab.hierarchy["root"].der])
    tested = full(lab, {"HTTPS_PROXY": url}, complete(lab), pem)
    assert tested.live.after is not None
    assert [(one.ok, one.code) for one in (tested.live.before, tested.live.after)] == [(False, 20), (False, 20)]
    assert [client.ok for client in tested.clients] == [False] * len(FAMILIES)
    assert heard == [], "nothing is sent to a stranger"
    with_its_root = full(lab, {"HTTPS_PROXY": url}, complete(lab), to_pem([own.der]))
    assert with_its_root.live.after is not None
    assert with_its_root.live.after.ok


# proxies that do not behave

REFUSALS: dict[str, tuple[Behaviour, str]] = {
    "502": (
        answering(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"),
        "the proxy refused: 502 Bad Gateway",
    ),
    "escape": (answering(b"HTTP/1.1 403 \x1b[31mred\r\n\r\n"), "the proxy refused: 403 \\x1b[31mred"),
    "garbage": (answering(b"SSH-2.0-OpenSSH\r\n\r\n"), "the proxy's answer is no HTTP"),
    "nothing": (answering(), "the proxy closed the connection without an answer"),
    "half": (answering(b"HTTP/1.1 200"), "the proxy closed the connection without an answer"),
    "TLS": (answering(b"\x15\x03\x01\x00\x02\x02\x46"), "the proxy"),
    "head without end": (flooding(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100), "the proxy's answer is no HTTP"),
    "line without end": (flooding(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000), "the proxy's answer is no HTTP"),
    "ends early": (answering(ESTABLISHED), ""),
    "babbles in the tunnel": (answering(ESTABLISHED, b"no TLS at all\r\n" * 50), "TLS failed"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_proxy_that_does_not_connect_is_told_in_words(lab: Lab, name: str) -> None:
    behaviour, words = REFUSALS[name]
    attempt = send(lab, start(lab, ConnectProxy(behaviour=behaviour)), complete(lab))
    assert (attempt.ok, attempt.status) == (False, None)
    assert attempt.text.startswith(words)


def test_a_proxy_that_hangs_is_given_up(lab: Lab) -> None:
    with no_wait():
        attempt = send(lab, start(lab, ConnectProxy(behaviour=hanging)), complete(lab), seconds=0.3)
        assert attempt.text == "no answer of the proxy within 0.3 s"


def test_a_tunnel_that_hangs_is_given_up(lab: Lab) -> None:
    async def behave(stream: Stream, place: str) -> None:
        await stream.send(ESTABLISHED)
        await hanging(stream, place)

    attempt = send(lab, start(lab, ConnectProxy(behaviour=behave)), complete(lab), seconds=2.0)
    assert attempt.text == "no answer within 2 s"


def test_a_proxy_that_floods_the_tunnel_is_bounded(lab: Lab) -> None:
    attempt = send(lab, start(lab, ConnectProxy(behaviour=flooding(ESTABLISHED, b"x" * 16_000))), complete(lab))
    assert not attempt.ok
    assert attempt.text.startswith("TLS failed")


@pytest.mark.parametrize("scheme", ["socks4", "socks4a", "socks"])
def test_an_older_socks_is_said_not_to_be_spoken(lab: Lab, scheme: str) -> None:
    attempt = send(lab, f"{scheme}://joe:s3cret@localhost:1080", complete(lab))
    assert attempt.text == "the environment's proxy speaks SOCKS 4, which is not spoken here"


# which proxy


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://a:1"}, "http://a:1"),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:2"}, "http://b:2"),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": ""}, None),
        ({"ALL_PROXY": "http://c:3"}, "http://c:3"),
        ({"HTTPS_PROXY": "http://a:1", "all_proxy": "http://c:3"}, "http://a:1"),
        ({"HTTP_PROXY": "http://d:4"}, None),
        ({"HTTPS_PROXY": "a:1", "NO_PROXY": "other.test"}, "a:1"),
        ({"HTTPS_PROXY": "a:1", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "a:1", "NO_PROXY": "x, .example.test"}, None),
        ({"HTTPS_PROXY": "a:1", "NO_PROXY": "www.example.test:8443"}, None),
        ({"HTTPS_PROXY": "a:1", "NO_PROXY": "www.example.test:443"}, "a:1"),
        ({"HTTPS_PROXY": "a:1", "NO_PROXY": "www.example.test", "no_proxy": "none"}, "a:1"),
    ],
)
def test_the_environment_names_the_proxy(environment: dict[str, str], proxy: str | None) -> None:
    assert environment_proxy(environment, Target("www.example.test", 8443)) == proxy


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://joe:s3cret@proxy:3128", "http://proxy:3128"),
        ("joe:s3cret@proxy:3128", "proxy:3128"),
        ("http://joe:s3@cret@proxy:3128", "http://proxy:3128"),
        ("http://joe:s3://cret@proxy:3128", "http://…"),
        ("joe:s3cret://@proxy", "…"),
        ("http://proxy\x1b]0;x\x07", "http://proxy\\x1b]0;x\\x07"),
        ("http://joe:12/s3cret@proxy", "http://…"),
        ("http://joe:12?s3cret@proxy", "http://…"),
        ("http://joe:s3c#ret@proxy:3128", "http://…"),
        ("joe:12/s3cret@proxy", "…"),
        ("http://joe:s3c#ret", "http://…"),
        ("http://proxy:3128/", "http://proxy:3128"),
        ("http://proxy:3128/s3cret?token=s3cret#s3cret", "http://proxy:3128"),
        ("proxy:3128?s3cret", "proxy:3128"),
        ("http://joe:s3cret@[2001:db8::1]:3128/s3cret", "http://[2001:db8::1]:3128"),
        ("https://joe:s3cret@proxy", "https://proxy"),
    ],
)
def test_a_proxy_is_shown_without_what_logs_in(url: str, shown: str) -> None:
    assert shown_proxy(url) == shown


@pytest.mark.parametrize("url", ["ftp://proxy", "http://", "http://proxy:port", "socks4://proxy", "http://[::1"])
def test_what_is_no_http_proxy_is_a_failure(url: str) -> None:
    assert isinstance(read_proxy(url), Failure)


@pytest.mark.parametrize("begin", ["http://joe:12", "http://joe:12@proxy:3128", "proxy:3128", "http://[::1]:3128"])
@pytest.mark.parametrize("end", ["/s3cret", "/s3cret@host", "?s3cret", "#s3cret", "/?s3cret", "//", "?", "#"])
def test_a_proxy_s_url_ends_with_its_port(begin: str, end: str) -> None:
    """A password with `/`, `?` or `#` in it ends the host's part early: another host would be asked, and shown."""
    told = read_proxy(begin + end)
    assert isinstance(told, Failure)
    assert (told.kind, told.message) == ("proxy", "Something stands behind host and port in the proxy's URL.")
    assert "%2F" in told.hint


@pytest.mark.parametrize("url", ["http://proxy:3128/", "proxy:3128/", "http://joe:s3%2Fcret@proxy:3128/"])
def test_a_slash_behind_the_port_is_usual(url: str) -> None:
    proxy = read_proxy(url)
    assert isinstance(proxy, Proxy)
    assert proxy.url == "http://proxy:3128"


@pytest.mark.parametrize("port", ["9" * 5000, "443" * 2000, "99999", "0", ""])
def test_an_exception_for_no_port_there_is(port: str) -> None:
    """A number that is longer than Python reads is no port, and ends nothing."""
    environment = {"HTTPS_PROXY": "http://a:1", "NO_PROXY": f"www.example.test:{port}, other.test"}
    assert environment_proxy(environment, Target("www.example.test")) == "http://a:1"
    assert environment_proxy(environment, Target("other.test")) is None


def test_a_host_that_no_proxy_names_is_asked_directly(lab: Lab) -> None:
    proxy = ConnectProxy()
    tested = full(lab, {"HTTPS_PROXY": start(lab, proxy), "NO_PROXY": "localhost"}, complete(lab))
    assert tested.live.before.ok
    assert (tested.live.proxy, tested.live.route) == (None, "directly: the environment names no proxy for it")
    assert proxy.heads == []


# redirects by way of the proxy


def redirecting(lab: Lab, location: str) -> int:
    context = server_context(lab, fresh_chain(lab))

    async def handle(stream: Stream) -> None:
        await stream.start_tls(context)
        await stream.receive()
        await stream.send(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
        await stream.finish()

    return lab.listen(handle)


def test_every_hop_goes_through_the_proxy(lab: Lab) -> None:
    broken = lab.host("leaf-only").port
    first = redirecting(lab, f"https://localhost:{broken}/")
    proxy = ConnectProxy()
    tested = full(lab, {"https_proxy": start(lab, proxy)}, Target("localhost", first))
    assert [hop.ok for hop in tested.hops] == [True, False]
    assert tested.live.failed_hop == Target("localhost", broken)
    assert proxy.asked.count(f"localhost:{broken}") == 1


def test_a_hop_that_no_proxy_names_is_asked_directly(lab: Lab) -> None:
    other = lab.host("complete").port
    first = redirecting(lab, f"https://localhost:{other}/")
    proxy = ConnectProxy()
    environment = {"https_proxy": start(lab, proxy), "no_proxy": f"localhost:{other}"}
    tested = full(lab, environment, Target("localhost", first))
    assert [hop.ok for hop in tested.hops] == [True, True]
    assert f"localhost:{other}" not in proxy.asked
    assert f"localhost:{first}" in proxy.asked


@pytest.mark.parametrize("location", ["https://169.254.169.254/", "https://10.0.0.1/", "https://metadata.internal/"])
def test_a_redirect_does_not_lead_the_proxy_inside(lab: Lab, location: str) -> None:
    first = redirecting(lab, location)
    proxy = ConnectProxy()
    tested = full(lab, {"https_proxy": start(lab, proxy)}, Target("localhost", first))
    assert tested.hops[1].attempt is None
    assert "only with your consent" in tested.hops[1].text
    assert set(proxy.asked) == {f"localhost:{first}"}
