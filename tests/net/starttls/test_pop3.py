from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tui_chain.lab.internet import Lab

AGREEING = Agreeing(
    "pop3",
    b"+OK ready\r\n",
    [(b"STLS\r\n", b"+OK go\r\n")],
    [(b"CAPA\r\n", b"+OK here they are\r\nUSER\r\n.\r\n")],
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_the_live_test_asks_for_the_capabilities(lab: Lab) -> None:
    AGREEING.assert_greets(lab, "+OK here they are")
    AGREEING.assert_greets(lab, "-ERR no such command", [(b"CAPA", b"-ERR no such command\r\n")])


def test_a_list_without_an_end_is_cut(lab: Lab) -> None:
    AGREEING.assert_breaks(lab, [(b"CAPA", b"+OK\r\n" + b"X\r\n" * 100)], "it did not answer the command")


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
