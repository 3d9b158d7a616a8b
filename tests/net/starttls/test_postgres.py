from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Answers, assert_agrees, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.postgres import SSL_REQUEST, TLS_OFF


def test_the_server_agrees(lab: Lab) -> None:
    assert_agrees(lab, "postgres", b"", [(SSL_REQUEST, b"S")])


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"", [(b"\0", b"E")], "it answered 'E'"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "postgres", greeting, answers, why)


def test_tls_is_off(lab: Lab) -> None:
    assert_refuses(lab, "postgres", b"", [(b"\0", b"N")], "it answered 'N'", TLS_OFF)
