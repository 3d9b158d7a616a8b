from __future__ import annotations

import asyncio

import pytest

from tests.net.starttls.conversations import Agreeing, Answers, assert_refuses
from tests.support.chains import NOW
from tests.support.servers import Dialogue, fresh_chain, server_context
from tui_chain.lab.internet import Lab
from tui_chain.net.route import Route
from tui_chain.net.starttls.xmpp import STARTTLS, TLS_OFF, WRONG_DOMAIN
from tui_chain.net.target import Target
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain

TLS = b"xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
OPENED = (
    b"<?xml version='1.0'?><stream:stream from='localhost' id='a>b' version=\"1.0\" xmlns='jabber:client' "
    b"xmlns:stream='http://etherx.jabber.org/streams'>"
)
FEATURES = OPENED + b"<stream:features><starttls %s><required/></starttls></stream:features>" % TLS
PROCEED = b"<proceed %s/>" % TLS
BARE = "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xml:lang='en' xmlns='jabber:client' "
OPENS = f"{BARE}xmlns:stream='http://etherx.jabber.org/streams'>".encode()
MECHANISMS = b"<stream:features><mechanisms><mechanism>PLAIN</mechanism></mechanisms><sub/></stream:features>"
AGREEING = Agreeing("xmpp", b"", [(OPENS, FEATURES), (STARTTLS, PROCEED)], [(OPENS, OPENED + MECHANISMS)])


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_an_element_that_is_closed_by_a_tag_of_its_own_ends_there(lab: Lab) -> None:
    closed = b"<tls:proceed xmlns:tls='urn:ietf:params:xml:ns:xmpp-tls'></tls:proceed>"
    Agreeing("xmpp", b"", [(OPENS, FEATURES), (STARTTLS, closed)], []).assert_agrees(lab)


def test_a_name_is_asked_for_in_unicode(lab: Lab) -> None:
    """The domain of XMPP's addresses has no A-labels (RFC 7622 section 3.2)."""
    heard: list[bytes] = []
    dialogue = Dialogue(b"", AGREEING.answers[:0], None, heard)
    answers = [(OPENS[:10], FEATURES), (STARTTLS, PROCEED)]
    dialogue = Dialogue(b"", answers, server_context(lab, fresh_chain(lab)), heard)
    prober = Prober(lambda: NOW)
    target = Target("xn--bcher-kva.localhost", lab.listen(dialogue), "xmpp")

    async def probe() -> object:
        return await prober.probe_by(target, Route(await prober.name_lookup("127.0.0.1")))

    assert isinstance(asyncio.run(probe()), ServedChain)
    assert b" to='b\xc3\xbccher.localhost' " in heard[0]


def test_the_live_test_reads_the_features_of_the_new_stream(lab: Lab) -> None:
    AGREEING.assert_greets(lab, "stream features: mechanisms, sub")
    AGREEING.assert_greets(lab, "stream features: none", [(OPENS, OPENED + b"<stream:features/>")])
    error = b"<stream:error><undefined-condition/><text>No features</text></stream:error>"
    AGREEING.assert_greets(lab, "stream error: undefined-condition", [(OPENS, OPENED + error)])


BOMB = b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ([], "the server closed the connection"),
        ([(OPENS, OPENED + b"<stream:features>" + b"<x/>" * 300)], "it sent features that do not end"),
        ([(OPENS, BOMB + OPENED)], "it sent XML that XMPP forbids"),
    ],
)
def test_the_server_breaks_after_tls(lab: Lab, after: Answers, why: str) -> None:
    AGREEING.assert_breaks(lab, after, why)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (BOMB + FEATURES, "it sent XML that XMPP forbids"),
        (OPENED + b"<stream:features><!-- <starttls/> --></stream:features>", "it sent XML that XMPP forbids"),
        (OPENED + b"<![CDATA[<starttls/>]]>", "it sent XML that XMPP forbids"),
        (b"<?xml version='1.0'?>" * 99, "it sent XML that XMPP forbids"),
        (b"HTTP/1.1 400 no\r\n\r\n<html>", "it did not open a stream as XMPP does"),
        (b"</stream>", "it did not open a stream as XMPP does"),
        (OPENED + b"<message/>", "it sent no stream features"),
        (OPENED + b"<stream:features>" + b"<x>" * 300, "it sent features that do not end"),
        (OPENED + b"<stream:features>" + b"x" * 5000, "it sent a tag that does not end"),
        (OPENED + b"<stream:features a='" + b">" * 5000, "it sent a tag that does not end"),
        (b"<" + b"x" * 5000, "it sent a tag that does not end"),
    ],
)
def test_what_is_no_stream_is_refused(lab: Lab, answer: bytes, why: str) -> None:
    assert_refuses(lab, "xmpp", b"", [(OPENS, answer)], why)


@pytest.mark.parametrize(
    "features",
    [
        b"<stream:features/>",
        # what stands deeper, or in text or in quotes, is no offer
        b"<stream:features><a><starttls/></a></stream:features>",
        b"<stream:features a='<starttls/>'>starttls</stream:features>",
    ],
)
def test_features_without_tls(lab: Lab, features: bytes) -> None:
    assert_refuses(lab, "xmpp", b"", [(OPENS, OPENED + features)], "its features offer no TLS", TLS_OFF)


@pytest.mark.parametrize(("condition", "hint"), [("host-unknown", WRONG_DOMAIN), ("reset", TLS_OFF)])
def test_a_stream_error_is_said(lab: Lab, condition: str, hint: str) -> None:
    error = f"<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>".encode()
    assert_refuses(lab, "xmpp", b"", [(OPENS, OPENED + error)], f"it answered '{condition}'", hint)


def test_a_failure_instead_of_the_agreement(lab: Lab) -> None:
    answers = [(OPENS, FEATURES), (STARTTLS, b"<failure %s/></stream:stream>" % TLS)]
    assert_refuses(lab, "xmpp", b"", answers, "it answered 'failure'", TLS_OFF)
