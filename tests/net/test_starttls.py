"""Six protocols switch to TLS on small servers that then do a real handshake, and refuse to in their ways."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.chains import NOW
from tests.support.servers import Dialogue, Fresh, fresh_chain, reset, saying, server_context
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.tls import stay_silent
from tui_chain.net.starttls import CHECK_PROTOCOL, NOT_NOW, POSTGRES_OFF
from tui_chain.net.target import STARTTLS_PORTS, Target
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain

LDAP_REQUEST = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"


def ldap_result(code: int, head: str = "300c") -> bytes:
    return bytes.fromhex(f"{head}02010178070a01{code:02x}04000400")


SCRIPTS: dict[str, tuple[bytes, list[tuple[bytes, bytes]]]] = {
    "smtp": (
        b"220-mail.test\r\n220 ready\r\n",
        [(b"EHLO ", b"250-mail.test\r\n250-STARTTLS\r\n250 HELP\r\n"), (b"STARTTLS\r\n", b"220 go\r\n")],
    ),
    "imap": (b"* OK ready\r\n", [(b"a1 STARTTLS\r\n", b"* CAPABILITY IMAP4rev2\r\na1 OK go\r\n")]),
    "pop3": (b"+OK ready\r\n", [(b"STLS\r\n", b"+OK go\r\n")]),
    "ftp": (b"220-Welcome\r\n to this  - server\r\n230-no end\r\n220 ready\r\n", [(b"AUTH TLS\r\n", b"234 go\r\n")]),
    "ldap": (b"", [(LDAP_REQUEST, ldap_result(0))]),
    "postgres": (b"", [(bytes.fromhex("0000000804d2162f"), b"S")]),
}


def probe(lab: Lab, protocol: str, dialogue: Dialogue, timeout: float = 5.0) -> ServedChain | Failure:
    target = Target("localhost", lab.listen(dialogue), protocol)
    return asyncio.run(Prober(lambda: NOW, timeout).probe(target))


def test_every_protocol_has_a_script() -> None:
    assert SCRIPTS.keys() == STARTTLS_PORTS.keys()


@pytest.mark.parametrize("protocol", SCRIPTS)
def test_the_chain_is_read_after_the_switch(lab: Lab, protocol: str) -> None:
    greeting, answers = SCRIPTS[protocol]
    fresh: Fresh = fresh_chain(lab)
    dialogue = Dialogue(greeting, answers, server_context(lab, fresh), [])
    served = probe(lab, protocol, dialogue)
    assert isinstance(served, ServedChain), served
    assert tuple(one.der for one in served.certificates) == fresh.chain
    assert len(dialogue.heard) == len(answers)


def test_a_long_ldap_length_is_read(lab: Lab) -> None:
    fresh = fresh_chain(lab)
    answers = [(LDAP_REQUEST, ldap_result(0, head="30840000000c"))]
    assert isinstance(probe(lab, "ldap", Dialogue(b"", answers, server_context(lab, fresh), [])), ServedChain)


REFUSALS = {
    "smtp greeting": ("smtp", b"554 go \x1b[31maway\r\n", [], "it answered '554 go \\x1b[31maway'"),
    "smtp command": (
        "smtp",
        b"220 x\r\n",
        [(b"EHLO", b"250 x\r\n"), (b"STARTTLS", b"454 TLS not available\r\n")],
        "it answered '454 TLS not available'",
    ),
    "imap": ("imap", b"* OK x\r\n", [(b"a1", b"* OK no\r\na1 BAD unknown\r\n")], "it answered 'BAD unknown'"),
    "imap preauth": ("imap", b"* PREAUTH x\r\n", [], "it answered '* PREAUTH x'"),
    "pop3": ("pop3", b"+OK x\r\n", [(b"STLS", b"-ERR\r\n")], "it answered '-ERR'"),
    "ftp": ("ftp", b"220 x\r\n", [(b"AUTH", b"502 no\r\n")], "it answered '502 no'"),
    "ldap": ("ldap", b"", [(b"0", ldap_result(52))], "it answered with an LDAP result other than success"),
    "ldap nonsense": ("ldap", b"", [(b"0", b"0\x80")], "it answered with an LDAP result other than success"),
    "postgres": ("postgres", b"", [(b"\0", b"N")], "it answered 'N'"),
    "an empty line": ("pop3", b"\r\n", [], "it answered ''"),
    "a line without end": ("pop3", b"+OK " + b"x" * 5000, [], "it sent a line that does not end"),
    "a reply without end": ("smtp", b"220-x\r\n" * 100, [], "it sent a reply that does not end"),
    "no tagged reply": ("imap", b"* OK x\r\n", [(b"a1", b"* OK\r\n" * 100)], "it did not answer the command"),
}


HINTS = {"smtp command": NOT_NOW, "postgres": POSTGRES_OFF}
"""What helps where the answer says more than a no."""


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_told_in_the_servers_words(lab: Lab, name: str) -> None:
    protocol, greeting, answers, words = REFUSALS[name]
    failure = probe(lab, protocol, Dialogue(greeting, answers, None, []))
    assert failure == Failure(
        "starttls",
        f"The server did not agree to STARTTLS: {words} (step: STARTTLS).",
        HINTS.get(name, CHECK_PROTOCOL),
    )


@pytest.mark.parametrize("protocol", STARTTLS_PORTS)
def test_a_silent_server_uses_up_the_step(lab: Lab, protocol: str) -> None:
    target = Target("localhost", lab.listen(stay_silent), protocol)
    failure = asyncio.run(Prober(lambda: NOW, 0.1).probe(target))
    assert isinstance(failure, Failure)
    assert (failure.kind, "(step: STARTTLS)" in failure.message) == ("timeout", True)


@pytest.mark.parametrize(("handler", "word"), [(saying(), "closed"), (reset, "cut")])
def test_a_server_that_hangs_up(lab: Lab, handler: Handler, word: str) -> None:
    target = Target("localhost", lab.listen(handler), "postgres")
    failure = asyncio.run(Prober(lambda: NOW).probe(target))
    assert isinstance(failure, Failure)
    assert failure.message == f"The server {word} the connection before STARTTLS was agreed (step: STARTTLS)."


def test_plain_text_behind_the_answer_is_no_handshake(lab: Lab) -> None:
    """An answer injected before TLS begins (as in CVE-2011-0411) is not taken for the server's."""
    answers = [(b"STLS\r\n", b"+OK go\r\n+OK injected\r\n")]
    failure = probe(lab, "pop3", Dialogue(b"+OK\r\n", answers, server_context(lab, fresh_chain(lab)), []))
    assert isinstance(failure, Failure)
    assert failure.kind == "no-tls"


def test_a_switch_without_a_handshake_fails_at_tls(lab: Lab) -> None:
    failure = probe(lab, "pop3", Dialogue(b"+OK\r\n", [(b"STLS", b"+OK\r\n")], None, []))
    assert isinstance(failure, Failure)
    assert failure.message == "The server closed the connection during the TLS handshake (step: TLS)."
