from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Answers, assert_agrees, assert_refuses
from tui_chain.lab.internet import Lab

GREETING = b"220-Welcome\r\n to this  - server\r\n230-no end\r\n220 ready\r\n"


def test_the_server_agrees(lab: Lab) -> None:
    assert_agrees(lab, "ftp", GREETING, [(b"AUTH TLS\r\n", b"234 go\r\n")])


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"220 x\r\n", [(b"AUTH", b"502 no\r\n")], "it answered '502 no'"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "ftp", greeting, answers, why)
