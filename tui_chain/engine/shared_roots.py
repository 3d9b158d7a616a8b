"""Roots that hosts of different domains share though nobody knows them: something may stand in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame
from tui_chain.core.text import first_few
from tui_chain.diagnose.diagnosis import by_severity
from tui_chain.diagnose.findings.interception import (
    SHARED_UNKNOWN_ROOT,
    End,
    UnknownRoot,
    shared_ends,
    unknown_root,
)
from tui_chain.engine.journey import HostState
from tui_chain.net.addresses import Reach, reach


def with_shared_roots(states: Sequence[HostState]) -> tuple[HostState, ...]:
    """Add to hosts of different domains that end at the same unknown root that something may stand in between.

    Hosts at private addresses are left out: there a private CA is the usual thing.
    """
    ends = [(state.target.host, root.end) for state in states if (root := root_of(state)) is not None]
    shared = shared_ends(ends)
    return tuple(_with_shared(state, shared) for state in states) if shared else tuple(states)


def root_of(state: HostState) -> UnknownRoot | None:
    """The root that nobody here knows at which a host's chain ends; other hosts may show what it is."""
    served, diagnosis = state.reached, state.diagnosis
    if served is None or diagnosis is None:
        return None
    address = served.address or served.earlier_address
    if address and reach(address) is not Reach.PUBLIC:
        return None
    if any(found.code in _PUBLIC_ELSEWHERE for found in diagnosis.findings):
        return None
    return unknown_root(diagnosis.search)


_PUBLIC_ELSEWHERE = {FindingCode.ROOT_ONLY_IN_SYSTEM, FindingCode.ROOT_ONLY_IN_CERTIFI}


def _with_shared(state: HostState, shared: Mapping[End, tuple[str, ...]]) -> HostState:
    root, diagnosis = root_of(state), state.diagnosis
    if root is None or root.end not in shared or diagnosis is None:
        return state
    others = [host for host in shared[root.end] if host != state.target.host]
    shared_root = SHARED_UNKNOWN_ROOT.finding(
        None, f"{first_few(others, 4)} {'ends' if len(others) == 1 else 'end'} there too."
    )
    changed = replace(diagnosis, findings=by_severity((*diagnosis.findings, shared_root)), blame=Blame.INTERCEPTION)
    return replace(state, diagnosis=changed)
