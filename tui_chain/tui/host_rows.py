"""The hosts on the screen: one frozen row a host, and the jobs under way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.status import Severity, Status
from tui_chain.engine.host_state import HostState
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui.answers import Answers

if TYPE_CHECKING:
    from tui_chain.livetest.choice import RequestChoice
    from tui_chain.probe.served import ServedChain
    from tui_chain.repair.alternatives import Alternative
    from tui_chain.repair.candidates import Gap
    from tui_chain.x509.certificate import Certificate

OK, WARN, BAD, NEW = "$text-success", "$text-warning", "$text-error", "$text-accent"
DIM = "$foreground 70%"
"""Styles by what they mean, from the theme; a glyph and a word always stand beside them."""

STATUS_LOOK: dict[Status | None, tuple[str, str]] = {
    None: ("·", DIM),
    Status.COMPLETE: ("✓", OK),
    Status.REPAIRABLE: ("✚", NEW),
    Status.PARTIAL: ("◐", WARN),
    Status.INCOMPLETE: ("✗", BAD),
    Status.UNTRUSTED: ("✗", BAD),
    Status.INVALID: ("✗", BAD),
    Status.REFUSED: ("⊘", BAD),
    Status.UNREACHABLE: ("⊘", WARN),
}
SEVERITY_LOOK: dict[Severity, tuple[str, str]] = {
    Severity.FATAL: ("✗", BAD),
    Severity.RISK: ("!", WARN),
    Severity.COSMETIC: ("·", DIM),
}


@dataclass(frozen=True)
class HostRow:
    """One host on the screen: how far it has come, what runs now, what went wrong last, what was written.

    `paths` are its certification paths in order, `gaps` what is missing with the certificates that could close it.
    `marked` hosts share one bundle. `others` are files of other kinds that were written, by the name of the kind.
    `request` is how its live test asks, where the user has chosen; `answers` are what was asked beyond.
    """

    state: HostState
    busy: str = ""
    error: Failure | None = None
    written: Path | None = None
    paths: tuple[Alternative, ...] = ()
    gaps: tuple[Gap, ...] = ()
    marked: bool = False
    others: tuple[tuple[str, Path], ...] = ()
    request: RequestChoice | None = None
    answers: Answers = ()

    @property
    def target(self) -> Target:
        """The host, which is also the key of the row."""
        return self.state.target

    @property
    def status(self) -> Status | None:
        """Where the host stands, None before the first probe."""
        return self.state.status

    @property
    def word(self) -> str:
        """Status or job in one word."""
        return self.busy or (self.status.value if self.status is not None else "waiting")

    @property
    def unwritten(self) -> bool:
        """Whether a proven bundle would be lost."""
        return self.state.proven is not None and self.written is None


def verdict_label(row: HostRow) -> str:
    """What is wrong with the host, in a few words; for a host that was not reached, the failure."""
    if isinstance(row.state.served, Failure):
        return row.state.served.message.removeprefix(f"{row.target}: ")
    return row.state.headline


def next_key(row: HostRow) -> str:
    """What to press next, as `press f to find it`."""
    if row.busy:
        return "esc stops it"
    if row.status is None:
        return "press r to probe it"
    if row.status is Status.UNREACHABLE:
        return "press e for the hint, r to try again"
    if row.status is Status.REFUSED:
        return "press 2 for why"
    return _next_step(row)


def _next_step(row: HostRow) -> str:
    state = row.state
    if state.proven is not None:
        if row.written is not None:
            return "written · press x for how to use it"
        return "press w to write it" if state.live_test is not None else "press t to test it"
    if row.status is Status.PARTIAL and state.resolution is not None:
        return "press 4 for who refuses"
    if row.status is Status.COMPLETE:
        if state.live_test is None:
            return "press t for a real request"
        failed = state.live_test.failed_hop is not None
        return "press o for the redirect that failed" if failed else "nothing to repair"
    if row.status is Status.UNTRUSTED and state.resolution is not None and state.verdict is not None:
        private = any(len(trail) > 1 for trail in state.verdict.search.untrusted)
        return "press c if you know its root" if private else "press 2 for why"
    if state.resolution is None:
        return "press f to find it" if row.status is Status.INCOMPLETE else "press f to look for a repair"
    tried = row.status is Status.INCOMPLETE and bool(state.resolution.tries)
    return "press 3 for what was tried" if tried else "press 2 for why"


def private_root(row: HostRow) -> Certificate | None:
    """The root outside the trust store in which the chain of a host ends."""
    if row.status is not Status.UNTRUSTED or row.state.verdict is None:
        return None
    from tui_chain.engine.private_root import private_root as root_of

    return root_of(row.state.verdict)


def reached(row: HostRow | None) -> ServedChain | None:
    """The served chain of a host that was reached."""
    return row.state.reached if row is not None else None


class HostRows:
    """Rows in their order, each under its target; a result is taken only from the job that is current.

    `changed` is called with every row that takes another's place.
    """

    def __init__(self, changed: Callable[[HostRow], None] = lambda _: None) -> None:
        self._rows: dict[Target, HostRow] = {}
        self._jobs: dict[Target, int] = {}
        self._ticket = 0
        self._changed = changed

    def __iter__(self) -> Iterator[HostRow]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, target: Target | None) -> HostRow | None:
        """The row of a host, or None."""
        return self._rows.get(target) if target is not None else None

    def state(self, target: Target) -> HostState:
        """How far a host has come; not at all where it is not on the list."""
        row = self._rows.get(target)
        return row.state if row is not None else HostState(target)

    def add(self, hosts: Iterable[Host]) -> tuple[HostRow, ...]:
        """Add hosts that are not there yet, and return their rows."""
        added = {host.target: host for host in hosts if host.target not in self._rows}
        fresh = {target: HostRow(HostState(target, host.label)) for target, host in added.items()}
        self._rows |= fresh
        return tuple(fresh.values())

    def remove(self, target: Target) -> None:
        """Forget a host and whatever its job would bring."""
        self._rows.pop(target, None)
        self._jobs.pop(target, None)

    def put(self, row: HostRow) -> HostRow:
        """Replace the row of a host, and return it."""
        self._rows[row.target] = row
        self._changed(row)
        return row

    # jobs

    def begin(self, target: Target, busy: str) -> int:
        """Start a job on a host, which ends the claim of the one before; return its ticket."""
        self._ticket += 1
        self._jobs[target] = self._ticket
        self.put(replace(self._rows[target], busy=busy))
        return self._ticket

    def current(self, target: Target, ticket: int) -> bool:
        """Whether a job may still report."""
        return self._jobs.get(target) == ticket

    def progress(self, target: Target, ticket: int, busy: str) -> None:
        """Show what the job does now, if it is the current one."""
        if self.current(target, ticket) and self._rows[target].busy != busy:
            self.put(replace(self._rows[target], busy=busy))

    def finish(self, ticket: int, row: HostRow) -> HostRow | None:
        """Take the result of a job; None if it comes too late."""
        if not self.current(row.target, ticket):
            return None
        del self._jobs[row.target]
        return self.put(replace(row, busy=""))

    def stop(self, target: Target) -> None:
        """End the claim of a host's job, if it has one."""
        if self._jobs.pop(target, None) is not None:
            self.put(replace(self._rows[target], busy=""))

    # several hosts

    @property
    def marked(self) -> tuple[HostRow, ...]:
        """Hosts that are to share one bundle."""
        return tuple(row for row in self if row.marked)

    @property
    def unwritten(self) -> tuple[HostRow, ...]:
        """Hosts whose proven bundle would be lost."""
        return tuple(row for row in self if row.unwritten)
