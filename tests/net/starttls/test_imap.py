from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tui_chain.lab.internet import Lab

AGREEING = Agreeing(
    "imap",
    b"* OK ready\r\n",
    [(b"a1 STARTTLS\r\n", b"* CAPABILITY IMAP4rev2\r\na1 OK go\r\n")],
    [(b"a2 CAPABILITY\r\n", b"* CAPABILITY IMAP4rev1 ID\r\na2 OK done\r\n")],
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_the_live_test_asks_for_the_capabilities(lab: Lab) -> None:
    AGREEING.assert_greets(lab, "* CAPABILITY IMAP4rev1 ID")


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ([], "the server closed the connection"),
        ([(b"a2", b"* x\r\n" * 100)], "it did not answer the command"),
        ([(b"a2", b"* " + b"x" * 5000)], "it sent a line that does not end"),
    ],
)
def test_the_server_breaks_after_tls(lab: Lab, after: Answers, why: str) -> None:
    AGREEING.assert_breaks(lab, after, why)


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"* OK x\r\n", [(b"a1", b"* OK no\r\na1 BAD unknown\r\n")], "it answered 'BAD unknown'"),
        (b"* PREAUTH x\r\n", [], "it answered '* PREAUTH x'"),
        (b"* OK x\r\n", [(b"a1", b"* OK\r\n" * 100)], "it did not answer the command"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "imap", greeting, answers, why)
