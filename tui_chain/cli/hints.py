"""What to do next, where that is an option of the command line."""

from __future__ import annotations

from dataclasses import replace

import click

from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey

NEEDS_CONSENT = "only with your consent"
"""How the outcome of a fetch ends that would lead inside (tui_chain.net.addresses)."""
_OFFLINE = "Run it again without --offline to fetch it, or add it from a file with --pool FILE."
_PRIVATE = "Run it again with --allow-private-aia to ask that address, or add it from a file with --pool FILE."


def hinted(journey: Journey, state: HostState) -> HostState:
    """The host, its failed repair with the option that would let the search go on, where one would."""
    if not isinstance(state.repair, Failure) or state.verdict is None or not state.verdict.missing:
        return state
    hint = _next_option(journey, state)
    return state if hint is None else replace(state, repair=replace(state.repair, hint=hint))


def _next_option(journey: Journey, state: HostState) -> str | None:
    missing = state.verdict.missing if state.verdict is not None else ()
    if journey.offline:
        return _OFFLINE if any(link.wanted_by.issuer_urls for link in missing) else None
    tries = state.resolution.tries if state.resolution is not None else ()
    return _PRIVATE if any(tried.outcome.endswith(NEEDS_CONSENT) for tried in tries) else None


def command_name() -> str:
    """The command that runs, as `fix`, for a hint that names it."""
    context = click.get_current_context(silent=True)
    return (context.info_name if context is not None else None) or "check"
