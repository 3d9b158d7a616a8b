from __future__ import annotations

import pytest

from tests.net.starttls.conversations import assert_agrees, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.mysql import SSL_REQUEST, TLS_OFF


def greeting(capabilities: int = 0xFFFF, version: int = 10) -> bytes:
    """The first packet of a server: version, thread 7, the challenge, what it can, charset, status, the rest."""
    body = bytes([version]) + b"8.0.36\0" + (7).to_bytes(4, "little") + b"12345678\0"
    body += capabilities.to_bytes(2, "little") + b"\x21\x02\0" + bytes(13) + b"123456789012\0"
    return len(body).to_bytes(3, "little") + b"\0" + body


def test_the_server_agrees(lab: Lab) -> None:
    assert len(SSL_REQUEST) == 36
    assert_agrees(lab, "mysql", greeting(), [(SSL_REQUEST, b"")])


@pytest.mark.parametrize(
    "packet",
    [
        greeting(version=9),
        b"\x08\0\0\0\x0a8.0.36\0",
        b"\0\0\0\0",
        b"\xff\xff\xff\0",
        b"\x17\0\0\0\xff\x15\x04Too many connections",
    ],
    ids=["version", "short", "empty", "large", "error"],
)
def test_what_greets_otherwise_is_refused(lab: Lab, packet: bytes) -> None:
    assert_refuses(lab, "mysql", packet, [], "it did not greet as MySQL does")


def test_tls_is_off(lab: Lab) -> None:
    assert_refuses(lab, "mysql", greeting(0xFFFF & ~0x0800), [], "it does not offer TLS", TLS_OFF)
