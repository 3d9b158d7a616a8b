"""The servers with limited TLS answer as any other of the lab."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import pytest

from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers import limited_tls
from tui_chain.lab.servers.limited_tls import VERSION, client_certificate, knows_group, only_group
from tui_chain.lab.servers.services import Service
from tui_chain.probe.handshake import LEGACY_SERVER_CONNECT, probing_context

KINDS: dict[str, Service] = {
    "TLS 1.0": limited_tls.TLS_1_0,
    "RSA key exchange": limited_tls.RSA_KEY_EXCHANGE,
    "CBC with SHA-1": limited_tls.LimitedTls(VERSION.TLSv1_2, "ECDHE-ECDSA-AES128-SHA"),
    "small DH": limited_tls.SMALL_DH,
    "no secure renegotiation": limited_tls.NoSecureRenegotiation(),
    "client certificate in TLS 1.2": client_certificate(VERSION.TLSv1_2, required=False),
    "client certificate in TLS 1.3": client_certificate(VERSION.TLSv1_3, required=False),
    "one group": only_group("x25519"),
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete"]) as opened:
        yield opened


def get(port: int, context: ssl.SSLContext) -> bytes:
    with (
        socket.create_connection(("127.0.0.1", port)) as sock,
        context.wrap_socket(sock, server_hostname="localhost") as tls,
    ):
        tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while data := tls.recv(65536):
            answer += data
        return answer


@pytest.mark.parametrize("name", KINDS)
def test_an_old_client_gets_an_answer(lab: Lab, name: str) -> None:
    port, chain = KINDS[name].open(lab, "kind")
    assert len(chain) == 2
    answer = get(port, probing_context())
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"You reached the lab.\n")


def test_openssl_refuses_a_server_without_secure_renegotiation(lab: Lab) -> None:
    port, _ = KINDS["no secure renegotiation"].open(lab, "kind")
    context = probing_context()
    context.options &= ~LEGACY_SERVER_CONNECT
    with pytest.raises(ssl.SSLError, match=r"(?i)unsafe.legacy"):
        get(port, context)


def test_a_client_certificate_is_required(lab: Lab) -> None:
    port, _ = client_certificate(VERSION.TLSv1_2, required=True).open(lab, "kind")
    with pytest.raises(ssl.SSLError):
        get(port, probing_context())


def test_a_group_that_openssl_does_not_know_is_said(lab: Lab) -> None:
    assert not knows_group("no-such-group")
    assert knows_group("x25519")
    with pytest.raises(ValueError, match="no-such-group"):
        only_group("no-such-group").open(lab, "kind")


def test_a_client_that_sends_garbage_is_dropped(lab: Lab) -> None:
    port, _ = KINDS["no secure renegotiation"].open(lab, "kind")
    for data in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x02\x01\x00"):
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(65536):
                pass
    assert get(port, probing_context())
