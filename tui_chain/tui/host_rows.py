"""The hosts on the screen: one frozen row a host, and the jobs under way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from tui_chain.engine.host_state import HostState
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui.host_row import HostRow


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
