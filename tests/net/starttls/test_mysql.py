from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.mysql import LOGIN, SSL_REQUEST, TLS_OFF


def packet(body: bytes, number: int = 0) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def greeting(capabilities: str = "feff", version: bytes = b"5.5.5-10.11.19-MariaDB") -> bytes:
    """Protocol::HandshakeV10, the lower half of the capabilities as it stands on the wire."""
    after = bytes.fromhex(f"{capabilities}2d0200ff8115") + bytes(10) + bytes(13) + b"mysql_native_password\0"
    return packet(b"\x0a" + version + b"\0" + bytes(4) + b"12345678\0" + after)


AGREEING = Agreeing(
    "mysql",
    greeting(),
    [(SSL_REQUEST, b"")],
    [(LOGIN, packet(b"\xff\x15\x04#28000Access denied for user ''@'localhost'", 3))],
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


@pytest.mark.parametrize("hello", [greeting(version=b"9.1.0"), greeting("0008")], ids=("MySQL 9", "TLS alone"))
def test_other_greetings(lab: Lab, hello: bytes) -> None:
    assert len(SSL_REQUEST) == 36
    Agreeing("mysql", hello, [(SSL_REQUEST, b"")], []).assert_agrees(lab)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (packet(b"\xff\x15\x04#28000no \x1b[31m", 3), "error 1045: no \\x1b[31m"),
        (packet(b"\xfecaching_sha2_password\0" + bytes(20), 3), "MySQL asks for a login"),
        (packet(b"\0\0\0\2\0\0\0", 3), "MySQL lets anybody in"),
    ],
)
def test_the_live_test_begins_a_login(lab: Lab, answer: bytes, text: str) -> None:
    AGREEING.assert_greets(lab, "error 1045: Access denied for user ''@'localhost'")
    AGREEING.assert_greets(lab, text, [(LOGIN, answer)])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (packet(b"junk", 3), "it did not answer as MySQL does"),
        (b"\xff\xff\xff\x03", "it sent a packet that is too long"),
        (packet(b""), "it did not answer as MySQL does"),
    ],
)
def test_the_server_breaks_after_tls(lab: Lab, answer: bytes, why: str) -> None:
    AGREEING.assert_breaks(lab, [(LOGIN, answer)], why)


@pytest.mark.parametrize(
    ("hello", "why"),
    [
        (packet(b"\xff\x6a\x04Host is not allowed to connect"), "it answered 'Host is not allowed to connect'"),
        (packet(b"\xff\x10\x04#08004Too many connections"), "it answered 'Too many connections'"),
        (packet(b"\xff\x10\x04\x1b[31m"), "it answered '\\x1b[31m'"),
        (packet(b"\x09old"), "it did not greet as MySQL does"),
        (packet(b"\x0a", number=1), "it did not greet as MySQL does"),
        (b"\xff\xff\xff\0" + bytes(5000), "it sent a packet that is too long"),
    ],
)
def test_the_server_refuses(lab: Lab, hello: bytes, why: str) -> None:
    answers: Answers = []
    assert_refuses(lab, "mysql", hello, answers, why)


@pytest.mark.parametrize("hello", [greeting("fff7"), packet(b"\x0a5.5\0")], ids=("without TLS", "cut"))
def test_tls_is_off(lab: Lab, hello: bytes) -> None:
    assert_refuses(lab, "mysql", hello, [], "its greeting offers no TLS", TLS_OFF)
