from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.irc import NO_STARTTLS

LOOKUP = b":irc.test NOTICE * :*** Looking up your hostname\r\n"
AGREEING = Agreeing(
    "irc",
    LOOKUP,
    [(b"STARTTLS\r\n", LOOKUP + b":irc.test 670 * :STARTTLS successful, go ahead\r\n")],
    [(b"CAP LS 302\r\n", LOOKUP + b":irc.test CAP * LS :tls\r\n")],
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_the_live_test_asks_for_the_capabilities(lab: Lab) -> None:
    AGREEING.assert_greets(lab, ":irc.test CAP * LS :tls")
    AGREEING.assert_greets(lab, ":x 421 * CAP :Unknown command", [(b"CAP", b":x 421 * CAP :Unknown command\r\n")])


def test_the_server_breaks_after_tls(lab: Lab) -> None:
    AGREEING.assert_breaks(lab, [(b"CAP", LOOKUP * 100)], "it did not answer the command")


@pytest.mark.parametrize(
    "answer", [b":x 421 * STARTTLS :Unknown", b"451 STARTTLS :Not registered", b"ERROR :closing"]
)
def test_a_server_without_starttls(lab: Lab, answer: bytes) -> None:
    why = f"it answered '{answer.decode()}'"
    assert_refuses(lab, "irc", b"", [(b"STARTTLS", LOOKUP + answer + b"\r\n")], why, NO_STARTTLS)


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"", [(b"S", b":x 691 * :\x1b[31mTLS failed\r\n")], "it answered ':x 691 * :\\x1b[31mTLS failed'"),
        (b"", [(b"S", LOOKUP * 100)], "it did not answer the command"),
        (b"", [(b"S", b":" + b"x" * 5000)], "it sent a line that does not end"),
        (b"", [(b"S", b":x NOTICE 670 :670\r\n" * 100)], "it did not answer the command"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "irc", greeting, answers, why)
