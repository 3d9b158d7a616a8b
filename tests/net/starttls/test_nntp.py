from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.nntp import NOT_NOW

AGREEING = Agreeing(
    "nntp",
    b"201 news.test ready, no posting\r\n",
    [(b"STARTTLS\r\n", b"382 go\r\n")],
    [(b"CAPABILITIES\r\n", b"101 list follows\r\nVERSION 2\r\nREADER\r\n.\r\n")],
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_the_live_test_asks_for_the_capabilities(lab: Lab) -> None:
    AGREEING.assert_greets(lab, "101 list follows")
    AGREEING.assert_greets(lab, "480 login first", [(b"CAPABILITIES", b"480 login first\r\n")])


def test_a_list_without_an_end_is_cut(lab: Lab) -> None:
    AGREEING.assert_breaks(lab, [(b"CAPA", b"101 x\r\n" + b"X\r\n" * 100)], "it did not answer the command")


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"400 \x1b[2Jclosed\r\n", [], "it answered '400 \\x1b[2Jclosed'"),
        (b"200 x\r\n", [(b"STARTTLS", b"500 what\r\n")], "it answered '500 what'"),
        (b"200 " + b"x" * 5000, [], "it sent a line that does not end"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "nntp", greeting, answers, why)


def test_the_server_cannot_now(lab: Lab) -> None:
    answers = [(b"STARTTLS", b"580 can not initiate TLS\r\n")]
    assert_refuses(lab, "nntp", b"200 x\r\n", answers, "it answered '580 can not initiate TLS'", NOT_NOW)
