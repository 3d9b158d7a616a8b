"""What further questions brought, in words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

import click

from tui_chain.failure import Failure
from tui_chain.headless.options import Options
from tui_chain.journey import Journey
from tui_chain.state import HostState

if TYPE_CHECKING:
    from tui_chain.diagnose.servers import Row, Servers
    from tui_chain.revocation.status import Answer, RevocationCheck

_LOOK = {
    "good": ("✓", "green"),
    "revoked": ("✗", "red"),
    "unknown": ("?", "yellow"),
    "unreachable": ("⊘", "yellow"),
}


class ServerJSON(TypedDict):
    """One answer of a host: how it was asked, and the SHA-256 of each certificate that came, or the error.

    `key_type` is `any`, `RSA` or `ECDSA`, `tls` the version asked for or null, `turn` counts from 1, `status` is the
    host's word for this answer alone, or `not offered`.
    """

    address: str
    key_type: str
    tls: str | None
    sni: bool
    turn: int
    status: str
    served: list[str]
    error: str | None


class AnswerJSON(TypedDict):
    """One word about a certificate: `means` is staple, OCSP, CRL or none; times are ISO 8601 in UTC or null."""

    means: str
    url: str
    status: str
    words: str
    produced: str | None
    next_update: str | None
    revoked_at: str | None
    reason: str | None


class RevocationJSON(TypedDict):
    """What was said of one certificate (`at`, a SHA-256): good, revoked, unknown or unreachable, and by whom."""

    at: str
    status: str
    answers: list[AnswerJSON]


async def check_host(journey: Journey, options: Options, state: HostState) -> HostState:
    """Probe a host, and ask whatever further was wanted."""
    from tui_chain.probe.variants import Wanted
    from tui_chain.questions import ask_revocation, ask_servers

    state = await journey.probe(state)
    wanted = Wanted(options.all_addresses, options.key_types, options.no_sni, options.repeat)
    if wanted:
        state = await ask_servers(journey, state, wanted)
    return await ask_revocation(journey, state) if options.revocation else state


def server_object(row: Row) -> ServerJSON:
    """Describe one answer."""
    variant, result = row.variant, row.answer.result
    return ServerJSON(
        address=variant.address.ip,
        key_type=variant.key_type.value,
        tls=variant.tls,
        sni=variant.sni,
        turn=variant.turn,
        status="not offered" if row.not_offered else row.diagnosis.status.value,
        served=list(row.chain),
        error=result.message if isinstance(result, Failure) else None,
    )


def revocation_object(check: RevocationCheck) -> RevocationJSON:
    """Describe what was said of one certificate."""
    return RevocationJSON(
        at=check.at, status=check.status.value, answers=[_answer_object(answer) for answer in check.answers]
    )


def _answer_object(answer: Answer) -> AnswerJSON:
    return AnswerJSON(
        means=answer.means.value,
        url=answer.url,
        status=answer.status.value,
        words=answer.words,
        produced=_iso(answer.produced),
        next_update=_iso(answer.next_update),
        revoked_at=_iso(answer.revoked_at),
        reason=answer.reason,
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def server_lines(servers: Servers | None) -> Iterator[str]:
    """A table of the answers, equal ones in one line; where all agree, one line says so."""
    if servers is None or not servers.rows:
        return
    if not servers.differing:
        yield f"  servers   all {len(servers.rows)} answers agree"
        return
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in servers.rows:
        groups.setdefault((row.variant.words, row.words), []).append(row)
    width = max(len(variant) for variant, _ in groups)
    for number, ((variant, words), rows) in enumerate(groups.items()):
        times = f" ({len(rows)} times)" if len(rows) > 1 else ""
        sent = f"{len(rows[0].chain)} sent, " if rows[0].chain else ""
        line = f"{variant:<{width}}  {sent}{words}{times}"
        fine = rows[0].good or rows[0].not_offered or not rows[0].variant.sni
        glyph = click.style("✓", fg="green") if fine else click.style("✗", fg="red")
        yield f"  {'servers' if number == 0 else '':<10}{glyph} {line}"


def revocation_lines(checks: tuple[RevocationCheck, ...] | None) -> Iterator[str]:
    """A line for each answer about each certificate."""
    for number, check in enumerate(checks or ()):
        for place, answer in enumerate(check.answers):
            glyph, colour = _LOOK[answer.status]
            title = "revoked?" if number == place == 0 else ""
            where = " ".join(part for part in (answer.means.value, answer.url) if part and part != "none")
            words = f"{where}: {answer.words}" if where else answer.words
            yield f"  {title:<10}{click.style(glyph, fg=colour)} {check.label}  {words}"
    if checks is not None and not checks:
        yield f"  {'revoked?':<10}the leaf's issuer is not at hand, so that no answer could be verified"
