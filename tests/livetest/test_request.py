"""Real requests over verified connections, to servers that behave and to servers that do not."""

from __future__ import annotations

import asyncio
import gc
import ssl
from pathlib import Path

import pytest

from tests.support.servers import Dialogue, Fresh, fresh_chain, refused_port, server_context
from tui_chain.lab.authority import Template, days, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, TlsOptions, make_context
from tui_chain.livetest import request
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.starttls.registry import spoken_at
from tui_chain.net.target import Target

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def send(request: LiveRequest, trust: bytes) -> Attempt:
    async def run() -> Attempt:
        attempt = await request.send(bundle_context(trust), "test")
        assert len(asyncio.all_tasks()) == 1
        return attempt

    attempt = asyncio.run(run())
    gc.collect()  # a socket that was left open warns here, and a warning is an error
    assert attempt.text.isprintable()
    return attempt


def answering(lab: Lab, *pieces: bytes, heard: list[bytes] | None = None) -> Handler:
    """A good TLS server that answers a request with these bytes."""
    context = server_context(lab, fresh_chain(lab))

    async def answer(stream: Stream) -> None:
        await stream.start_tls(context)
        request = await stream.receive()
        if heard is not None:
            heard.append(request)
        for piece in pieces:
            await stream.send(piece)
        await stream.finish()

    return answer


def request_to(lab: Lab, *pieces: bytes, method: str = "GET", heard: list[bytes] | None = None) -> Attempt:
    target = Target("localhost", lab.listen(answering(lab, *pieces, heard=heard)))
    return send(LiveRequest(target, method), lab.trust_pem)


def test_a_page_is_got(lab: Lab) -> None:
    attempt = send(LiveRequest(Target("localhost", lab.host("complete").port)), lab.trust_pem)
    assert (attempt.ok, attempt.status, attempt.text, attempt.code) == (True, 200, "200 OK", None)
    assert (attempt.tls_version, attempt.http_version) == ("TLSv1.3", "HTTP/1.1")
    assert attempt.milliseconds > 0


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_request_is_what_was_asked_for_and_no_more(
    lab: Lab, method: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Law 6: no credentials; nothing of the environment's proxies or .netrc either."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login joe password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    heard: list[bytes] = []
    assert request_to(lab, OK, method=method, heard=heard).ok
    head, *lines = heard[0].decode("ascii").lower().split("\r\n")
    assert head == f"{method.lower()} / http/1.1"
    names = {line.partition(":")[0] for line in lines if line}
    assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}


def test_the_host_header_carries_name_and_port(lab: Lab) -> None:
    heard: list[bytes] = []
    port = lab.listen(answering(lab, OK, heard=heard))
    send(LiveRequest(Target("localhost", port), path="/a?b"), lab.trust_pem)
    assert heard[0].startswith(b"GET /a?b HTTP/1.1\r\n")
    assert f"Host: localhost:{port}\r\n".encode() in heard[0]


ANSWERS = {
    b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n": (503, "503 Busy"),
    b"HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n": (404, "404"),
    b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n": (401, "401 No"),
    b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n": (302, "302 Found"),
    b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n": (302, "302 Found"),
    b"HTTP/1.1 200 OK\r\nSet-Cookie: \xff=\xfe; Domain=\x80; Expires=never\r\n\r\n": (200, "200 OK"),
    b"HTTP/1.1 200 \xff\xfe\r\nContent-Length: 0\r\n\r\n": (200, "200"),
    b"HTTP/1.1 200 \x1b[31mred\r\n\r\n": (200, "200 \\x1b[31mred"),
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 Gone\r\n\r\n": (204, "204 Gone"),
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nno!": (200, "200 OK"),
    b"HTTP/1.0 200 OK\r\n\r\n" + b"body without end" * 10: (200, "200 OK"),
}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda each: repr(each[:50]))
def test_any_answer_over_a_verified_connection_is_a_success(lab: Lab, answer: bytes) -> None:
    attempt = request_to(lab, answer)
    assert (attempt.ok, attempt.status, attempt.text) == (True, *ANSWERS[answer])


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\x1b[31m\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000,
    ],
    ids=lambda each: repr(each[:20]),
)
def test_what_is_no_answer_is_told_in_words(lab: Lab, answer: bytes) -> None:
    attempt = request_to(lab, answer)
    assert (attempt.ok, attempt.status) == (False, None)
    assert attempt.text


def test_a_server_that_says_nothing_is_given_up(lab: Lab) -> None:
    context = server_context(lab, fresh_chain(lab))

    async def silent(stream: Stream) -> None:
        await stream.start_tls(context)
        while await stream.receive():
            pass

    target = Target("localhost", lab.listen(silent))
    attempt = send(LiveRequest(target, timeout=0.2), lab.trust_pem)
    assert (attempt.ok, attempt.text) == (False, "no answer within 0.2 s")
    assert attempt.milliseconds >= 200


def test_a_refused_connection_is_told_in_words(lab: Lab) -> None:
    with refused_port() as port:
        attempt = send(LiveRequest(Target("127.0.0.1", port)), lab.trust_pem)
    assert (attempt.ok, attempt.text) == (False, "connection refused")


def test_an_unknown_name_is_told_in_words(lab: Lab) -> None:
    attempt = send(LiveRequest(Target("nowhere.invalid")), lab.trust_pem)
    assert not attempt.ok
    assert "name" in attempt.text


@pytest.mark.parametrize(
    ("server", "host", "code", "words"),
    [
        ("leaf-only", "localhost", 20, "unable to get local issuer certificate"),
        ("expired-leaf", "localhost", 10, "certificate has expired"),
        ("wrong-host-name", "localhost", 62, "Hostname mismatch"),
        ("wrong-host-name", "127.0.0.1", 64, "IP address mismatch"),
        ("self-signed", "localhost", 18, "self-signed certificate"),
    ],
)
def test_a_refusal_has_openssls_words_and_code(lab: Lab, server: str, host: str, code: int, words: str) -> None:
    attempt = send(LiveRequest(Target(host, lab.host(server).port)), lab.trust_pem)
    assert (attempt.ok, attempt.code, attempt.status) == (False, code, None)
    assert attempt.text.startswith("certificate verify failed: ")
    assert words.lower() in attempt.text.lower().replace("self signed", "self-signed")


def test_an_address_is_verified_as_an_address(lab: Lab) -> None:
    assert send(LiveRequest(Target("127.0.0.1", lab.host("complete").port)), lab.trust_pem).ok


def test_the_probed_address_is_the_one_asked(lab: Lab) -> None:
    """One backend of several is broken: the test is of that one."""
    fresh = fresh_chain(lab)
    port = lab.serve(fresh.chain, fresh.leaf.key, addresses=("127.0.0.1",))
    lab.serve(fresh.chain[:1], fresh.leaf.key, addresses=("127.0.0.2",), port=port)
    target = Target("localhost", port)
    assert send(LiveRequest(target, address="127.0.0.1"), lab.trust_pem).ok
    assert send(LiveRequest(target, address="127.0.0.2"), lab.trust_pem).code == 20


def test_only_the_given_bytes_are_trusted(lab: Lab) -> None:
    context = bundle_context(to_pem([lab.hierarchy["stranger"].der]))
    assert context.get_ca_certs(binary_form=True) == [lab.hierarchy["stranger"].der]
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)


def test_a_client_certificate_that_is_wanted_is_told(lab: Lab) -> None:
    fresh = fresh_chain(lab)
    port = lab.serve(fresh.chain, fresh.leaf.key, options=TlsOptions(client_ca=lab.trust_pem))
    attempt = send(LiveRequest(Target("localhost", port)), lab.trust_pem)
    assert (attempt.ok, attempt.text) == (False, "TLS failed: tlsv13 alert certificate required")


def switching(lab: Lab, *, whole: bool) -> Target:
    fresh = fresh_chain(lab)
    leaf = fresh.leaf if whole else lab.hierarchy["issuing"].issue_leaf(template=Template(validity=days(-9, -1)))
    context = server_context(lab, Fresh(leaf, (leaf.der, fresh.chain[1])))
    return Target(
        "localhost",
        lab.listen(Dialogue(b"+OK\r\n", [(b"STLS", b"+OK\r\n")], context, [], [(b"CAPA", b"+OK listed\r\n.\r\n")])),
        "pop3",
    )


def test_another_protocol_is_tested_by_its_greeting(lab: Lab) -> None:
    attempt = send(LiveRequest(switching(lab, whole=True)), lab.trust_pem)
    assert (attempt.ok, attempt.text, attempt.status) == (True, "+OK listed", None)
    assert attempt.tls_version == "TLSv1.3"
    refused = send(LiveRequest(switching(lab, whole=False)), lab.trust_pem)
    assert (refused.ok, refused.code) == (False, 10)


def test_a_protocol_that_refuses_to_switch_is_told(lab: Lab) -> None:
    target = Target("localhost", lab.listen(Dialogue(b"-ERR \x1b[31m\r\n", [], None, [])), "pop3")
    attempt = send(LiveRequest(target), lab.trust_pem)
    assert (attempt.ok, attempt.text) == (False, "STARTTLS failed: it answered '-ERR \\x1b[31m'")


def silent_after_tls(lab: Lab, options: TlsOptions | None = None) -> Target:
    """A mail server that agrees to TLS, and then says nothing."""
    fresh = fresh_chain(lab)
    context = make_context(lab.folder, Credentials(fresh.chain, fresh.leaf.key), options or TlsOptions())

    async def serve(stream: Stream) -> None:
        await stream.send(b"+OK\r\n")
        await stream.receive()
        await stream.send(b"+OK\r\n")
        await stream.start_tls(context)
        while await stream.receive():
            pass

    return Target("localhost", lab.listen(serve), "pop3")


def test_silence_after_tls_is_not_a_failure_of_tls(lab: Lab) -> None:
    attempt = send(LiveRequest(silent_after_tls(lab), timeout=0.3), lab.trust_pem)
    assert (attempt.ok, attempt.tls_error) == (False, False)
    assert attempt.text == "the certificate was accepted; then no answer within 0.3 s"


def test_a_client_certificate_that_another_protocol_wants_is_told(lab: Lab) -> None:
    attempt = send(LiveRequest(silent_after_tls(lab, TlsOptions(client_ca=lab.trust_pem))), lab.trust_pem)
    assert attempt.text == "the certificate was accepted; then TLS failed: tlsv13 alert certificate required"
    assert (attempt.ok, attempt.tls_error) == (False, True)


OVER_TLS = {
    465: ([(b"", b"220 mail.test ESMTP\r\n"), (b"EHLO ", b"250-mail.test\r\n250 HELP\r\n")], "250 mail.test"),
    563: ([(b"", b"200 news.test\r\n"), (b"CAPA", b"101 list\r\n.\r\n")], "101 list"),
    990: ([(b"", b"220 FTP\r\n"), (b"FEAT", b"211 none\r\n")], "211 none"),
    993: ([(b"", b"* OK ready\r\n"), (b"a2", b"* CAPABILITY IMAP4rev2\r\na2 OK\r\n")], "* CAPABILITY IMAP4rev2"),
    995: ([(b"", b"+OK ready\r\n"), (b"CAPA", b"+OK list\r\n.\r\n")], "+OK list"),
    6697: ([(b"CAP LS", b":irc.test CAP * LS :sasl\r\n")], ":irc.test CAP * LS :sasl"),
}
"""What servers say at the ports of TLS from the first byte."""


@pytest.mark.parametrize("port", OVER_TLS)
def test_a_port_of_another_protocol_is_asked_in_it(lab: Lab, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """An IMAP server that is asked for a page of HTTP seemed not to work."""
    after, text = OVER_TLS[port]
    usual = spoken_at(port)
    assert usual is not None
    monkeypatch.setattr(request, "spoken_at", lambda _: usual)
    place = lab.listen(Dialogue(b"", [], server_context(lab, fresh_chain(lab)), [], after))
    attempt = send(LiveRequest(Target("localhost", place)), lab.trust_pem)
    assert (attempt.ok, attempt.text, attempt.status) == (True, text, None)


@pytest.mark.parametrize("port", [443, 8443, 80, 10000])
def test_other_ports_are_asked_in_http(port: int) -> None:
    assert LiveRequest(Target("a.test", port)).protocol is None
    assert LiveRequest(Target("a.test", 993)).url == "a.test:993"
