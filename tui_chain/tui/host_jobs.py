"""What is done with a host in the background: probing, repairing, testing, asking further."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen

from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.host_state import Clock, HostState
from tui_chain.net.target import Target
from tui_chain.tui.answers import FullTest, current_answers, served_chain, with_answers
from tui_chain.tui.availability import busy_refusal
from tui_chain.tui.background import Turns, in_background
from tui_chain.tui.host_rows import HostRow, HostRows
from tui_chain.tui.job_runner import Done, Job, JobRunner
from tui_chain.tui.toasts import toast

if TYPE_CHECKING:
    from tui_chain.engine.journey import Journey
    from tui_chain.engine.session import SavedHost
    from tui_chain.probe.served import ServedChain
    from tui_chain.repair.candidates import Candidate, Gap
    from tui_chain.repair.path_choice import PathChoice
    from tui_chain.resolve.sources import ServedIndex
    from tui_chain.revocation.crl import CrlFetches
    from tui_chain.trust.pinned import ConfirmedRoot
    from tui_chain.x509.crl import CrlScope

_WITHOUT_ROOT = frozenset({Status.UNTRUSTED, Status.INCOMPLETE})
MAX_CHANGES = 20
"""Changes of a host that are kept."""


class HostJobs(JobRunner):
    """What is done with a host; `journey` is there once the stages are loaded."""

    def __init__(self, screen: Screen[None], rows: HostRows, clock: Clock) -> None:
        super().__init__(screen, rows)
        self.loaded: Journey | None = None
        self.roots: list[ConfirmedRoot] = []
        self.turns = Turns()
        self.saved: dict[Target, SavedHost] = {}
        self.has_changes = False
        self._clock = clock
        self._chains: tuple[ServedChain, ...] = ()
        self._index: ServedIndex | None = None

    @property
    def at_once(self) -> int:
        """How many hosts of a run over the list are worked on at once."""
        jobs = self.loaded.context.options.jobs if self.loaded is not None else None
        return jobs or super().at_once

    @property
    def journey(self) -> Journey:
        """The stages; an error before they are loaded."""
        if self.loaded is None:
            raise RuntimeError("the journey has not been loaded")
        return self.loaded

    def advanced(self, row: HostRow, state: HostState) -> HostRow:
        """The row of a host that has come further; what was written for another bundle is forgotten."""
        if state is row.state:
            return row
        answers = current_answers(row.answers, state)
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
        """Ask a host for its chain; what was proven stays where the chain is the same."""
        if self.loaded is not None:
            before = self._rows.state(target)
            self.begin(target, "waiting", self._probe, lambda row: self._probed(before, row))

    async def _probe(self, state: HostState, show: Callable[[str], None]) -> HostState:
        await self.turns.take()
        return _confirmed(state, await self.journey.probe(state, show))

    def _probed(self, before: HostState, row: HostRow) -> None:
        """Note what the host answers otherwise than before, and at the end what all hosts have in common."""
        from tui_chain.engine.host_changes import host_changes

        changes = host_changes(before, row.state)
        if changes:
            self._rows.put(replace(row, changes=(*row.changes, *changes)[-MAX_CHANGES:]))
            self.has_changes = True
        if self._rows.jobs == 0:
            self.share_roots()

    def share_roots(self) -> None:
        """Show those that end at the same unknown root, as behind a proxy."""
        from tui_chain.engine.shared_roots import with_shared_roots

        states = [row.state for row in self._rows if row.state.diagnosis is not None]

        @work(group="shared roots", exclusive=True, exit_on_error=False)
        async def share(_: Screen[None]) -> None:
            shared = await in_background(lambda: with_shared_roots(states), "shared roots")
            for before, state in zip(states, () if isinstance(shared, Failure) else shared, strict=False):
                row = self._rows.get(state.target)
                if row is not None and row.state is before and state is not before:
                    self._rows.put(replace(row, state=state))

        share(self._screen)

    def fix(self, target: Target) -> None:
        """Search, build and prove; failures of AIA that are remembered are tried again."""
        if self._rows.state(target).reached is None:
            return
        self.begin(target, "searching", self._fix_job(target), self._fixed)

    def _fix_job(self, target: Target) -> Job:
        async def job(state: HostState, show: Callable[[str], None]) -> HostState:
            self.journey.answers.forget()
            fixed = await self.journey.fix(state, lambda tried: show(f"ask {tried.source}"[:11]))
            saved = self.saved.get(target)
            if saved is not None and fixed.proven is not None and (saved.path or saved.links):
                chosen = self.journey.choose(fixed, saved.choice())
                fixed = fixed if chosen.proven is None else chosen
            if state.proven is None or fixed.proven == state.proven:
                return fixed if state.live_test is None else replace(fixed, live_test=state.live_test)
            if fixed.proven is None:
                toast(
                    self._screen,
                    f"{target.display}: the search found nothing now; what was proven before stays.",
                    "warning",
                )
                return state
            return fixed

        return job

    def _fixed(self, row: HostRow) -> None:
        self._note_unused_roots(row)
        saved = self.saved.get(row.target)
        if saved is None or row.state.proven is None:
            return

        @work(group=f"still written {self._group(row.target)}", exclusive=True, exit_on_error=False)
        async def look(_: Screen[None]) -> None:
            from tui_chain.tui.memory import still_written

            path = await in_background(lambda: still_written(saved, row.state), "bundle")
            now = self._rows.get(row.target)
            is_same = now is not None and now.written is None and now.state.proven is row.state.proven
            if isinstance(path, Path) and now is not None and is_same:
                self._rows.put(replace(now, written=path, others=saved.others))
            self.saved.pop(row.target, None)

        look(self._screen)

    def _note_unused_roots(self, row: HostRow) -> None:
        """Say where a root that was trusted from the start helps a host in nothing."""
        if row.state.reached is not None and row.state.proven is None:
            notices = "\n".join(self.journey.unused_roots([row.state]))
            if notices:
                toast(self._screen, notices, "warning")

    def choose(self, row: HostRow, gap: Gap, candidate: Candidate) -> None:
        """Close a gap with the certificate that was chosen."""
        from tui_chain.repair.path_choice import ANY

        if row.busy:
            toast(self._screen, busy_refusal(row), "warning")
        elif candidate.best is None or not candidate.best.usable:
            toast(self._screen, candidate.why, "warning")
        else:
            choice = row.state.choice or ANY
            self._rebuild(row, choice.with_link(gap.wanted_by.sha256, candidate.certificate.sha256))

    def step_path(self, row: HostRow, step: int) -> None:
        """Select the usable path that stands so many places after the selected one."""
        from tui_chain.repair.path_choice import ANY

        usable = [path for path in row.paths if path.usable]
        if row.busy:
            toast(self._screen, busy_refusal(row), "warning")
            return
        if len(usable) < 2:
            toast(self._screen, "There is no other path that a client accepts.")
            return
        place = next((place for place, path in enumerate(usable) if path.chosen), 0)
        self._rebuild(row, ANY.with_path(usable[(place + step) % len(usable)].path))

    def _rebuild(self, row: HostRow, choice: PathChoice) -> None:
        """Build and prove the repair again."""
        self._rows.put(self.advanced(row, self.journey.choose(row.state, choice)))

    def served(self) -> ServedIndex:
        """What the hosts of the list served; the same index until one of them serves something else."""
        chains = tuple(row.state.reached for row in self._rows if row.state.reached is not None)
        if self._index is None or chains != self._chains:
            from tui_chain.resolve.sources import ServedIndex  # with the stages, after the first paint

            self._chains, self._index = chains, ServedIndex.of(chains)
        return self._index

    def receive(self, row: HostRow, served: ServedChain) -> None:
        """Take a chain that came without a connection."""
        fresh = replace(row, state=self.journey.diagnose(row.state, served), error=None, answers=())
        self.keep_lost(row, self._rows.put(fresh))

    def trust_root(self, confirmed: ConfirmedRoot, target: Target) -> None:
        """Trust a root for this run, judge anew the host that it was confirmed for, then the others that it may help.

        One that has a job is left to it.
        """
        self.roots.append(confirmed)
        self.journey.trust_roots(self.roots)
        self._judge_anew(target)

        @work(group="trust root", exclusive=True, exit_on_error=False)
        async def judge(_: Screen[None]) -> None:
            for each in [row.target for row in self._rows if row.target != target and row.status in _WITHOUT_ROOT]:
                await self.turns.take()
                self._judge_anew(each)

        judge(self._screen)

    def _judge_anew(self, target: Target) -> None:
        row = self._rows.get(target)
        if row is None or row.state.reached is None or row.busy or row.status not in _WITHOUT_ROOT:
            return
        self._rows.put(replace(row, state=self.journey.diagnose(row.state, row.state.reached)))

    # live tests

    def test(self, target: Target) -> None:
        """Make a real request, before and after, to a host that was reached."""
        row = self._rows.get(target)
        if row is None or row.state.reached is None:
            return
        request, written = row.request, row.written

        async def job(state: HostState, _: Callable[[str], None]) -> HostState:
            return await self.journey.test(state, request, environment=dict(os.environ), bundle=written)

        self.begin(target, "testing", job)

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
        target = (state.reached or state).target
        timeout, usual = self.journey.timeout, self.journey.context.proxies.usual
        request = request_for(target, choice, environment, address=address, timeout=timeout, usual_proxy=usual)
        tester = LiveTester(
            self.journey.trust,
            self._clock(),
            environment,
            row.written,
            choice.proxy,
            limits=self.journey.redirect_limits,
            usual_proxy=usual,
        )
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

    def switch_crls(self, selected: Sequence[HostRow]) -> None:
        """Put the CRLs of hosts that have no job into their bundle; where some have them, take those out."""
        idle = [row for row in selected if not row.busy]
        having = [row for row in idle if row.state.lists is not None]
        for row in having:
            self._rows.put(self.advanced(row, replace(row.state, crls=None, live_test=None)))
        if having:
            toast(self._screen, "The bundle is without CRLs again; V puts them in.")
            return
        from tui_chain.revocation.crl import CrlFetches
        from tui_chain.x509.crl import CrlScope

        fetches = CrlFetches()

        def fetch(target: Target) -> None:
            state = self._rows.state(target)
            # where not every certificate of the path has a list, the leaf may have one
            scope = CrlScope.LEAF if isinstance(state.crls, Failure) else CrlScope.CHAIN
            if state.reached is not None:
                self.fetch_crls(target, fetches, scope, self._fetched)

        self.over_list([row.target for row in idle], fetch)

    def _fetched(self, row: HostRow) -> None:
        if isinstance(row.state.crls, Failure):
            toast(self._screen, str(row.state.crls), "warning")
        elif row.state.crls is None:
            toast(self._screen, f"{row.target.display} has no proven repair yet; f looks for one.", "warning")

    def fetch_crls(self, target: Target, fetches: CrlFetches, scope: CrlScope, done: Done | None = None) -> None:
        """Fetch the CRLs of a host's repair, each address once for all hosts that share `fetches`."""

        async def job(state: HostState, _: Callable[[str], None]) -> HostState:
            from tui_chain.engine.revocation import gather_crls

            return replace(await gather_crls(self.journey, state, scope, fetches), live_test=None)

        self.begin(target, "CRLs", job, done)


def _confirmed(before: HostState, after: HostState) -> HostState:
    """The state of a host that was probed again: what was found, proven and tested stays where nothing differs."""
    if (
        not served_chain(after)
        or served_chain(before) != served_chain(after)
        or before.diagnosis is None
        or after.diagnosis is None
    ):
        return after
    same = before.diagnosis.status is after.diagnosis.status
    return replace(before, served=after.served, diagnosis=after.diagnosis) if same else after
