"""What further questions brought, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tui_chain.advise.host_json import AnswerJSON, RevocationJSON, ServerJSON, revocation_object, server_object
from tui_chain.headless.options import Options
from tui_chain.journey import Journey
from tui_chain.state import HostState

if TYPE_CHECKING:
    from tui_chain.diagnose.servers import Row, Servers
    from tui_chain.revocation.status import RevocationCheck

__all__ = [
    "AnswerJSON",
    "RevocationJSON",
    "ServerJSON",
    "check_host",
    "revocation_lines",
    "revocation_object",
    "server_lines",
    "server_object",
]

_LOOK = {
    "good": ("✓", "green"),
    "revoked": ("✗", "red"),
    "unknown": ("?", "yellow"),
    "unreachable": ("⊘", "yellow"),
}


async def check_host(journey: Journey, options: Options, state: HostState) -> HostState:
    """Probe a host, and ask whatever further was wanted."""
    from tui_chain.probe.variants import Wanted
    from tui_chain.questions import ask_revocation, ask_servers

    state = await journey.probe(state)
    wanted = Wanted(options.all_addresses, options.key_types, options.no_sni, options.repeat)
    if wanted:
        state = await ask_servers(journey, state, wanted)
    return await ask_revocation(journey, state) if options.revocation else state


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
