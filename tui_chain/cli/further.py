"""What further questions brought, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tui_chain.cli.options import Options
from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey

if TYPE_CHECKING:
    from datetime import datetime

    from tui_chain.diagnose.findings.endpoints import EndpointResult, Servers
    from tui_chain.probe.served import ServedChain
    from tui_chain.repair.repair import Repair
    from tui_chain.x509.revocation import RevocationCheck

_LOOK = {
    "good": ("✓", "green"),
    "revoked": ("✗", "red"),
    "unknown": ("?", "yellow"),
    "unreachable": ("⊘", "yellow"),
}


async def check_host(journey: Journey, options: Options, state: HostState) -> HostState:
    """Probe a host, and ask whatever further was wanted."""
    from tui_chain.engine.questions import ask_revocation, ask_servers
    from tui_chain.probe.variants import Wanted

    state = await journey.probe(state)
    wanted = Wanted(options.all_addresses, options.key_types, options.no_sni, options.repeat)
    if wanted:
        state = await ask_servers(journey, state, wanted)
    return await ask_revocation(journey, state) if options.revocation else state


def asks_several(options: Options) -> bool:
    """Whether a host is to be asked in several ways."""
    return options.all_addresses or options.key_types or options.no_sni or options.repeat > 1


def standing_repairs(state: HostState, at: datetime) -> Iterator[tuple[ServedChain, Repair]]:
    """The servers of a host that need no repair, each with what its clients have to trust: a bundle is for all."""
    from tui_chain.repair.repair import standing_repair

    served = {row.chain: row for row in (state.servers.rows if state.servers is not None else ()) if row.good}
    for row in served.values():
        result, path = row.answer.result, row.diagnosis.path
        if isinstance(result, Failure) or path is None:
            continue
        sources = dict.fromkeys(row.chain, "served") | {path.anchor.sha256: f"trust store {row.diagnosis.store}"}
        repair = standing_repair(result, row.diagnosis, sources, at=at)
        if not isinstance(repair, Failure):
            yield result, repair


def server_lines(servers: Servers | None) -> Iterator[str]:
    """A table of the answers, equal ones in one line; where all agree, one line says so."""
    if servers is None or not servers.rows:
        return
    if not servers.differing:
        yield f"  servers   all {len(servers.rows)} answers agree"
        return
    groups: dict[tuple[str, str], list[EndpointResult]] = {}
    for row in servers.rows:
        groups.setdefault((row.variant.description, row.summary), []).append(row)
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
            words = f"{where}: {answer.text}" if where else answer.text
            yield f"  {title:<10}{click.style(glyph, fg=colour)} {check.label}  {words}"
    if checks is not None and not checks:
        yield f"  {'revoked?':<10}the leaf's issuer is not at hand, so that no answer could be verified"
