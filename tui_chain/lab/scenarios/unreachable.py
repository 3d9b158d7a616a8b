"""Servers that are not reached, each at a step of its own."""

from __future__ import annotations

import ssl

from tui_chain.clients.handshake import HandshakeCode
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.lab.scenarios.refusals import cannot_shake_hands
from tui_chain.lab.scenarios.scenario import Scenario, ScenarioGroup, ScenarioGroups, expect
from tui_chain.lab.servers.services import Nobody, NoTls, Service
from tui_chain.lab.servers.stream import Stream

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
    await _greet(stream, b"250 lab.test\r\n")
    await stream.send(b"502 5.5.1 no such command\r\n")
    await stream.finish()


async def refuse_starttls_for_now(stream: Stream) -> None:
    """Be a mail server that offers TLS and cannot start it (RFC 3207 section 4)."""
    await _greet(stream, b"250-lab.test\r\n250 STARTTLS\r\n")
    await stream.send(b"454 4.7.0 TLS not available due to temporary reason\r\n")
    await stream.finish()


async def _greet(stream: Stream, answer: bytes) -> None:
    """Greet as a mail server, answer EHLO, and read the next command."""
    await stream.send(b"220 lab.test\r\n")
    await stream.receive()
    await stream.send(answer)
    await stream.receive()


async def refuse_ssl_request(stream: Stream) -> None:
    """Be a PostgreSQL server with `ssl = off`: its answer to an SSLRequest is `N`."""
    await stream.receive()
    await stream.send(b"N")
    await stream.finish()


def alerting(alert: ssl.AlertDescription) -> NoTls:
    """A server that answers every ClientHello with a fatal alert."""

    async def refuse(stream: Stream) -> None:
        await stream.receive()
        await stream.send(b"\x15\x03\x03\x00\x02\x02" + bytes([alert]))
        await stream.finish()

    return NoTls(refuse)


def _unreachable(
    name: str,
    summary: str,
    service: Service,
    blame: Blame,
    code: FindingCode | None = None,
    reach: str = "localhost:{port}",
) -> Scenario:
    return Scenario(name, summary, service, expect(Status.UNREACHABLE, blame, code or FindingCode(name)), reach=reach)


def _refused(name: str, summary: str, service: Service) -> Scenario:
    """A server that speaks TLS and shakes hands with nobody."""
    refused = cannot_shake_hands(HandshakeCode.HANDSHAKE_FAILURE)
    return Scenario(name, summary, service, expect(Status.REFUSED, Blame.SERVER, FindingCode(name), refused=refused))


UNREACHABLE = (
    _unreachable("refused", "refuses every connection", Nobody(), Blame.NETWORK),
    _unreachable("reset", "hangs up during the handshake", NoTls(hang_up), Blame.NETWORK),
    _unreachable(
        "starttls",
        "is a mail server without TLS",
        NoTls(refuse_starttls),
        Blame.SERVER,
        reach="smtp+starttls://localhost:{port}",
    ),
    _unreachable(
        "starttls-not-now",
        "is a mail server whose TLS is out of order for now",
        NoTls(refuse_starttls_for_now),
        Blame.SERVER,
        code=FindingCode.STARTTLS,
        reach="smtp+starttls://localhost:{port}",
    ),
    _unreachable(
        "starttls-postgres",
        "is a PostgreSQL server without TLS",
        NoTls(refuse_ssl_request),
        Blame.SERVER,
        code=FindingCode.STARTTLS,
        reach="postgres+starttls://localhost:{port}",
    ),
    _refused(FindingCode.TLS, "answers with a handshake that is none", NoTls(say_garbage)),
    _refused(FindingCode.ALERT, "denies access by an alert", alerting(ALERTS.ALERT_DESCRIPTION_ACCESS_DENIED)),
    _refused(
        FindingCode.ALERT_UNRECOGNIZED_NAME,
        "knows no such name",
        alerting(ALERTS.ALERT_DESCRIPTION_UNRECOGNIZED_NAME),
    ),
    _refused(
        FindingCode.ALERT_PROTOCOL_VERSION,
        "has no TLS version in common with anybody",
        alerting(ALERTS.ALERT_DESCRIPTION_PROTOCOL_VERSION),
    ),
    _refused(
        FindingCode.ALERT_CERTIFICATE_REQUIRED,
        "refuses whoever has no certificate",
        alerting(ALERTS.ALERT_DESCRIPTION_BAD_CERTIFICATE),
    ),
    _refused(
        FindingCode.ALERT_HANDSHAKE_FAILURE,
        "has no cipher in common with anybody",
        alerting(ALERTS.ALERT_DESCRIPTION_HANDSHAKE_FAILURE),
    ),
)
"""Each ends at another step."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.ODD: UNREACHABLE}
