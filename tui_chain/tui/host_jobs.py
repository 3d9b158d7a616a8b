"""What is done with a host in the background: probing, repairing, testing, asking further."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen
from textual.worker import WorkerCancelled, WorkerFailed

from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.host_state import Clock, HostState
from tui_chain.net.target import Target
from tui_chain.tui.answers import FullTest, served_chain, standing_answers, with_answers
from tui_chain.tui.background import unforeseen
from tui_chain.tui.host_rows import HostRow, HostRows
from tui_chain.tui.toasts import toast

if TYPE_CHECKING:
    from tui_chain.engine.journey import Journey
    from tui_chain.probe.served import ServedChain
    from tui_chain.repair.candidates import Candidate, Gap
    from tui_chain.repair.path_choice import PathChoice
    from tui_chain.revocation.crl import CrlFetches
    from tui_chain.trust.pinned import ConfirmedRoot
    from tui_chain.x509.crl import CrlScope

AT_ONCE = 32
"""Hosts that are probed at once."""
Job = Callable[[HostState, Callable[[str], None]], Awaitable[HostState]]
"""From a host's state, and a function that shows what is done now, to the new state."""
Done = Callable[[HostRow], None]
"""Called with the row that a job has brought, where its result counts."""


class HostJobs:
    """Runs one job a host: a new one cancels the one before it, and a late result is dropped.

    The workers belong to `screen`, one group a host; `journey` is there once the stages are loaded.
    """

    def __init__(self, screen: Screen[None], rows: HostRows, clock: Clock) -> None:
        self.loaded: Journey | None = None
        self.roots: list[ConfirmedRoot] = []
        self._screen = screen
        self._rows = rows
        self._clock = clock
        self._gate = asyncio.Semaphore(AT_ONCE)

    @property
    def journey(self) -> Journey:
        """The stages; an error before they are loaded."""
        if self.loaded is None:
            raise RuntimeError("the journey has not been loaded")
        return self.loaded

    def begin(self, target: Target, busy: str, job: Job, done: Done | None = None) -> None:
        """Start a job on a host of the list; `busy` stands in its row meanwhile."""
        ticket = self._rows.begin(target, busy)

        @work(group=_group(target), exclusive=True, exit_on_error=False)
        async def run(_: Screen[None]) -> None:
            await self._run(target, ticket, job, done)

        run(self._screen)

    async def _run(self, target: Target, ticket: int, job: Job, done: Done | None) -> None:
        try:
            state = await job(self._rows.state(target), lambda busy: self._rows.progress(target, ticket, busy))
            # the row may have been marked, or its request chosen, meanwhile
            row = self._rows.get(target)
            row = self.advanced(row, state) if row is not None else None
        except Exception as error:  # noqa: BLE001 - whatever it is, the user reads a sentence and goes on
            row = self._rows.get(target)
            row = replace(row, error=unforeseen(error)) if row is not None else None
            toast(self._screen, f"{target}: something unforeseen went wrong; e shows it.", "error")
        finished = self._rows.finish(ticket, row) if row is not None else None
        if finished is not None and done is not None:
            done(finished)

    def cancel(self, target: Target) -> None:
        """Cancel the job of a host; its row is left to the caller."""
        self._screen.workers.cancel_group(self._screen, _group(target))

    async def each(self, targets: Iterable[Target], begin: Callable[[Target], None]) -> None:
        """Begin a job for each of these hosts, some at once, and wait for them, also for those that are stopped."""
        waiting = iter(targets)
        while some := list(islice(waiting, AT_ONCE)):
            for target in some:
                if self._rows.get(target) is not None:
                    begin(target)
            groups = {_group(target) for target in some}
            for worker in [worker for worker in self._screen.workers if worker.group in groups]:
                with suppress(WorkerCancelled, WorkerFailed):
                    await worker.wait()

    def advanced(self, row: HostRow, state: HostState) -> HostRow:
        """The row of a host that has come further; what was written for another bundle is forgotten."""
        answers = standing_answers(row.answers, state)
        state = with_answers(state, answers)
        paths = self.journey.alternatives(state)
        gaps = self.journey.gaps(state, paths)
        same = state.proven is not None and row.state.proven is not None
        same = same and state.proven == row.state.proven and state.crls == row.state.crls
        error = next((e for e in (state.repair, state.served) if isinstance(e, Failure)), None)
        if error is not None and error.kind == "nothing-to-do":
            error = None
        fresh = replace(row, state=state, error=error, paths=paths, gaps=gaps, answers=answers)
        return fresh if same else replace(fresh, written=None, others=())

    # the journey

    def probe(self, target: Target) -> None:
        """Ask a host for its chain."""

        async def job(state: HostState, show: Callable[[str], None]) -> HostState:
            async with self._gate:
                return await self.journey.probe(state, show)

        if self.loaded is not None:
            self.begin(target, "waiting", job, lambda _: self._share_roots())

    def _share_roots(self) -> None:
        """Once all hosts are probed: show those that end at the same unknown root, as behind a proxy."""
        if any(row.busy for row in self._rows):
            return
        from tui_chain.engine.shared_roots import with_shared_roots

        rows = [row for row in self._rows if row.state.diagnosis is not None]
        for row, state in zip(rows, with_shared_roots([row.state for row in rows]), strict=True):
            if state is not row.state:
                self._rows.put(replace(row, state=state))

    def fix(self, target: Target) -> None:
        """Search, build and prove; failures of AIA that are remembered are tried again."""

        async def job(state: HostState, show: Callable[[str], None]) -> HostState:
            self.journey.answers.forget()
            return await self.journey.fix(state, lambda tried: show(f"ask {tried.source}"[:11]))

        self.begin(target, "searching", job, self._note_unused_roots)

    def _note_unused_roots(self, row: HostRow) -> None:
        """Say where a root that was trusted from the start helps a host in nothing."""
        if row.state.reached is not None and row.state.proven is None:
            notices = "\n".join(self.journey.unused_roots([row.state]))
            if notices:
                toast(self._screen, notices, "warning")

    def choose(self, row: HostRow, gap: Gap, candidate: Candidate) -> None:
        """Close a gap with the certificate that was chosen."""
        from tui_chain.repair.path_choice import ANY

        if candidate.best is None or not candidate.best.usable:
            toast(self._screen, candidate.why, "warning")
        else:
            choice = row.state.choice or ANY
            self._rebuild(row, choice.with_link(gap.wanted_by.sha256, candidate.certificate.sha256))

    def step_path(self, row: HostRow, step: int) -> None:
        """Select the usable path that stands so many places after the selected one."""
        from tui_chain.repair.path_choice import ANY

        usable = [path for path in row.paths if path.usable]
        if len(usable) < 2:
            toast(self._screen, "There is no other path that a client accepts.")
            return
        place = next((place for place, path in enumerate(usable) if path.chosen), 0)
        self._rebuild(row, ANY.with_path(usable[(place + step) % len(usable)].path))

    def _rebuild(self, row: HostRow, choice: PathChoice) -> None:
        """Build and prove the repair again."""
        self._rows.put(self.advanced(row, self.journey.choose(row.state, choice)))

    def served(self) -> tuple[ServedChain, ...]:
        """What the hosts of the list served."""
        return tuple(row.state.reached for row in self._rows if row.state.reached is not None)

    def receive(self, row: HostRow, served: ServedChain) -> None:
        """Take a chain that came without a connection."""
        self._rows.put(replace(row, state=self.journey.diagnose(row.state, served), error=None, answers=()))

    def trust_root(self, confirmed: ConfirmedRoot) -> None:
        """Trust a root for this run, and judge every host anew that it may help."""
        self.roots.append(confirmed)
        self.journey.trust_roots(self.roots)
        for row in list(self._rows):
            served = row.state.reached
            if served is not None and row.status in {Status.UNTRUSTED, Status.INCOMPLETE}:
                state = self.journey.diagnose(row.state, served)
                self._rows.put(replace(row, state=with_answers(state, row.answers)))

    # live tests

    def test(self, row: HostRow) -> None:
        """Make a real request, before and after."""

        async def job(state: HostState, _: Callable[[str], None]) -> HostState:
            return await self.journey.test(state, row.request, environment=dict(os.environ), bundle=row.written)

        self.begin(row.target, "testing", job)

    def test_everything(self, row: HostRow, done: Callable[[HostRow, FullTest | Failure], None]) -> None:
        """Test with hops, client families, the environment, and the programs of this machine."""
        results: list[FullTest | Failure] = []

        async def job(state: HostState, _: Callable[[str], None]) -> HostState:
            made = await self._full_test(row, state)
            results.append(made)
            return state if isinstance(made, Failure) else state.with_live_test(made.result.live)

        def tested(row: HostRow) -> None:
            for result in results:
                done(row, result)

        self.begin(row.target, "testing", job, tested)

    async def _full_test(self, row: HostRow, state: HostState) -> FullTest | Failure:
        from tui_chain.livetest.choice import USUAL
        from tui_chain.livetest.live import request_for
        from tui_chain.livetest.tester import LiveTester

        choice, environment = row.request or USUAL, dict(os.environ)
        address = state.reached.address if state.reached is not None else None
        request = request_for(state.target, choice, environment, address=address, timeout=self.journey.timeout)
        tester = LiveTester(self.journey.trust, self._clock(), environment, row.written, choice.proxy)
        pem = state.proven.bundle.pem if state.proven is not None else None
        made = await tester.test(request, pem, with_programs=True)
        return made if isinstance(made, Failure) else FullTest(made, pem)

    # further questions

    def ask_servers(self, target: Target, done: Done) -> None:
        """Ask every address, key type, and without SNI."""

        async def job(state: HostState, _: Callable[[str], None]) -> HostState:
            from tui_chain.engine.endpoints import probe_servers
            from tui_chain.probe.variants import Wanted

            answered = await probe_servers(
                self.journey, state, Wanted(all_addresses=True, key_types=True, no_sni=True)
            )
            return (
                replace(state, servers=answered.servers)
                if served_chain(answered) == served_chain(state)
                else answered
            )

        self.begin(target, "asking all", job, done)

    def ask_revocation(self, target: Target, done: Done) -> None:
        """Ask whether the certificates of the path were revoked."""

        async def job(state: HostState, _: Callable[[str], None]) -> HostState:
            from tui_chain.engine.revocation import check_revocation

            answered = await check_revocation(self.journey, state)
            revoked = any(check.status.value == "revoked" for check in answered.revocation or ())
            return answered if revoked else replace(state, revocation=answered.revocation)

        self.begin(target, "revocation", job, done)

    def fetch_crls(self, target: Target, fetches: CrlFetches, scope: CrlScope, done: Done | None = None) -> None:
        """Fetch the CRLs of a host's repair, each address once for all hosts that share `fetches`."""

        async def job(state: HostState, _: Callable[[str], None]) -> HostState:
            from tui_chain.engine.revocation import gather_crls

            return replace(await gather_crls(self.journey, state, scope, fetches), live_test=None)

        self.begin(target, "CRLs", job, done)


def _group(target: Target) -> str:
    """The name of the group of workers of a host."""
    return f"host {target}"
