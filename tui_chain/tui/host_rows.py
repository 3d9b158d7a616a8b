"""The hosts on the screen: one frozen row a host, and the jobs under way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tui_chain.engine.host_state import HostState
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui.host_row import HostRow


class HostRows:
    """Rows in their order, each under its target; a result is taken only from the job that is current."""

    def __init__(self) -> None:
        self._rows: dict[Target, HostRow] = {}
        self._jobs: dict[Target, int] = {}
        self._ticket = 0

    def __iter__(self) -> Iterator[HostRow]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, target: Target | None) -> HostRow | None:
        """The row of a host, or None."""
        return self._rows.get(target) if target is not None else None

    def add(self, hosts: Iterable[Host]) -> tuple[HostRow, ...]:
        """Add hosts that are not there yet, and return their rows."""
        fresh = {
            host.target: HostRow(HostState(host.target, host.label))
            for host in hosts
            if host.target not in self._rows
        }
        self._rows |= fresh
        return tuple(fresh.values())

    def remove(self, target: Target) -> None:
        """Forget a host and whatever its job would bring."""
        self._rows.pop(target, None)
        self._jobs.pop(target, None)

    def begin(self, target: Target, busy: str) -> int:
        """Start a job on a host, which ends the claim of the one before; return its ticket."""
        self._ticket += 1
        self._jobs[target] = self._ticket
        self._rows[target] = replace(self._rows[target], busy=busy)
        return self._ticket

    def current(self, target: Target, ticket: int) -> bool:
        """Whether a job may still report."""
        return self._jobs.get(target) == ticket

    def progress(self, target: Target, ticket: int, busy: str) -> HostRow | None:
        """Say what the job does now; None if it is not the current one or says nothing new."""
        if not self.current(target, ticket) or self._rows[target].busy == busy:
            return None
        return self._set(replace(self._rows[target], busy=busy))

    def finish(self, ticket: int, row: HostRow) -> HostRow | None:
        """Take the result of a job; None if it comes too late."""
        if not self.current(row.target, ticket):
            return None
        del self._jobs[row.target]
        return self._set(replace(row, busy=""))

    def stop(self, target: Target) -> HostRow | None:
        """End the claim of a host's job; None if it has none."""
        if self._jobs.pop(target, None) is None:
            return None
        return self._set(replace(self._rows[target], busy=""))

    def put(self, row: HostRow) -> HostRow:
        """Replace a row outside of any job."""
        return self._set(row)

    def _set(self, row: HostRow) -> HostRow:
        self._rows[row.target] = row
        return row

    @property
    def marked(self) -> tuple[HostRow, ...]:
        """Hosts that are to share one bundle."""
        return tuple(row for row in self if row.marked)

    @property
    def unwritten(self) -> tuple[HostRow, ...]:
        """Hosts whose proven bundle would be lost."""
        return tuple(row for row in self if row.unwritten)
