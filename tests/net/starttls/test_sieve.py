from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.sieve import TLS_OFF

CAPABILITIES = b'"IMPLEMENTATION" "Test"\r\n"SIEVE" "fileinto"\r\n"starttls"\r\nOK "ready."\r\n'
AGREEING = Agreeing(
    "sieve",
    CAPABILITIES,
    [(b"STARTTLS\r\n", b'ok "begin"\r\n')],
    [(b"", b'"IMPLEMENTATION" "Test"\r\n"SASL" "PLAIN"\r\nOK "TLS"\r\n')],
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_the_live_test_reads_the_capabilities_that_come_unasked(lab: Lab) -> None:
    AGREEING.assert_greets(lab, '"IMPLEMENTATION" "Test"')


def test_the_server_breaks_after_tls(lab: Lab) -> None:
    AGREEING.assert_breaks(lab, [(b"", b'"SIEVE" "x"\r\n' * 100)], "it did not answer the command")


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b'BYE "\x1b[31mgo"\r\n', [], "it answered 'BYE \"\\x1b[31mgo\"'"),
        (CAPABILITIES, [(b"STARTTLS", b'NO "later"\r\n')], "it answered 'NO \"later\"'"),
        (b'"SIEVE" "x"\r\n' * 100, [], "it did not answer the command"),
        (b'"' + b"x" * 5000, [], "it sent a line that does not end"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "sieve", greeting, answers, why)


def test_tls_is_off(lab: Lab) -> None:
    assert_refuses(lab, "sieve", b'"SIEVE" "x"\r\nOK\r\n', [], "its greeting offers no TLS", TLS_OFF)
