from __future__ import annotations

import pytest

from tests.net.starttls.conversations import Agreeing, assert_refuses
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.ldap import REQUEST, ROOT_DSE, TLS_OFF

NO_LDAP = "it did not answer as LDAP does"


def sized(tag: int, body: bytes) -> bytes:
    return bytes([tag, len(body)]) + body


def result(code: int, text: bytes = b"", *, operation: int = 0x78, long: bool = False) -> bytes:
    """An LDAPMessage with an LDAPResult, its length in the short or the long form."""
    body = b"\x02\x01\x07" + sized(operation, bytes([0x0A, 1, code, 4, 0]) + sized(4, text))
    return b"\x30\x84" + len(body).to_bytes(4, "big") + body if long else sized(0x30, body)


ENTRY = sized(0x30, b"\x02\x01\x02" + sized(0x64, b"\x04\x00\x30\x00"))
AGREEING = Agreeing("ldap", b"", [(REQUEST, result(0))], [(ROOT_DSE, ENTRY)])


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_lengths_may_be_long(lab: Lab) -> None:
    Agreeing("ldap", b"", [(REQUEST, result(0, long=True))], []).assert_agrees(lab)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (ENTRY, "LDAP shows its root DSE"),
        (result(0, operation=0x65), "LDAP shows no root DSE"),
        (result(50, operation=0x65), "LDAP result 50 (insufficientAccessRights)"),
        (result(99, b"\x1b[31m", operation=0x65), "LDAP result 99: \\x1b[31m"),
    ],
)
def test_the_live_test_reads_the_root_dse(lab: Lab, answer: bytes, text: str) -> None:
    AGREEING.assert_greets(lab, text, [(ROOT_DSE, answer)])


@pytest.mark.parametrize("answer", [result(0), b"\x30\x80", b"\x30\x03\x02\x01\x02", b"+OK\r\n" * 9])
def test_the_server_breaks_after_tls(lab: Lab, answer: bytes) -> None:
    AGREEING.assert_breaks(lab, [(ROOT_DSE, answer)], NO_LDAP)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (result(53, b"no \x1b[31mTLS"), "it answered with the LDAP result 53 (unwillingToPerform): no \\x1b[31mTLS"),
        # success in the text of a refusal is none
        (result(1, b"\x0a\x01\x00"), "it answered with the LDAP result 1 (operationsError): \\x0a\\x01\\x00"),
        (result(0, operation=0x65), NO_LDAP),
        (b"0\x80", NO_LDAP),
        (b"0\x00", NO_LDAP),
        (b"0\x84\xff\xff\xff\xff", NO_LDAP),
        (b"0\xff" + b"\xff" * 127, NO_LDAP),
        (b"0\x05\x02\x81\xff\x78\x00", NO_LDAP),
        (b"0\x0a\x02\x01\x01\x78\x05\x0a\x84\xff\xff\xff", NO_LDAP),
        (b"HTTP/1.1 400 no\r\n\r\n", NO_LDAP),
    ],
)
def test_the_server_refuses(lab: Lab, answer: bytes, why: str) -> None:
    assert_refuses(lab, "ldap", b"", [(b"0", answer)], why)


@pytest.mark.parametrize(("code", "name"), [(2, "protocolError"), (52, "unavailable")])
def test_tls_is_off(lab: Lab, code: int, name: str) -> None:
    why = f"it answered with the LDAP result {code} ({name})"
    assert_refuses(lab, "ldap", b"", [(b"0", result(code))], why, TLS_OFF)
