"""Alerts in the words of every TLS library: the peer speaks, and no word of them is taken for a verdict."""

from __future__ import annotations

import pytest

from tui_chain.clients.alerts import ALERTS, AlertName, received_alerts
from tui_chain.clients.errors import ErrorKind, Speaker, fold
from tui_chain.diagnose.explain.explanation import Explanation, explain
from tui_chain.diagnose.explain.symptoms import SYMPTOMS

CLOSED = 0
"""close_notify, with which a connection ends in peace."""


def camel(name: str) -> str:
    return "".join(map(str.capitalize, name.split("_")))


def texts(alert: AlertName) -> list[str]:
    """How the libraries print a received alert; OpenSSL leaves out the word for two of them."""
    words, upper = alert.name.replace("_", " "), alert.name.upper()
    return [
        f"[SSL: TLSV1_ALERT_{upper}] tlsv1 alert {words} (_ssl.c:1000)",
        f"[SSL: SSLV3_ALERT_{upper}] ssl/tls alert {words} (_ssl.c:1032)",
        f"curl: (35) OpenSSL/3.0.19: error:0A000410:SSL routines::sslv3 alert {words}",
        f"error:10000410:SSL routines:OPENSSL_internal:TLSV1_ALERT_{upper}",
        f"error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert {words}:../ssl/record/rec_layer_s3.c:1601:"
        f"SSL alert number {alert.number}",
        f"javax.net.ssl.SSLHandshakeException: Received fatal alert: {alert.name}",
        f"cause: received fatal alert: {camel(alert.name)}",
        f"fatal alert received: {camel(alert.name)}",
        f"remote error: tls: {words}",
        f"*** Received alert [{alert.number}]: {words.capitalize()}",
        f"Authentication failed because the remote party sent a TLS alert: '{camel(alert.name)}'.",
        f"TLS client: In state wait_cert_cr received SERVER ALERT: Fatal - {words.title()}",
        f"mbedtls_ssl_handshake: got an alert message, type: [2:{alert.number}]",
    ]


@pytest.mark.parametrize("alert", ALERTS[1:], ids=lambda alert: alert.name)
def test_an_alert_is_the_peers(alert: AlertName) -> None:
    for text in texts(alert):
        found = explain(text)
        assert isinstance(found, Explanation), text
        assert found.symptom == SYMPTOMS[alert.kind], text
        assert found.symptom.speaker is not Speaker.OWN or alert.kind is ErrorKind.ENDED, text


def test_numbers_and_names_are_those_of_the_registry() -> None:
    """RFC 8446, section 6, and the alerts before it; each once."""
    assert len({alert.number for alert in ALERTS}) == len(ALERTS) == len({alert.name for alert in ALERTS})
    known = {alert.name: alert.number for alert in ALERTS}
    assert known["certificate_required"] == 116
    assert known["unknown_ca"] == 48
    assert known["no_application_protocol"] == 120


def test_a_verdict_of_the_client_is_no_alert() -> None:
    for text in (
        "x509: certificate signed by unknown authority",
        "certificate has expired",
        "TLS client: In state certify at ssl_handshake.erl:1885 generated CLIENT ALERT: Fatal - Unknown CA",
        "* TLSv1.3 (OUT), TLS alert, unknown CA (560):\n* SSL certificate problem: self-signed certificate",
    ):
        assert not list(received_alerts(fold(text))), text
        found = explain(text)
        assert isinstance(found, Explanation)
        assert found.symptom.speaker is Speaker.OWN, text


def test_a_servers_log_speaks_of_a_client() -> None:
    for text in (
        "2026/11/26 10:00:00 [info] 7#7: *3 SSL_do_handshake() failed (SSL: error:0A000412:SSL routines::sslv3 alert "
        "bad certificate:SSL alert number 42) while SSL handshaking, client: 192.0.2.7, server: 0.0.0.0:443",
        "http: TLS handshake error from 192.0.2.7:51000: remote error: tls: unknown certificate authority",
        "postfix/smtpd[11]: warning: TLS library problem: error:0A000418:SSL routines::tlsv1 alert unknown ca:"
        "../ssl/record/rec_layer_s3.c:1586:SSL alert number 48:",
        "LOG:  could not accept SSL connection: tlsv1 alert unknown ca",
    ):
        found = explain(text)
        assert isinstance(found, Explanation)
        assert found.symptom.speaker is Speaker.SERVER_LOG, text
        assert found.symptom.name == "client-refuses-server", text
        assert found.host is None, "the address in a server's log is the client's"
