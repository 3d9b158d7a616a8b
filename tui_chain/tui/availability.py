"""Which actions can be done now, and why the others cannot: a key that is pressed in vain is answered."""

from __future__ import annotations

from collections.abc import Sequence

from tui_chain.core.status import Status
from tui_chain.tui.host_rows import HostRow, leaf_is_at_fault, private_root, reached

_OF_CHAIN = frozenset({"fix", "test", "details", "servers", "revocation", "crls", "programs", "instructions"})
"""What can be done with a host that was reached."""
_OF_HOST = frozenset({"probe", "remove", "report", "request", "copy"})
_OF_BUNDLE = frozenset({"write", "copy_bundle"})
"""What can be done where one of the selected hosts has a proven repair."""
_OF_MARKED = frozenset({"probe", "remove", "report", "fix", "test", "revocation", "crls", "copy"})
"""What is done with all marked hosts, where some are."""
OF_SELECTED = _OF_BUNDLE | _OF_MARKED
BEFORE_STAGES = frozenset({"help", "pane", "add", "filter", "zoom", "back", "stop_all"})
"""What can be done while the stages are loading."""
_OF_REPAIR = _OF_BUNDLE | {"instructions"}
_NO_CHOICE = {
    "choose": "There is nothing to choose here: space marks hosts in pane 1 and selects candidates in pane 3.",
    "step_path": "There is no second path.",
    "trust_root": "There is no root here that could be confirmed.",
    "error": "There is no error to show.",
    "open_hop": "No redirect of this host has failed on TLS.",
}


def is_fixable(row: HostRow) -> bool:
    """Whether a search may find what a host lacks: it was reached, is not complete, and has no proven repair."""
    return reached(row) is not None and row.status is not Status.COMPLETE and row.state.proven is None


def is_available(action: str, row: HostRow | None, selected: Sequence[HostRow]) -> bool:
    """Whether an action of the main screen can be done for `row`, or for the `selected` ones where it is of those."""
    if action in _OF_CHAIN:
        return reached(row) is not None or (action in _OF_MARKED and any(map(reached, selected)))
    if action in _OF_HOST:
        return row is not None or (action in _OF_MARKED and bool(selected))
    if action in _OF_BUNDLE:
        return any(one.state.proven is not None for one in selected)
    if action == "trust_root":
        return row is not None and private_root(row) is not None
    if action == "error":
        return row is not None and row.error is not None
    return action != "choose"


def refusal(action: str, row: HostRow | None, marked: int = 0, hosts: int = 0) -> str:
    """Why `action` cannot be done for `row`, the host under the cursor, of so many `hosts`, some of them `marked`."""
    if row is None:
        return "No host matches the filter; esc clears it." if hosts else "There is no host yet; a adds one."
    if action in _NO_CHOICE:
        return _NO_CHOICE[action]
    if row.busy:
        return busy_refusal(row)
    if action in _OF_REPAIR:
        return _no_repair(row, marked)
    return f"{row.target.display} was not reached; e says why, r tries again."


def busy_refusal(row: HostRow) -> str:
    """Why nothing is begun for a host that has a job."""
    return f"{row.target.display} is busy; esc stops it."


def _no_repair(row: HostRow, marked: int) -> str:
    if marked:
        return "None of the marked hosts has a proven repair yet; f looks for them."
    if row.status is Status.COMPLETE:
        return f"{row.target.display} needs no repair: all client families accept its chain as served."
    if row.status is Status.UNREACHABLE:
        return f"{row.target.display} was not reached; e says why, r tries again."
    if leaf_is_at_fault(row):
        return f"{row.target.display} has no proven repair: its own certificate is at fault; 2 says why."
    searched = row.state.resolution is not None
    return f"{row.target.display} has no proven repair{'; e says why' if searched else ' yet; f looks for one'}."
