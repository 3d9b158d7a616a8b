"""Fetching a list from servers that mean no good."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.support.cli import tlschain
from tests.support.limits import no_wait
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, make_context, stay_silent
from tui_chain.pool import published as downloading
from tui_chain.pool.published import download

LIMIT = 0.5
"""Seconds that even a busy machine needs not beyond the limit."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"

Talk = Callable[[Stream], Awaitable[None]]
Serve = Callable[[Talk], str]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab([]) as opened:
        yield opened


@pytest.fixture
def trusting(lab: Lab) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=lab.trust_file)


@pytest.fixture
def https(lab: Lab) -> Serve:
    """Serve every request over TLS by a function; gives the URL."""
    issuing = lab.hierarchy["issuing"]
    leaf = issuing.issue_leaf()
    context = make_context(lab.folder, Credentials((leaf.der, issuing.der), leaf.key))

    def serve(talk: Talk) -> str:
        async def handle(stream: Stream) -> None:
            await stream.start_tls(context)
            await stream.receive()
            await talk(stream)

        return f"https://localhost:{lab.listen(handle)}/list"

    return serve


def failed(url: str, context: ssl.SSLContext) -> str:
    outcome = download(url, context)
    assert isinstance(outcome, Failure), outcome
    assert outcome.kind == "network"
    assert "tlschain pool update --file" in outcome.hint
    return outcome.message


async def drip(stream: Stream, byte: bytes) -> None:
    while True:
        await stream.send(byte)
        await asyncio.sleep(0.02)


async def dripping_body(stream: Stream) -> None:
    await stream.send(OK + b"\r\n")
    await drip(stream, b"x")


async def dripping_chunks(stream: Stream) -> None:
    await stream.send(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    await drip(stream, b"1\r\nx\r\n")


async def dripping_head(stream: Stream) -> None:
    await stream.send(OK + b"X-Long: ")
    await drip(stream, b"x")


async def silent(stream: Stream) -> None:
    await stream.receive()


@pytest.mark.parametrize("talk", [dripping_body, dripping_chunks, dripping_head, silent])
def test_a_server_that_drips_is_left(
    https: Serve, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, talk: Talk
) -> None:
    """A byte now and then is an answer in time to every read, and could hold a program for ever."""
    monkeypatch.setattr(downloading, "TOTAL_SECONDS", LIMIT)
    with no_wait():
        assert failed(https(talk), trusting).endswith(f"did not come whole within {LIMIT:g} s.")


def test_a_handshake_that_never_ends_is_left(
    lab: Lab, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "TOTAL_SECONDS", LIMIT)
    with no_wait():
        assert "did not come whole" in failed(f"https://localhost:{lab.listen(stay_silent)}/list", trusting)


def redirecting(target: str) -> Talk:
    async def talk(stream: Stream) -> None:
        await stream.send(f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())
        await stream.finish()

    return talk


async def answering(stream: Stream) -> None:
    await stream.send(OK + b"Content-Length: 4\r\n\r\nlist")
    await stream.finish()


@pytest.mark.parametrize("form", ["http://localhost:{port}{path}", "HTTP://localhost:{port}{path}"])
def test_a_redirect_to_http_is_refused_unasked(lab: Lab, https: Serve, trusting: ssl.SSLContext, form: str) -> None:
    """Whoever sits on the way could answer in clear with certificates of their own."""
    place = lab.publish("/in-clear", b"list")
    port = place.removeprefix("http://").split("/")[0].rpartition(":")[2]
    url = https(redirecting(form.format(port=port, path="/in-clear")))
    assert failed(url, trusting) == f"{url} leads away from https; it was not read."
    assert "/in-clear" not in lab.aia_log


def test_a_redirect_to_http_is_refused_behind_another(lab: Lab, https: Serve, trusting: ssl.SSLContext) -> None:
    url = https(redirecting(https(redirecting(lab.publish("/behind", b"list")))))
    assert "leads away from https" in failed(url, trusting)
    assert "/behind" not in lab.aia_log


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://localhost/list", "//", "https://"])
def test_a_redirect_to_what_is_no_site_is_refused(https: Serve, trusting: ssl.SSLContext, target: str) -> None:
    assert isinstance(download(https(redirecting(target)), trusting), Failure)


def test_a_redirect_within_https_is_followed(https: Serve, trusting: ssl.SSLContext) -> None:
    assert download(https(redirecting(https(answering))), trusting) == b"list"


def test_a_server_that_hangs_up_is_told(lab: Lab, trusting: ssl.SSLContext) -> None:
    message = failed(f"https://localhost:{lab.listen(silent)}/list", trusting)
    assert re.fullmatch(r"https://localhost:\d+/list cannot be fetched: \S.*\.", message)


def test_redirects_in_a_circle_end(https: Serve, trusting: ssl.SSLContext) -> None:
    assert "cannot be fetched" in failed(https(redirecting("/list")), trusting)


def test_a_redirect_to_a_server_that_is_not_verified_is_refused(
    lab: Lab, https: Serve, trusting: ssl.SSLContext
) -> None:
    stranger = lab.hierarchy["private-issuing"].issue_leaf()
    port = lab.serve((stranger.der, lab.hierarchy["private-issuing"].der), stranger.key)
    assert "cannot be fetched" in failed(https(redirecting(f"https://localhost:{port}/list")), trusting)


PROXIES = {
    "socks": {"ALL_PROXY": "socks4://joe:s3cret@127.0.0.1:1"},
    "socks 5 that is gone": {"ALL_PROXY": "socks5h://joe:s3cret@127.0.0.1:1"},
    "socks in lower case": {"https_proxy": "socks4a://joe:s3cret@127.0.0.1:1"},
    "fragment": {"HTTPS_PROXY": "http://joe:s3c#ret@host:3128"},
    "query": {"HTTPS_PROXY": "http://joe:s3c?ret@host:3128"},
    "path": {"HTTPS_PROXY": "http://joe:s3c/ret@host:3128"},
    "scheme": {"HTTPS_PROXY": "ftp://joe:s3cret@host:3128"},
    "port": {"HTTPS_PROXY": "http://joe:s3cret@host:s3cret"},
    "long port": {"HTTPS_PROXY": "http://joe:s3cret@host:" + "9" * 5000},
    "control": {"HTTPS_PROXY": "http://joe:s3cret\x1b]0;x\x07@host:1"},
    "name": {"HTTPS_PROXY": "http://joe:s3cret@xn--name\xff:1"},
    "exceptions": {"HTTPS_PROXY": "http://joe:s3cret@host:1", "NO_PROXY": "[::s3c"},
}


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_that_is_none_is_told_without_its_password(
    trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for variable, value in PROXIES[name].items():
        monkeypatch.setenv(variable, value)
    outcome = download("https://localhost:1/list", trusting)
    assert isinstance(outcome, Failure)
    assert "proxy" in outcome.message.lower()
    assert outcome.hint
    for part in ("s3c", "joe", "ret@"):
        assert part not in str(outcome)


@pytest.mark.usefixtures("no_proxies")
def test_a_proxy_without_a_host_is_not_passed_by(
    https: Serve, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://joe:s3cret@")
    outcome = download(https(answering), trusting)
    assert isinstance(outcome, Failure)
    assert outcome.kind == "proxy"
    assert not re.search("joe|s3cret", str(outcome))


@pytest.mark.usefixtures("no_proxies")
def test_what_is_no_url_is_told(trusting: ssl.SSLContext) -> None:
    assert failed("https://localhost:port/list", trusting).endswith(": it is no URL.")


@pytest.mark.usefixtures("no_proxies")
def test_the_command_tells_of_socks_in_a_sentence() -> None:
    done = tlschain("pool", "update", env={"ALL_PROXY": "socks4://joe:s3cret@127.0.0.1:1"})
    assert "speaks SOCKS 4, which is not spoken here" in done.complaint
    assert "s3cret" not in done.err
