from __future__ import annotations

import http.client
import itertools
import socket
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.lab.clients import SECONDS, dial, served_chain, talk
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.aia_site import DER_TYPE, AiaAnswer, redirect


def fetch(url: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request(method, parts.path)
        with connection.getresponse() as answer:
            return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def ca_issuers(der: bytes) -> list[str]:
    try:
        extensions = x509.load_der_x509_certificate(der).extensions
        access = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [
        each.access_location.value
        for each in access
        if each.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    ]


def climb(der: bytes) -> list[bytes]:
    """Follow AIA to its end."""
    found: list[bytes] = []
    while urls := ca_issuers(der):
        status, headers, der = fetch(urls[0])
        assert (status, headers["Content-Type"]) == (200, DER_TYPE)
        found.append(der)
    return found


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("leaf-only", ["issuing", "root"]),
        ("two-links-missing", ["lower-issuing", "policy", "root"]),
        ("unknown-root", ["private-issuing", "private-root"]),
        ("two-links-one-served", ["lower-issuing", "policy", "root"]),
    ],
)
def test_aia_leads_to_the_root_in_der(lab: Lab, name: str, labels: list[str]) -> None:
    assert climb(lab.host(name).served_der[0]) == [lab.hierarchy[label].der for label in labels]


def test_a_dead_aia_refuses_and_a_missing_one_is_missing(lab: Lab) -> None:
    (url,) = ca_issuers(lab.host("aia-dead").served_der[0])
    with pytest.raises(ConnectionRefusedError):
        fetch(url)
    assert ca_issuers(lab.host("no-aia").served_der[0]) == []
    assert ca_issuers(lab.host("self-signed").served_der[0]) == []


def test_the_log_says_what_was_asked() -> None:
    with open_lab([]) as lab:
        url = lab.publish("/one.cer", b"\x30\x00")
        assert fetch(url)[2] == b"\x30\x00"
        assert fetch(url, "HEAD")[2] == b""
        assert fetch(url.replace("one", "two"))[0] == 404
        assert lab.aia_log == ("/one.cer", "/one.cer", "/two.cer")


def test_answers_are_what_is_declared(lab: Lab) -> None:
    page = (("Content-Type", "text/html"), ("X-Odd", "yes"))
    status, headers, body = fetch(lab.publish("/page.crt", AiaAnswer(b"<html>", 500, page)))
    assert (status, body, headers["Content-Type"], headers["X-Odd"]) == (500, b"<html>", "text/html", "yes")
    status, headers, _ = fetch(lab.publish("/moved", redirect("http://10.0.0.1/secret", 301)))
    assert (status, headers["Location"]) == (301, "http://10.0.0.1/secret")
    lying = AiaAnswer(b"short", headers=(("Content-Length", "70000"),), delay=0.001)
    with pytest.raises(http.client.IncompleteRead):
        fetch(lab.publish("/lying", lying))


def test_an_answer_may_change_and_be_computed(lab: Lab) -> None:
    turns = iter([AiaAnswer(status=503), AiaAnswer(b"second")])
    url = lab.publish("/turns", lambda _: next(turns))
    assert [fetch(url)[0], fetch(url)[2]] == [503, b"second"]
    assert fetch(lab.publish("/turns", AiaAnswer(b"third")))[2] == b"third"


def test_a_body_may_come_in_pieces_or_never_end(lab: Lab) -> None:
    pieces = AiaAnswer(lambda: (b"a", b"", b"b"), pause=0.001)
    assert fetch(lab.publish("/pieces", pieces))[2] == b"ab"
    endless = urlsplit(lab.publish("/endless", AiaAnswer(lambda: itertools.repeat(b"\0" * 1024))))
    with dial(endless.port or 0) as sock:
        sock.sendall(b"GET /endless HTTP/1.1\r\n\r\n")
        got = 0
        while got < 1_000_000:
            got += len(sock.recv(65536))


def test_what_is_no_request_is_cut(lab: Lab) -> None:
    port = urlsplit(lab.publish("/x", b"")).port or 0
    assert talk(port, b"nonsense\r\n\r\n") == b""
    with dial(port) as sock:
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(1) == b""


def test_the_lab_serves_on_while_an_answer_is_slow(lab: Lab) -> None:
    slow = urlsplit(lab.publish("/slow", AiaAnswer(b"late", delay=3600)))
    with dial(slow.port or 0) as sock:
        sock.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
        host = lab.host("complete")
        assert served_chain(host.port) == host.served_der
