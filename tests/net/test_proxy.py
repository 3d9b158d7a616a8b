"""Through a proxy: what goes there, what never does, and that its password stays out of sight."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.support.network import answering, record_connections
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.net.addresses import ConsentNeededError, Permission, Reach
from tui_chain.net.fetch import FetchedAnswer, FetchRefusedError, fetch
from tui_chain.net.proxy import proxy_for
from tui_chain.net.route import local_name

PUBLIC = frozenset({Reach.PUBLIC})
ALL = frozenset(Reach)
UNKNOWN = "certs.unknown.test"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete"]) as opened:
        yield opened


class Proxy:
    """A forward proxy that answers by itself and keeps the heads of what it was asked."""

    def __init__(self, lab: Lab) -> None:
        self.heads: list[str] = []
        self.port = lab.listen(self.handle)

    async def handle(self, stream: Stream) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            data = await stream.receive()
            if not data:
                return
            head += data
        self.heads.append(head.decode())
        refused = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
        found = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody"
        await stream.send(refused if head.startswith(b"CONNECT") else found)
        await stream.finish()


@pytest.fixture
def proxy(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Proxy:
    made = Proxy(lab)
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://user:s%40cret@127.0.0.1:{made.port}")
    return made


def get(url: str, allowed: frozenset[Reach] = PUBLIC) -> FetchedAnswer:
    return asyncio.run(fetch(url, allowed=Permission(allowed)))


def test_a_name_that_only_the_proxy_knows_is_its_business(proxy: Proxy) -> None:
    answer = get(f"http://{UNKNOWN}/ca.cer")
    assert answer.body == b"body"
    assert answer.address == f"by proxy 127.0.0.1:{proxy.port}"
    (head,) = proxy.heads
    assert head.startswith(f"GET http://{UNKNOWN}/ca.cer HTTP/1.1\r\n")
    login = base64.b64encode(b"user:s@cret").decode()
    assert f"proxy-authorization: basic {login}".lower() in head.lower()


def test_a_public_name_goes_to_the_proxy_and_not_to_its_address(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = record_connections(monkeypatch)
    with answering(monkeypatch, "8.8.8.8"):
        get("http://ca.example/ca.cer")
    assert len(proxy.heads) == 1
    assert connected == ["127.0.0.1"]


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "127.0.0.1", "::1", "fd00::1", ("8.8.8.8", "10.0.0.1")]
)
def test_a_name_that_leads_inside_never_reaches_the_proxy(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, address: str | tuple[str, ...]
) -> None:
    with answering(monkeypatch, address), pytest.raises(ConsentNeededError):
        get("http://evil.example/ca.cer")
    assert proxy.heads == []


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/meta", "http://[::1]/x", "http://intranet/x", "http://ca.corp/x", "http://a.local./x"],
)
def test_addresses_and_names_inside_need_consent(proxy: Proxy, url: str) -> None:
    with pytest.raises(ConsentNeededError):
        get(url)
    assert proxy.heads == []


def test_what_is_inside_and_allowed_is_asked_directly(proxy: Proxy, lab: Lab) -> None:
    url = lab.publish("/direct.cer", b"direct")
    assert get(url, ALL).body == b"direct"
    assert proxy.heads == []


def test_a_redirect_inside_is_judged_behind_the_proxy_too(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    async def handle(stream: Stream) -> None:
        await stream.receive()
        await stream.send(b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n")
        await stream.finish()

    monkeypatch.setenv("http_proxy", f"127.0.0.1:{lab.listen(handle)}")
    with pytest.raises(ConsentNeededError, match=r"10\.0\.0\.1"):
        get(f"http://{UNKNOWN}/ca.cer")


def test_https_goes_through_a_tunnel_and_a_refusal_is_plain_and_without_the_password(proxy: Proxy) -> None:
    with pytest.raises(FetchRefusedError, match="the proxy refused: 403") as caught:
        get(f"https://{UNKNOWN}/ca.cer")
    assert proxy.heads[0].startswith(f"CONNECT {UNKNOWN}:443")
    assert "cret" not in str(caught.value)


def test_a_proxy_that_is_gone_is_said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{lab.dead_port}")
    with pytest.raises(FetchRefusedError, match="no connection"):
        get(f"http://{UNKNOWN}/ca.cer")


def chosen(url: str, **environment: str) -> str | None:
    found = proxy_for(urlsplit(url), environment)
    return None if found is None else found.url


def test_which_proxy_is_taken() -> None:
    assert chosen("http://a.test/", http="http://p:1") == "http://p:1"
    assert chosen("https://a.test/", http="http://p:1") is None
    assert chosen("https://a.test/", all="p:1") == "http://p:1"
    assert chosen("https://a.test/", https="https://u:p@p/") == "https://p:443"
    assert chosen("http://a.test/", http="http://[::1]:3128") == "http://[::1]:3128"
    assert chosen("http://a.test/", all="socks5h://u:p@p") == "socks5h://p:1080"


@pytest.mark.parametrize("kind", ["socks4://p:1", "socks://p:1", "http://", "http://p:99999", "://"])
def test_a_proxy_of_another_kind_is_refused_and_not_passed_by(kind: str) -> None:
    with pytest.raises(FetchRefusedError, match="not supported") as caught:
        chosen("http://a.test/", http=kind)
    assert "no_proxy" in caught.value.hint


@pytest.mark.parametrize(
    ("host", "exceptions", "direct"),
    [
        ("a.test", "*", True),
        ("a.test", "a.test", True),
        ("b.a.test", "a.test", True),
        ("b.a.test", ".a.test", True),
        ("b.a.test", "*.a.test", True),
        ("ba.test", "a.test", False),
        ("a.test", " x , A.TEST ", True),
        ("a.test", "", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("[::1]", "::1", True),
        ("a.test", ",", False),
    ],
)
def test_no_proxy(host: str, exceptions: str, *, direct: bool) -> None:
    assert (chosen(f"http://{host}/", http="http://p:1", no=exceptions) is None) == direct


def test_a_login_is_sent_in_the_bytes_that_its_escapes_say() -> None:
    found = proxy_for(urlsplit("https://far.test/"), {"https": "http://us%E9r:p%E4ss%FF@proxy.test:3128"})
    assert found is not None
    assert found.credentials == (b"us\xe9r", b"p\xe4ss\xff")


@pytest.mark.parametrize("login", ["us\ud800er:x", "us\udce9r:p%E4ss"])
def test_a_login_that_is_no_text_is_refused(login: str) -> None:
    with pytest.raises(FetchRefusedError, match="no UTF-8 text"):
        proxy_for(urlsplit("https://far.test/"), {"https": f"http://{login}@proxy.test:3128"})


def test_a_cgi_request_cannot_name_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUEST_METHOD", "GET")
    monkeypatch.setenv("HTTP_PROXY", "http://evil:1")
    assert proxy_for(urlsplit("http://a.test/")) is None


def test_names_of_local_use() -> None:
    assert all(map(local_name, ["intranet", "a.local", "A.LOCALHOST.", "x.home.arpa", "ca.internal"]))
    assert not any(map(local_name, ["a.test", "local.example", "10.0.0.1", "xlocal.example.org"]))
