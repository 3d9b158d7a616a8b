from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.smtp import NOT_NOW

AGREEING = Agreeing(
    "lmtp",
    b"220 mail.test LMTP ready\r\n",
    [(b"LHLO tlschain.invalid\r\n", b"250-mail.test\r\n250 STARTTLS\r\n"), (b"STARTTLS\r\n", b"220 go\r\n")],
    [(b"LHLO tlschain.invalid\r\n", b"250-mail.test\r\n250 8BITMIME\r\n")],
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_the_live_test_greets_again(lab: Lab) -> None:
    AGREEING.assert_greets(lab, "250 mail.test")


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"421 \x9b31mfull\r\n", [], "it answered '421 \\x9b31mfull'"),
        (b"220 x\r\n", [(b"LHLO", b"500 what\r\n")], "it answered '500 what'"),
        (b"220 x\r\n", [(b"LHLO", b"250 x\r\n"), (b"STARTTLS", b"502 no\r\n")], "it answered '502 no'"),
        (b"220 " + b"x" * 5000, [], "it sent a line that does not end"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "lmtp", greeting, answers, why)


def test_the_server_cannot_now(lab: Lab) -> None:
    answers = [(b"LHLO", b"250 x\r\n"), (b"STARTTLS", b"454 TLS not available\r\n")]
    assert_refuses(lab, "lmtp", b"220 x\r\n", answers, "it answered '454 TLS not available'", NOT_NOW)
