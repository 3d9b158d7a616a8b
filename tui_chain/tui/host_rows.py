"""The hosts on the screen: one frozen row a host, and the jobs under way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Severity, Status
from tui_chain.engine.host_progress import StatusCounts
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


_OF_LEAF = frozenset(
    {
        FindingCode.EXPIRED,
        FindingCode.NOT_YET_VALID,
        FindingCode.HOST_MISMATCH,
        FindingCode.CRITICAL_EXTENSION,
        FindingCode.SELF_SIGNED,
        FindingCode.LEAF_NOT_FIRST,
    }
)
"""Findings on a leaf that hold whatever is added to it."""


@dataclass(frozen=True)
class HostRow:
    """One host on the screen: how far it has come, what runs now, what went wrong last, what was written.

    `paths` are its certification paths in order, `gaps` what is missing with the certificates that could close it.
    `marked` hosts share one bundle. `others` are files of other kinds that were written, by the name of the kind.
    `request` is how its live test asks, where the user has chosen; `answers` are what was asked beyond. `changes`
    are sentences on what the last probe found otherwise than the one before, `question` is what its job asks of the
    user.
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
    changes: tuple[str, ...] = ()
    question: str = ""

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
        if self.question:
            return "asks you"
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
    if row.question:
        return "press enter to read the question"
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
    if state.resolution is None and not leaf_is_at_fault(row):
        return "press f to find it" if row.status is Status.INCOMPLETE else "press f to look for a repair"
    if row.status is Status.PARTIAL:
        return "press 4 for who refuses"
    tried = row.status is Status.INCOMPLETE and state.resolution is not None and bool(state.resolution.tries)
    return "press 3 for what was tried" if tried else "press 2 for why"


def leaf_is_at_fault(row: HostRow) -> bool:
    """Whether the leaf itself is at fault, so that no other path and no bundle can help."""
    verdict, served = row.state.verdict, row.state.reached
    if verdict is None or served is None or not served.certificates:
        return False
    leaf = served.certificates[0].sha256
    return any(found.at == leaf and found.code in _OF_LEAF for found in verdict.findings)


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

    `changed` is called with the row before and the row that takes its place. What is counted is counted as rows
    change, so that nothing here walks over all of them for one.
    """

    def __init__(self, changed: Callable[[HostRow, HostRow], None] = lambda _, __: None) -> None:
        self._rows: dict[Target, HostRow] = {}
        self._jobs: dict[Target, int] = {}
        self._ticket = 0
        self._changed = changed
        self._marked: set[Target] = set()
        self._unwritten: set[Target] = set()
        self._undo: list[tuple[tuple[int, HostRow], ...] | Target] = []
        self._dropped: dict[Target, HostRow] = {}
        self.counts = StatusCounts()

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
        for row in fresh.values():
            self._count(row, 1)
        return tuple(fresh.values())

    def put(self, row: HostRow) -> HostRow:
        """Replace the row of a host that is on the list, and return it."""
        before = self._rows.get(row.target)
        if before is not None:
            self._count(before, -1)
            self._rows[row.target] = row
            self._count(row, 1)
            if row.state.proven is not None and row.state.proven is not before.state.proven:
                self._dropped.pop(row.target, None)
            self._changed(before, row)
        return row

    def retarget(self, target: Target, found: Target) -> HostRow:
        """Put a host under the target that was found out for it, in its place, and return its row.

        Where that target is on the list already, its row is the one that stays.
        """
        before, there = self._rows[target], self._rows.get(found)
        row = there or replace(before, state=replace(before.state, target=found))
        self._count(before, -1)
        if there is None:
            self._rows = {
                found if key == target else key: row if key == target else each for key, each in self._rows.items()
            }
            self._count(row, 1)
            self._jobs[found] = self._jobs.pop(target)
        else:
            del self._rows[target], self._jobs[target]
        self._changed(before, row)
        return row

    def _count(self, row: HostRow, by: int) -> None:
        self.counts = self.counts.added(row.status, by)
        for counted, has in ((self._marked, row.marked), (self._unwritten, row.unwritten)):
            if has and by > 0:
                counted.add(row.target)
            else:
                counted.discard(row.target)

    # what is taken off the list, or replaced by an answer that contradicts it, can be brought back

    def remove(self, targets: Iterable[Target]) -> tuple[HostRow, ...]:
        """Take hosts off the list, and drop whatever their jobs would bring; return the rows that were there."""
        gone = set(targets)
        places = tuple((place, row) for place, row in enumerate(self) if row.target in gone)
        for _, row in places:
            self._jobs.pop(row.target, None)
            self._count(self._rows.pop(row.target), -1)
        if places:
            self._undo.append(tuple((place, _idle(row)) for place, row in places))
        return tuple(row for _, row in places)

    def keep(self, row: HostRow) -> None:
        """Keep a row whose proven bundle a new answer has dropped, until the host has another."""
        self._dropped[row.target] = _idle(row)
        self._undo.append(row.target)

    @property
    def dropped(self) -> tuple[HostRow, ...]:
        """The rows whose proven bundle was dropped and not written, of hosts that have no other since."""
        return tuple(self._dropped.values())

    def restore(self) -> tuple[HostRow, ...]:
        """Bring back what was removed or dropped last; nothing where nothing was."""
        while self._undo:
            entry = self._undo.pop()
            restored = self._restore_removed(entry) if isinstance(entry, tuple) else self._restore_dropped(entry)
            if restored:
                return restored
        return ()

    def _restore_dropped(self, target: Target) -> tuple[HostRow, ...]:
        """Put the row before in place of the one that is there, which is kept where it has a bundle of its own."""
        row, now = self._dropped.pop(target, None), self._rows.get(target)
        if row is None or now is None:
            return ()
        self.put(replace(row, busy=now.busy, question=now.question, marked=now.marked))
        if now.unwritten:
            self.keep(now)
        return (row,)

    def _restore_removed(self, places: tuple[tuple[int, HostRow], ...]) -> tuple[HostRow, ...]:
        """Put removed hosts into their places again; one that was added anew stays as it is."""
        rows = list(self)
        restored = [(place, row) for place, row in places if row.target not in self._rows]
        for place, row in restored:
            rows.insert(place, row)
            self._count(row, 1)
        self._rows = {row.target: row for row in rows}
        return tuple(row for _, row in restored)

    # jobs

    @property
    def jobs(self) -> int:
        """How many hosts have a job in the queue or at work."""
        return len(self._jobs)

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
        return self.put(_idle(row))

    def stop(self, target: Target) -> None:
        """End the claim of a host's job, if it has one."""
        if self._jobs.pop(target, None) is not None:
            self.put(_idle(self._rows[target]))

    def is_busy(self, target: Target) -> bool:
        """Whether a host has a job in the queue or at work."""
        return target in self._jobs

    @property
    def busy(self) -> tuple[Target, ...]:
        """The hosts with a job in the queue or at work."""
        return tuple(self._jobs)

    # several hosts

    @property
    def marks(self) -> int:
        """How many hosts are marked."""
        return len(self._marked)

    @property
    def marked(self) -> tuple[HostRow, ...]:
        """Hosts that are marked, in the order of the list."""
        return self._in_order(self._marked)

    @property
    def unwritten(self) -> tuple[HostRow, ...]:
        """Hosts whose proven bundle would be lost, in the order of the list."""
        return self._in_order(self._unwritten)

    def _in_order(self, targets: set[Target]) -> tuple[HostRow, ...]:
        if len(targets) < 2:
            return tuple(self._rows[target] for target in targets)
        return tuple(row for row in self if row.target in targets)


def _idle(row: HostRow) -> HostRow:
    """The row without a job, and without the question that a job asks."""
    return replace(row, busy="", question="") if row.busy or row.question else row
