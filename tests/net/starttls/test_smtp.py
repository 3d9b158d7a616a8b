from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.smtp import NOT_NOW

AGREEING = Agreeing(
    "smtp",
    b"220-mail.test\r\n220 ready\r\n",
    [
        (b"EHLO tlschain.invalid\r\n", b"250-mail.test\r\n250-STARTTLS\r\n250 HELP\r\n"),
        (b"STARTTLS\r\n", b"220 go\r\n"),
    ],
    [(b"EHLO tlschain.invalid\r\n", b"250-mail.test\r\n250 HELP\r\n")],
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_the_live_test_greets_again(lab: Lab) -> None:
    AGREEING.assert_greets(lab, "250 mail.test")
    AGREEING.assert_greets(lab, "504 need \\x1b[31mFQDN", [(b"EHLO ", b"504 need \x1b[31mFQDN\r\n")])


def test_the_server_breaks_after_tls(lab: Lab) -> None:
    AGREEING.assert_breaks(lab, [(b"EHLO ", b"250-x\r\n" * 100)], "it sent a reply that does not end")


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"554 go \x1b[31maway\r\n", [], "it answered '554 go \\x1b[31maway'"),
        (b"220 x\r\n", [(b"EHLO", b"250 x\r\n"), (b"STARTTLS", b"502 no\r\n")], "it answered '502 no'"),
        (b"220-x\r\n" * 100, [], "it sent a reply that does not end"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "smtp", greeting, answers, why)


def test_the_server_cannot_now(lab: Lab) -> None:
    answers = [(b"EHLO", b"250 x\r\n"), (b"STARTTLS", b"454 TLS not available\r\n")]
    assert_refuses(lab, "smtp", b"220 x\r\n", answers, "it answered '454 TLS not available'", NOT_NOW)
