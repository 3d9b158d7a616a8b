"""Runs jobs on hosts in the background: one a host, and of a run over the list some at once."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from textual import work
from textual.screen import Screen

from tui_chain.engine.host_progress import RunProgress
from tui_chain.engine.host_state import HostState
from tui_chain.net.target import Target
from tui_chain.tui.background import unforeseen
from tui_chain.tui.host_rows import HostRow, HostRows
from tui_chain.tui.messages import RunEnded
from tui_chain.tui.toasts import toast

LIST = "over the list"
"""The group of workers that begin a run over the list."""
AT_ONCE = 32
"""Hosts of a run over the list that are worked on at once, where the options do not say."""
SLICE = 200
"""Hosts of the list that are taken in one turn of the event loop."""
Job = Callable[[HostState, Callable[[str], None]], Awaitable[HostState]]
"""From a host's state, and a function that shows what is done now, to the new state."""
Done = Callable[[HostRow], None]
"""Called with the row that a job has brought, where its result counts."""


@dataclass(frozen=True)
class QueuedJob:
    """A job of a run over the list, for which there is no room yet; `busy` stands in the row once it runs."""

    ticket: int
    busy: str
    job: Job
    done: Done | None


class JobRunner:
    """Runs one job a host: a new one cancels the one before it, and a late result is dropped.

    A job that was asked for by itself begins at once; those of a run over the list queue up. The workers belong to
    `screen`, one group a host.
    """

    def __init__(self, screen: Screen[None], rows: HostRows) -> None:
        self.progress: RunProgress | None = None
        self._screen = screen
        self._rows = rows
        self._queue: dict[Target, QueuedJob] = {}
        self._active: dict[Target, int] = {}
        self._to_begin: deque[tuple[Iterator[Target], Callable[[Target], None]]] = deque()
        self._ended = asyncio.Event()
        self._in_run = False
        self._groups: dict[Target, int] = {}

    def _group(self, target: Target) -> str:
        """The name of the group of workers of a host; two ways to one name are two hosts."""
        return f"host {self._groups.setdefault(target, len(self._groups))}"

    @property
    def at_once(self) -> int:
        """How many hosts of a run over the list are worked on at once."""
        return AT_ONCE

    def advanced(self, row: HostRow, state: HostState) -> HostRow:
        """The row of a host that a job has brought further."""
        return replace(row, state=state)

    def begin(self, target: Target, busy: str, job: Job, done: Done | None = None) -> None:
        """Start a job on a host of the list, in a run over it when its turn comes; its row shows `busy` meanwhile."""
        if self._in_run:
            self._enqueue(target, busy, job, done)
            return
        self._release(target)
        self._work(target, self._rows.begin(target, busy), job, done)

    def _work(self, target: Target, ticket: int, job: Job, done: Done | None) -> None:
        @work(group=self._group(target), exclusive=True, exit_on_error=False)
        async def run(_: Screen[None]) -> None:
            try:
                await self._run(target, ticket, job, done)
            finally:
                self._end(target, ticket)

        run(self._screen)

    async def _run(self, target: Target, ticket: int, job: Job, done: Done | None) -> None:
        before = self._rows.get(target)
        try:
            state = await job(self._rows.state(target), lambda busy: self._rows.progress(target, ticket, busy))
            # the row may have been marked, or its request chosen, meanwhile
            row = self._rows.get(target)
            if row is not None and state.target != target and self._rows.current(target, ticket):
                row = self._rows.retarget(target, state.target)
            row = self.advanced(row, state) if row is not None else None
        except Exception as error:  # noqa: BLE001 - whatever it is, the user reads a sentence and goes on
            row = self._rows.get(target)
            row = replace(row, error=unforeseen(error)) if row is not None else None
            toast(self._screen, f"{target.display}: a fault of tlschain-tui stopped this job; e shows it.", "error")
        finished = self._rows.finish(ticket, row) if row is not None else None
        if finished is None:
            return
        self.keep_lost(before, finished)
        if done is not None:
            done(finished)

    def keep_lost(self, before: HostRow | None, row: HostRow) -> None:
        """Keep the row before where the answer has dropped a proven bundle that was not written."""
        if before is not None and before.unwritten and row.state.proven != before.state.proven:
            self._rows.keep(before)
            same = before.state.reached is not None and row.state.reached is before.state.reached
            why = "the search found another bundle" if same else "it did not send the same chain again"
            toast(self._screen, f"{row.target.display}: {why}; u brings its unwritten bundle back.", "warning")

    # runs over the list

    def _enqueue(self, target: Target, busy: str, job: Job, done: Done | None) -> None:
        """Queue a job for a host; it begins when fewer than `at_once` others run."""
        self._queue[target] = QueuedJob(self._rows.begin(target, "waiting"), busy, job, done)
        if self.progress is None:
            self.progress = RunProgress(0, time.monotonic)
        self.progress.extend(1)
        self._begin_queued()

    def _begin_queued(self) -> None:
        while self._queue and len(self._active) < self.at_once:
            target = next(iter(self._queue))
            queued = self._queue.pop(target)
            self._active[target] = queued.ticket
            self._rows.progress(target, queued.ticket, queued.busy)
            self._work(target, queued.ticket, queued.job, queued.done)

    def _end(self, target: Target, ticket: int) -> None:
        """Let the next one begin; the end of a job that another one has replaced counts for nothing."""
        if self._rows.current(target, ticket):
            self._rows.stop(target)
        if self._active.get(target) == ticket:
            self._release(target)
        ended, self._ended = self._ended, asyncio.Event()
        ended.set()
        self._begin_queued()

    def _release(self, target: Target) -> None:
        """Give up a host's place in a run: its worker may have been cancelled before it began."""
        queued, active = self._queue.pop(target, None), self._active.pop(target, None)
        if self.progress is None or (queued is None and active is None):
            return
        self.progress.advance()
        if not self._queue and not self._active:
            self.progress = None
            self._screen.post_message(RunEnded())

    def cancel(self, target: Target) -> None:
        """Cancel the job of a host; its row is left to the caller."""
        self._release(target)
        self._screen.workers.cancel_group(self._screen, self._group(target))
        self._begin_queued()

    def stop(self, target: Target) -> None:
        """Stop the job of a host."""
        self.cancel(target)
        self._rows.stop(target)

    def stop_all(self) -> int:
        """Stop every job; return how many there were."""
        self._to_begin.clear()
        self._queue.clear()
        targets = self._rows.busy
        for target in targets:
            self.stop(target)
        self.progress = None
        return len(targets)

    def over_list(self, targets: Iterable[Target], begin: Callable[[Target], None]) -> None:
        """Begin a job for each of these hosts that is on the list still, some in each turn of the event loop.

        A host that has a job is left to it.
        """
        self._to_begin.append((iter(targets), begin))

        @work(group=LIST, exclusive=True, exit_on_error=False)
        async def run(_: Screen[None]) -> None:
            while self._to_begin:
                self._begin_some()
                await asyncio.sleep(0)

        run(self._screen)

    def _begin_some(self) -> None:
        waiting, begin = self._to_begin[0]
        some = list(islice(waiting, SLICE))
        if len(some) < SLICE:
            self._to_begin.popleft()
        self._in_run = True
        try:
            for target in some:
                if self._rows.get(target) is not None and not self._rows.is_busy(target):
                    begin(target)
        finally:
            self._in_run = False

    async def each(self, targets: Iterable[Target], begin: Callable[[Target], None]) -> None:
        """Begin a job for each of these hosts, some at once, and wait for them, also for those that are stopped."""
        waiting = iter(targets)
        while some := list(islice(waiting, self.at_once)):
            for target in some:
                if self._rows.get(target) is not None:
                    begin(target)
            while any(map(self._rows.is_busy, some)):
                await self._ended.wait()
