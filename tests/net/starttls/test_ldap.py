from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Answers, assert_agrees, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.ldap import REQUEST


def result(code: int, head: str = "300c") -> bytes:
    return bytes.fromhex(f"{head}02010178070a01{code:02x}04000400")


@pytest.mark.parametrize("head", ["300c", "30840000000c"], ids=["short", "long"])
def test_the_server_agrees(lab: Lab, head: str) -> None:
    assert_agrees(lab, "ldap", b"", [(REQUEST, result(0, head))])


@pytest.mark.parametrize(
    ("greeting", "answers", "why"),
    [
        (b"", [(b"0", result(52))], "it answered with an LDAP result other than success"),
        (b"", [(b"0", b"0\x80")], "it answered with an LDAP result other than success"),
    ],
)
def test_the_server_refuses(lab: Lab, greeting: bytes, answers: Answers, why: str) -> None:
    assert_refuses(lab, "ldap", greeting, answers, why)
