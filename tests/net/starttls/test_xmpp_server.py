from __future__ import annotations

from tests.net.starttls.conversations import Agreeing, assert_refuses
from tests.net.starttls.test_xmpp import FEATURES, MECHANISMS, OPENED, OPENS, PROCEED
from tui_chain.lab.internet import Lab
from tui_chain.net.starttls.xmpp import STARTTLS, WRONG_DOMAIN

SERVER_OPENS = OPENS.replace(b"jabber:client", b"jabber:server").replace(b" to=", b" from='tlschain.invalid' to=")
SERVER_FEATURES = FEATURES.replace(b"jabber:client", b"jabber:server")
SERVER_OPENED = OPENED.replace(b"jabber:client", b"jabber:server")
AGREEING = Agreeing(
    "xmpp-server",
    b"",
    [(SERVER_OPENS, SERVER_FEATURES), (STARTTLS, PROCEED)],
    [(SERVER_OPENS, OPENED + MECHANISMS)],
)


def test_the_server_agrees(lab: Lab) -> None:
    AGREEING.assert_agrees(lab)


def test_what_is_injected_before_tls_is_refused(lab: Lab) -> None:
    AGREEING.assert_injection_is_refused(lab)


def test_the_live_test_reads_the_features_of_the_new_stream(lab: Lab) -> None:
    AGREEING.assert_greets(lab, "stream features: mechanisms, sub")


def test_a_domain_that_is_not_served(lab: Lab) -> None:
    error = b"<stream:error><host-unknown/></stream:error>"
    assert_refuses(
        lab, "xmpp-server", b"", [(b"<", SERVER_OPENED + error)], "it answered 'host-unknown'", WRONG_DOMAIN
    )
