"""One fetch within the bounds of law 7, against a server that keeps none of them."""

from __future__ import annotations

import asyncio
import gc
import gzip
import itertools

import pytest

from tests.support.fetches import HERE, fetched
from tests.support.network import answering, record_connections
from tests.support.servers import endless, refused_port, reset, saying
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.aia_site import AiaAnswer, redirect
from tui_chain.lab.servers.stream import Stream
from tui_chain.net import fetch as fetching
from tui_chain.net.addresses import Permission, Reach
from tui_chain.net.fetch import MAX_BYTES, FetchRefusedError, fetch


def refusal(url: str, allowed: frozenset[Reach] = HERE) -> str:
    with pytest.raises(FetchRefusedError) as caught:
        fetched(url, allowed)
    return str(caught.value)


def test_an_answer_says_all_about_itself(lab: Lab) -> None:
    answer = fetched(lab.publish("/plain", b"body"))
    assert (answer.body, answer.status, answer.address) == (b"body", 200, "127.0.0.1")
    assert answer.url.endswith("/plain")
    assert answer.milliseconds > 0


def test_an_error_status_is_an_answer(lab: Lab) -> None:
    assert fetched(lab.publish("/gone", AiaAnswer(b"", 410))).status == 410


def test_a_body_may_fill_the_bound(lab: Lab) -> None:
    assert len(fetched(lab.publish("/full", b"x" * MAX_BYTES)).body) == MAX_BYTES


BEYOND = {
    "declared": AiaAnswer(b"x" * (MAX_BYTES + 1)),
    "undeclared": AiaAnswer(lambda: [b"x" * (MAX_BYTES + 1)]),
    "endless": AiaAnswer(lambda: itertools.repeat(b"x" * 1000)),
}


@pytest.mark.parametrize("name", BEYOND)
def test_a_body_beyond_the_bound_is_an_error_and_not_a_truncation(lab: Lab, name: str) -> None:
    assert refusal(lab.publish(f"/{name}", BEYOND[name])) == "the answer is larger than 64 KiB"


def test_a_compressed_body_is_not_unpacked(lab: Lab) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    answer = fetched(lab.publish("/bomb", AiaAnswer(bomb, headers=(("Content-Encoding", "gzip"),))))
    assert answer.body == bomb


@pytest.mark.parametrize(
    "answer",
    [AiaAnswer(b"late", delay=3600), AiaAnswer(lambda: itertools.repeat(b"x"), pause=0.05)],
    ids=["late", "drip"],
)
def test_a_slow_answer_uses_up_its_time(lab: Lab, monkeypatch: pytest.MonkeyPatch, answer: AiaAnswer) -> None:
    monkeypatch.setattr(fetching, "URL_SECONDS", 0.2)
    assert refusal(lab.publish("/slow", answer)) == "no answer within 0.2 s"


OK = b"HTTP/1.1 200 OK\r\n"
BROKEN = {
    "closed": (saying(), "the answer broke off: "),
    "reset": (reset, "the answer broke off: connection reset by peer"),
    "garbage": (saying(b"\x00\xff\x1b[31m\r\n\r\n"), "the answer broke off: "),
    "tls": (saying(b"\x15\x03\x01\x00\x02\x02\x46"), "the answer broke off: "),
    "half": (saying(OK + b"Content-Length: 9\r\n\r\nhalf"), "the answer broke off: "),
    "endless head": (endless(OK + b"X-More: and more\r\n" * 500), "the answer broke off: "),
    "bad chunks": (
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\x1b[2J\r\n"),
        "the answer broke off",
    ),
    "bad length": (saying(OK + b"Content-Length: -1\r\n\r\n"), "the answer broke off: "),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_told_in_words(lab: Lab, name: str) -> None:
    handler, words = BROKEN[name]
    said = refusal(f"http://127.0.0.1:{lab.listen(handler)}/x")
    assert said.startswith(words)
    assert said.isprintable()


def test_a_dead_port_is_told_in_words() -> None:
    with refused_port() as port:
        assert refusal(f"http://127.0.0.1:{port}/x") == "no connection: connection refused"


def test_https_is_verified(lab: Lab) -> None:
    port = lab.host("self-signed").port
    assert refusal(f"https://localhost:{port}/x").startswith("no connection: ")


def test_five_redirects_are_followed_and_six_are_not(lab: Lab) -> None:
    url = lab.publish("/end", b"at last")
    for step in range(5):
        url = lab.publish(f"/step{step}", redirect(url, (301, 302, 303, 307, 308)[step]))
    assert fetched(url).body == b"at last"
    assert refusal(lab.publish("/step5", redirect(url))) == "more than 5 redirects"


def test_a_redirect_may_be_relative(lab: Lab) -> None:
    lab.publish("/dir/end", b"here")
    assert fetched(lab.publish("/dir/start", redirect("end"))).body == b"here"


def test_a_loop_of_redirects_ends(lab: Lab) -> None:
    lab.publish("/loop/b", redirect("/loop/a"))
    assert refusal(lab.publish("/loop/a", redirect("/loop/b"))) == "more than 5 redirects"


REDIRECTS = {
    "file:///etc/passwd": "file:// is not fetched; only http and https are",
    "ldap://127.0.0.1/cn=x": "ldap:// is not fetched; only http and https are",
    "javascript:alert(1)": "javascript:// is not fetched; only http and https are",
    "http://169.254.169.254/latest/meta-data/": "169.254.169.254 is a link-local address",
    "http://10.0.0.1/": "10.0.0.1 is a private address",
    "http://[fd00:ec2::254]/": "fd00:ec2::254 is a private address",
    "http://[::ffff:169.254.169.254]/": "is a link-local address",
    "http://user:secret@127.0.0.1/": "the URL names no plain host",
    "http://[": "a redirect to what is not a URL",
    "http://[::1": "a redirect to what is not a URL",
    "//[/x": "a redirect to what is not a URL",
    "http://127.0.0.1:99999/": "it is not a URL",
    "http://127.0.0.1\\@evil.test/": "the URL names no plain host",
    "http://ex\xe4mple.test/": "the URL has characters that no URL has",
}


@pytest.mark.parametrize("location", REDIRECTS)
def test_a_redirect_is_judged_like_any_url(lab: Lab, monkeypatch: pytest.MonkeyPatch, location: str) -> None:
    """Refused before any connection is tried."""
    tried = record_connections(monkeypatch)
    said = refusal(lab.publish("/redirect", redirect(location)))
    assert said.startswith(REDIRECTS[location]) or REDIRECTS[location] in said
    assert tried == ["127.0.0.1"]


def test_a_redirect_without_a_location_says_so(lab: Lab) -> None:
    assert refusal(lab.publish("/nowhere", AiaAnswer(b"", 302, ()))) == "a redirect without a location"


URLS = {
    "": "a URL without scheme",
    "no scheme": "the URL has characters that no URL has",
    "ldap://127.0.0.1/cn=x?cACertificate": "ldap:// is not fetched",
    "file:///etc/passwd": "file:// is not fetched",
    "FILE:///etc/passwd": "file:// is not fetched",
    "http:relative": "the URL names no plain host",
    "http://": "the URL names no plain host",
    "http://:80/": "the URL names no plain host",
    "http://@127.0.0.1/": "the URL names no plain host",
    "http://u:p@127.0.0.1/": "the URL names no plain host",
    "http://127.0.0.1:0/": "the URL names no plain host",
    "http://127.0.0.1:x/": "it is not a URL",
    "http://127.0.0.1/\r\nX-Injected: yes": "the URL has characters that no URL has",
    "http://127.0.0.1/\x1b[31m": "the URL has characters that no URL has",
    "http://127.0.0.1/\u202e": "the URL has characters that no URL has",
    "http://127.0.0.1/" + "a" * 3000: "the URL is longer than 2048 characters",
    "http://" + "a" * 300 + "/": "its host name is not known",
    "http://a..b/": "its host name is not known",
    "http://2130706433/": "127.0.0.1 is a loopback address; it is asked only with your consent",
    "http://0x7f.1/": "127.0.0.1 is a loopback address",
    "http://0/": "0.0.0.0 is a loopback address",
    "http://127.1/": "127.0.0.1 is a loopback address",
    "http://[::]/": ":: is a loopback address",
    "http://localhost/": "is a loopback address",
}


@pytest.mark.parametrize("url", URLS, ids=[repr(url[:40]) for url in URLS])
def test_a_url_that_is_not_asked_says_why(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    tried = record_connections(monkeypatch)
    said = refusal(url, frozenset({Reach.PUBLIC}))
    assert said.startswith(URLS[url]) or URLS[url] in said
    assert said.isprintable()
    assert tried == []


def test_the_address_that_was_judged_is_the_one_connected_to(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: a second lookup would lead elsewhere."""
    url = lab.publish("/rebinding", b"here").replace("127.0.0.1", "rebinding.test")
    tried = record_connections(monkeypatch)
    with answering(monkeypatch, "127.0.0.1", "169.254.169.254") as asked:
        assert fetched(url).address == "127.0.0.1"
    assert (asked, tried) == (["rebinding.test"], ["127.0.0.1"])


def test_of_several_addresses_only_allowed_ones_are_tried(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    url = lab.publish("/several", b"here").replace("127.0.0.1", "several.test")
    tried = record_connections(monkeypatch)
    with answering(monkeypatch, ("169.254.169.254", "127.0.0.9", "10.0.0.1", "127.0.0.1")):
        assert fetched(url).address == "127.0.0.1"
    assert tried == ["127.0.0.9", "127.0.0.1"]


def test_a_fetch_that_is_cancelled_leaves_nothing_behind(lab: Lab) -> None:
    url = lab.publish("/stalls", AiaAnswer(b"late", delay=3600))

    async def run(seconds: float) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(seconds):
                await fetch(url, allowed=Permission(HERE))
        assert len(asyncio.all_tasks()) == 1

    for seconds in (0, 0.001, 0.01, 0.1):
        asyncio.run(run(seconds))
        gc.collect()


def test_a_change_of_protocol_is_no_answer(lab: Lab) -> None:
    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    assert refusal(f"http://127.0.0.1:{lab.listen(saying(switching))}/x").startswith("the answer broke off: ")


def test_words_before_the_answer_are_passed_over(lab: Lab) -> None:
    pieces = (b"HTTP/1.1 103 Early Hints\r\n\r\n", OK + b"Content-Length: 4\r\n\r\n", b"body")
    assert fetched(f"http://127.0.0.1:{lab.listen(saying(*pieces))}/x").body == b"body"


def test_an_answer_without_a_length_ends_with_the_connection(lab: Lab) -> None:
    port = lab.listen(saying(OK + b"X: y\r\n\r\n", b"all"))
    assert fetched(f"http://127.0.0.1:{port}/x").body == b"all"


def test_the_query_is_asked_and_the_fragment_is_not(lab: Lab) -> None:
    heads: list[bytes] = []

    async def note(stream: Stream) -> None:
        heads.append(await stream.receive())
        await stream.send(OK + b"Content-Length: 0\r\n\r\n")
        await stream.finish()

    port = lab.listen(note)
    fetched(f"http://127.0.0.1:{port}?a=b%20c#part")
    lines = heads[0].split(b"\r\n")
    assert lines[:2] == [b"GET /?a=b%20c HTTP/1.1", f"Host: 127.0.0.1:{port}".encode()]
    assert {line.split(b":")[0].lower() for line in lines[1:] if line} == {
        b"host", b"user-agent", b"accept", b"accept-encoding",
    }  # fmt: skip


def test_https_is_asked_where_it_is_trusted(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    import certifi

    monkeypatch.setattr(certifi, "where", lambda: str(lab.trust_file))
    assert fetched(f"https://localhost:{lab.host('complete').port}/").status < 600
