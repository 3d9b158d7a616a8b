"""Servers that are not reached, each at a step of its own."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from tui_chain.diagnose.words import Blame, Status
from tui_chain.lab.odd_certificates import complete
from tui_chain.lab.scenarios import Scenario, expect
from tui_chain.lab.servers import TlsOptions
from tui_chain.lab.services import LEAF, Ground, Nobody, NoTls, Served, Service, Tls
from tui_chain.lab.stream import Stream

ALERTS = ssl.AlertDescription
GARBAGE = bytes.fromhex("1603030004") + b"\xfe\x00\x00\x00"
"""A TLS record with a handshake message of a kind that does not exist."""


async def hang_up(stream: Stream) -> None:
    """Read the client's first bytes and close."""
    await stream.receive()


async def say_garbage(stream: Stream) -> None:
    """Answer with a handshake message that no client can read."""
    await stream.receive()
    await stream.send(GARBAGE)
    await stream.finish()


async def refuse_starttls(stream: Stream) -> None:
    """Be a mail server without TLS."""
    await stream.send(b"220 lab.test\r\n")
    await stream.receive()
    await stream.send(b"250 lab.test\r\n")
    await stream.receive()
    await stream.send(b"502 5.5.1 no such command\r\n")
    await stream.finish()


def alerting(alert: ssl.AlertDescription) -> Tls:
    """A server that answers every name with an alert."""
    return Tls((LEAF, "issuing"), options=TlsOptions(sni_alert=alert))


@dataclass(frozen=True)
class MutualTls:
    """A server of TLS 1.2 that demands a client certificate of the lab's roots."""

    def open(self, ground: Ground, scenario: str, /) -> Served:
        """Issue the leaf and serve its chain."""
        options = TlsOptions(client_ca=ground.hierarchy.trust_pem, maximum=ssl.TLSVersion.TLSv1_2)
        return Tls((LEAF, "issuing"), options=options).open(ground, scenario)


def _unreachable(
    name: str, words: str, service: Service, blame: Blame, code: str = "", reach: str = "localhost:{port}"
) -> Scenario:
    return Scenario(name, words, service, expect(Status.UNREACHABLE, blame, code or name), reach=reach)


_FAILED = NoTls(say_garbage)
NETWORK_ODDITIES = (
    _unreachable("refused", "refuses every connection", Nobody(), Blame.NETWORK),
    _unreachable("reset", "hangs up during the handshake", NoTls(hang_up), Blame.NETWORK),
    _unreachable("tls", "answers with a handshake that is none", _FAILED, Blame.SERVER),
    _unreachable(
        "starttls",
        "is a mail server without TLS",
        NoTls(refuse_starttls),
        Blame.SERVER,
        reach="smtp+starttls://localhost:{port}",
    ),
    _unreachable(
        "alert", "denies access by an alert", alerting(ALERTS.ALERT_DESCRIPTION_ACCESS_DENIED), Blame.SERVER
    ),
    _unreachable(
        "alert-unrecognized-name",
        "knows no such name",
        alerting(ALERTS.ALERT_DESCRIPTION_UNRECOGNIZED_NAME),
        Blame.SERVER,
    ),
    _unreachable(
        "alert-protocol-version",
        "has no TLS version in common with anybody",
        alerting(ALERTS.ALERT_DESCRIPTION_PROTOCOL_VERSION),
        Blame.SERVER,
    ),
    _unreachable(
        "alert-certificate-required",
        "refuses whoever has no certificate",
        alerting(ALERTS.ALERT_DESCRIPTION_BAD_CERTIFICATE),
        Blame.SERVER,
    ),
    _unreachable(
        "alert-handshake-failure",
        "has no cipher in common with anybody",
        alerting(ALERTS.ALERT_DESCRIPTION_HANDSHAKE_FAILURE),
        Blame.SERVER,
    ),
    Scenario(
        "client-certificate",
        "sends its chain, then wants a client certificate",
        MutualTls(),
        complete("client-certificate"),
    ),
)
