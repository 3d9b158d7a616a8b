"""Why a key does nothing now, in a sentence: a key that is pressed in vain is answered."""

from __future__ import annotations

from tui_chain.core.status import Status
from tui_chain.tui.host_row import HostRow

_NO_CHOICE = {
    "choose": "There is nothing to choose here: space marks hosts in pane 1 and takes candidates in pane 3.",
    "way": "There is no second path to walk to.",
    "trust_root": "There is no root here that could be confirmed.",
    "error": "There is no error to show.",
    "open_hop": "No redirect of this host has failed on TLS.",
}
_REPAIR = frozenset({"write", "copy_bundle", "say"})


def refusal(action: str, row: HostRow | None, marked: int = 0) -> str:
    """Say why `action` is not offered for `row`, the host under the cursor; so many hosts are `marked`."""
    if row is None:
        return "There is no host yet; a adds one."
    if action in _NO_CHOICE:
        return _NO_CHOICE[action]
    if row.busy:
        return f"{row.target} is busy; esc stops it."
    if action in _REPAIR:
        return _no_repair(row, marked)
    return f"{row.target} was not reached; e says why, r tries again."


def _no_repair(row: HostRow, marked: int) -> str:
    if marked:
        return "None of the marked hosts has a proven repair yet; f looks for them."
    if row.status is Status.COMPLETE:
        return f"{row.target} needs no repair: all client families accept its chain as served."
    if row.status is Status.UNREACHABLE:
        return f"{row.target} was not reached; e says why, r tries again."
    looked = row.state.resolution is not None
    return f"{row.target} has no proven repair{'; e says why' if looked else ' yet; f looks for one'}."
