from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Answers, assert_agrees, assert_refuses
from tui_chain.lab.internet import Lab


def test_the_server_agrees(lab: Lab) -> None:
    assert_agrees(lab, "pop3", b"+OK ready\r\n", [(b"STLS\r\n", b"+OK go\r\n")])


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"+OK x\r\n", [(b"STLS", b"-ERR\r\n")], "it answered '-ERR'"),
        (b"\r\n", [], "it answered ''"),
        (b"+OK " + b"x" * 5000, [], "it sent a line that does not end"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "pop3", greeting, answers, why)
