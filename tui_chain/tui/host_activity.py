"""What was done with a host, as a sentence, and the command that does the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.livetest.choice import USUAL
from tui_chain.tui.host_rows import HostRow, verdict_label
from tui_chain.tui.messages import Noted

if TYPE_CHECKING:
    from tui_chain.engine.arguments import Options
    from tui_chain.engine.journey import Journey

_STEPS = (
    ("live_test", "Tested", "test", ()),
    ("crls", "Fetched the CRLs of", "fix", ("--crl",)),
    ("revocation", "Asked about the revocation of", "check", ("--revocation",)),
    ("servers", "Asked all servers of", "check", ("--all-addresses", "--key-types", "--no-sni")),
    ("repair", "Looked for a repair of", "fix", ()),
    ("served", "Probed", "check", ()),
)
"""The fields of a host's state, last of the journey first: what brought each, the command, and its options."""


def carried_options(journey: Journey, row: HostRow) -> Options:
    """What the commands for a host carry on with: the start's options, and a root that was confirmed since."""
    state = row.state
    path = state.proven.path if state.proven is not None else state.verdict and state.verdict.path
    root = path.anchor.sha256 if path else ""
    confirmed = (root,) if root in journey.diagnoser.confirmed else ()
    return replace(journey.context.options, trust_root=confirmed)


def host_command(journey: Journey, row: HostRow, name: str, *words: object) -> str:
    """The command `name` for a host, with what holds for this run, then `words`."""
    return carried_options(journey, row).command(name, *words, host=row.target, label=row.state.label)


def noted_step(journey: Journey, before: HostRow, row: HostRow) -> Noted | None:
    """What the job has done that has ended between two rows of a host, for the log; None where there is nothing."""
    if not before.busy or row.busy:
        return None
    for name, verb, command, words in _STEPS:
        brought = getattr(row.state, name)
        if brought is not None and brought is not getattr(before.state, name):
            text = f"{verb} {row.state.label or row.target.display}: {_outcome(row, name)}"
            request = _request(row) if command == "test" else ()
            return Noted(text, host_command(journey, row, command, *words, *request))
    return None


def _outcome(row: HostRow, name: str) -> str:
    """What came of a step, in short."""
    brought = getattr(row.state, name)
    if name == "live_test" and row.state.live_test is not None:
        return row.state.live_test.last.text
    if name in {"servers", "revocation"}:
        return "enter in pane 4 opens the answers"
    return brought.message if isinstance(brought, Failure) else verdict_label(row)


def _request(row: HostRow) -> tuple[str, ...]:
    """The request that was chosen, as options; further headers stay out of a log."""
    chosen = row.request or USUAL
    return (
        *(("--method", chosen.method) if chosen.method != USUAL.method else ()),
        *(("--path", chosen.path) if chosen.path != USUAL.path else ()),
        *(("--proxy",) if chosen.proxy else ()),
    )
