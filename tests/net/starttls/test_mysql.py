from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Answers, assert_agrees, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.mysql import SSL_REQUEST, TLS_OFF


def packet(body: bytes, number: int = 0) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def greeting(capabilities: str = "feff", version: bytes = b"5.5.5-10.11.19-MariaDB") -> bytes:
    """Protocol::HandshakeV10, the lower half of the capabilities as it stands on the wire."""
    after = bytes.fromhex(f"{capabilities}2d0200ff8115") + bytes(10) + bytes(13) + b"mysql_native_password\0"
    return packet(b"\x0a" + version + b"\0" + bytes(4) + b"12345678\0" + after)


@pytest.mark.parametrize(
    "hello", [greeting(), greeting(version=b"9.1.0"), greeting("0008")], ids=("usual", "MySQL 9", "TLS alone")
)
def test_the_server_agrees(lab: Lab, hello: bytes) -> None:
    assert len(SSL_REQUEST) == 36
    assert_agrees(lab, "mysql", hello, [(SSL_REQUEST, b"")])


@pytest.mark.parametrize(
    ("hello", "why"),
    [
        (packet(b"\xff\x6a\x04Host is not allowed to connect"), "it answered 'Host is not allowed to connect'"),
        (packet(b"\x09old"), "it did not greet as MySQL does"),
        (packet(b"\x0a", number=1), "it did not greet as MySQL does"),
        (b"220 mail.test ESMTP\r\n" + bytes(5000), "it did not greet as MySQL does"),
    ],
)
def test_the_server_refuses(lab: Lab, hello: bytes, why: str) -> None:
    answers: Answers = []
    assert_refuses(lab, "mysql", hello, answers, why)


@pytest.mark.parametrize("hello", [greeting("fff7"), packet(b"\x0a5.5\0")], ids=("without TLS", "cut"))
def test_tls_is_off(lab: Lab, hello: bytes) -> None:
    assert_refuses(lab, "mysql", hello, [], "its greeting offers no TLS", TLS_OFF)
