from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tui_chain.lab.internet import Lab

AGREEING = Agreeing(
    "ftp",
    b"220-Welcome\r\n to this  - server\r\n230-no end\r\n220 ready\r\n",
    [(b"AUTH TLS\r\n", b"234 go\r\n")],
    [(b"FEAT\r\n", b"211-Features:\r\n UTF8\r\n211 End\r\n")],
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_the_live_test_asks_for_the_features(lab: Lab) -> None:
    AGREEING.assert_greets(lab, "211 Features:")
    AGREEING.assert_greets(lab, "500 \\x1b[31mno", [(b"FEAT\r\n", b"500 \x1b[31mno\r\n")])


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"220 x\r\n", [(b"AUTH", b"502 no\r\n")], "it answered '502 no'"),
        (b"421 \x1b]0;x\x07\r\n", [], "it answered '421 \\x1b]0;x\\x07'"),
        (b"220-x\r\n" * 100, [], "it sent a reply that does not end"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "ftp", greeting, answers, why)
