from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.postgres import SSL_REQUEST, STARTUP, TLS_OFF


def message(kind: bytes, body: bytes) -> bytes:
    return kind + (4 + len(body)).to_bytes(4, "big") + body


AGREEING = Agreeing(
    "postgres", b"", [(SSL_REQUEST, b"S")], [(STARTUP, message(b"R", b"\0\0\0\x0aSCRAM-SHA-256\0\0"))]
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (message(b"R", b"\0\0\0\0"), "PostgreSQL asks for no login"),
        (message(b"R", b"\0\0\0\x0a"), "PostgreSQL asks for SASL"),
        (message(b"R", b"\xff\xff\xff\xff"), "PostgreSQL asks for a login"),
        (message(b"E", b"SFATAL\0C28000\0Mno pg_hba.conf \x1b[31mentry\0\0"), "FATAL: no pg_hba.conf \\x1b[31mentry"),
        (message(b"E", b""), "ERROR: "),
    ],
)
def test_the_live_test_begins_a_session(lab: Lab, answer: bytes, text: str) -> None:
    AGREEING.assert_greets(lab, text, [(STARTUP, answer)])


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 no", message(b"Z", b"I"), b"R\0\0\0\0", b"E\xff\xff\xff\xff"])
def test_the_server_breaks_after_tls(lab: Lab, answer: bytes) -> None:
    AGREEING.assert_breaks(lab, [(STARTUP, answer)], "it did not answer as PostgreSQL does")


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"", [(b"\0", b"E")], "it answered 'E'"),
        (b"", [(b"\0", b"\x1b")], "it answered '\\x1b'"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "postgres", greeting, answers, why)


def test_tls_is_off(lab: Lab) -> None:
    assert_refuses(lab, "postgres", b"", [(b"\0", b"N")], "it answered 'N'", TLS_OFF)
