from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Answers, assert_agrees, assert_refuses
from tui_chain.lab.internet import Lab


def test_the_server_agrees(lab: Lab) -> None:
    assert_agrees(lab, "imap", b"* OK ready\r\n", [(b"a1 STARTTLS\r\n", b"* CAPABILITY IMAP4rev2\r\na1 OK go\r\n")])


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
