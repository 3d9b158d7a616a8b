"""CRLs on the command line: gathering them beside a repair, and saying what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui_chain.cli.hints import hinted
from tui_chain.cli.options import Work
from tui_chain.clients.families import family_names
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.x509.crl import CrlScope

if TYPE_CHECKING:
    from tui_chain.x509.crl_set import CrlSet


def repairing(work: Work, scope: CrlScope | None) -> Callable[[HostState], Awaitable[HostState]]:
    """The stages that repair a host, and gather its CRLs where `scope` says which; an address is asked once."""

    async def alone(state: HostState) -> HostState:
        return hinted(work.journey, await work.journey.fix(state))

    if scope is None:
        return alone
    from tui_chain.engine.crl_questions import ask_crls
    from tui_chain.revocation.crl import CrlFetches

    fetches = CrlFetches()

    async def fixed(state: HostState) -> HostState:
        return await ask_crls(work.journey, await alone(state), scope, fetches)

    return fixed


def refused_kind(kind: str, scope: CrlScope | None) -> Failure | None:
    """Why a kind of output cannot have the CRLs that were asked for, or None."""
    if scope is None:
        return None
    from tui_chain.repair.output_kinds import without_crls

    return without_crls(OutputKind(kind))


def having_crls(states: Sequence[HostState]) -> list[HostState]:
    """The hosts that have their CRLs: only these go into a file for clients that check."""
    return [state for state in states if state.lists is not None]


def crls_of(states: Sequence[HostState]) -> CrlSet | None:
    """The CRLs of all hosts as one, or None where there are none."""
    found = [state.lists for state in states if state.lists is not None]
    if not found:
        return None
    from tui_chain.x509.crl_set import joined  # every `fix` comes here, few have CRLs

    return joined(found)


def crl_lines(state: HostState) -> Iterator[str]:
    """Each list, until when it holds and where it came from, or why there is none."""
    found = state.crls
    if isinstance(found, Failure):
        yield f"  no CRLs   {found.message}"
        yield f"            {found.hint}"
    elif found is not None:
        tick = click.style("✓", fg="green")
        for number, one in enumerate(found.lists):
            until = f"{one.crl.next_update:%Y-%m-%d %H:%M} UTC"
            yield f"  {'CRLs' if number == 0 else '':<10}{tick} {one.crl.issuer}  until {until}  [{one.source}]"
        yield f"            {tick} verified with {found.scope.flag}: {family_names(found.clients)}"


def checking_words(path: Path, scope: CrlScope) -> str:
    """How a client is told to look into the CRLs of a file that was written."""
    file = safe_text(repr(str(path)), 400)
    return "\n".join(
        [
            "In Python this file is checked with:",
            f"  context = ssl.create_default_context(cafile={file})",
            f"  {scope.python}",
            "tlschain advise --bundle FILE says it for other clients; tlschain refresh --write FILE gets new CRLs.",
        ]
    )
