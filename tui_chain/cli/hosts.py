"""Many hosts through the stages, some at once: what `check`, `fix` and every command that repairs have in common."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from tui_chain.cli.narration import narration, showing, ticking
from tui_chain.cli.options import CommandOptions
from tui_chain.cli.output import notice
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.core.text import plural
from tui_chain.engine.host_probe import USUAL_PLAN, ProbePlan, probe_host
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey, UnusedRoots
from tui_chain.engine.startup import Run
from tui_chain.fleet.progress import Progress
from tui_chain.fleet.scheduling import AT_ONCE, Pace, each_of, each_through
from tui_chain.net.addresses import NEEDS_CONSENT
from tui_chain.probe.served import ServedChain
from tui_chain.probe.variants import Wanted
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.repair import Repair
from tui_chain.resolve.sources import ServedIndex
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope

KEPT_WHOLE = 10_000
"""Hosts that may need a repair and are kept as they were diagnosed until all are probed: some 4 KB each.

Of those beyond that the chain alone is kept, and they are diagnosed twice.
"""
_OFFLINE = "Run it again without --offline to fetch it, or add it from a file with --pool FILE."
_PRIVATE = (
    "Run it again with --allow-private-aia=ADDRESS:PORT to ask that address, with --allow-private-aia to ask all,"
    " or add it from a file with --pool FILE."
)


def usual_pace(run: Run) -> Pace:
    """As many hosts at once as the options of a run say, their results in order."""
    return Pace(run.journey.context.options.jobs or AT_ONCE)


async def repair_all(run: Run, crl: CrlScope | None = None) -> list[HostState]:
    """Take every host through probe, diagnosis, search and repair, with `crl` its CRLs too; return them in order."""
    states: list[HostState] = []
    await _repair(run, USUAL_PLAN, crl, states.append)
    return states


async def each_repaired(
    run: Run, *, crl: CrlScope | None = None, variants: CommandOptions | None = None
) -> AsyncIterator[HostState]:
    """Yield every host as soon as it and all before it are repaired, or cannot be; `repair_all` says how."""
    queue: asyncio.Queue[HostState | None] = asyncio.Queue()
    plan = USUAL_PLAN if variants is None else plan_of(variants)

    async def feed() -> None:
        try:
            await _repair(run, plan, crl, queue.put_nowait)
        finally:
            queue.put_nowait(None)

    feeder = asyncio.create_task(feed())
    try:
        while (state := await queue.get()) is not None:
            yield state
        await feeder
    finally:
        feeder.cancel()
        await asyncio.gather(feeder, return_exceptions=True)


async def _repair(run: Run, plan: ProbePlan, crl: CrlScope | None, done: Callable[[HostState], None]) -> None:
    with showing(len(run.hosts)) as progress:
        await Repairing(run, plan, crl, OutputKind.CLIENT, progress).all(each_of(run.hosts), done)


class Early(Protocol):
    """Takes hosts that need no repair while others are still probed, and gives them back in their turn."""

    def finish(self, state: HostState) -> int:
        """Keep what is to be said of a host; return where."""

    def replay(self, place: int) -> None:
        """Say it now."""


class _Probed(NamedTuple):
    """A host that was probed, and where it is kept if it is finished."""

    state: HostState
    place: int | None = None


@dataclass(eq=False)
class Repairing:
    """Takes hosts through probe, diagnosis, search and repair.

    All are probed first: what one of them serves may be what another does not send. With `crl` the CRLs of each are
    gathered too. For a `kind` of file that gives clients what they lack, a private root of a host that is accepted as
    it is served is such a thing. `plan` says as which of its several servers each is probed, so that the broken
    one is repaired. With `early` what needs no repair is not kept until all are probed.
    """

    run: Run
    plan: ProbePlan
    crl: CrlScope | None
    kind: OutputKind
    progress: Progress
    pace: Pace | None = None
    early: Early | None = None
    _probed: list[HostState | int | None] = field(default_factory=list)
    _index: ServedIndex = field(default_factory=ServedIndex)
    _shared: dict[bytes, Certificate] = field(default_factory=dict)
    _whole: int = 0

    async def all(self, hosts: AsyncIterator[HostState], done: Callable[[HostState], None]) -> None:
        """Take all hosts through; `done` gets each as soon as it is repaired, or cannot be.

        Where it is cancelled, those that need no repair are given back all the same.
        """
        try:
            await self._all(hosts, done)
        except asyncio.CancelledError:
            for place in self._probed:
                if isinstance(place, int):
                    self._replay(place)
            raise

    async def _all(self, hosts: AsyncIterator[HostState], done: Callable[[HostState], None]) -> None:
        pace = self.pace or usual_pace(self.run)
        unused = UnusedRoots(self.run.journey.context.pinned)
        await ticking(each_through(hosts, self._probe, self._keep, replace(pace, ordered=True)))
        self.run.journey.siblings = lambda: self._index
        self.progress.begin("finished", len(self._probed), time.monotonic())

        repair = repair_stage(self.run, self.crl, self.kind)

        async def stage(state: HostState | int) -> HostState | int:
            if isinstance(state, int):
                self._count(Status.COMPLETE)
                return state
            repaired = await repair(state)
            self._count(repaired.status or "")
            return repaired

        def take(state: HostState | int) -> None:
            if isinstance(state, int):
                self._replay(state)
            else:
                unused.add(state)
                done(state)

        await ticking(each_through(self._rest(), stage, take, pace))
        _note_unused(self.run, unused)

    def _replay(self, place: int) -> None:
        if self.early is not None:
            self.early.replay(place)

    async def _probe(self, state: HostState) -> _Probed:
        probed = state if state.served is not None else await probe_host(self.run.journey, state, self.plan)
        self._count(probed.status or "")
        if self.early is None or probed.status is not Status.COMPLETE:
            return _Probed(probed)
        return _Probed(probed, self.early.finish(await self.run.journey.fix(probed)))

    def _keep(self, one: _Probed) -> None:
        state = one.state
        if state.reached is not None:
            self._index.add(state.reached)
        if one.place is not None:
            self._probed.append(one.place)
        else:
            self._whole += 1
            self._probed.append(state if self._whole <= KEPT_WHOLE else self._at_rest(state))

    def _count(self, status: str) -> None:
        self.progress.add(status)
        narration().show(time.monotonic())

    def _at_rest(self, state: HostState) -> HostState:
        """The state with as little as it can be made of again."""
        served = state.reached
        if served is None or state.servers is not None or state.revocation is not None:
            return state
        leaf, *others = served.certificates
        certificates = (Certificate(leaf.der), *(self._shared.setdefault(one.der, one) for one in others))
        return HostState(state.target, state.label, replace(served, certificates=certificates))

    async def _rest(self) -> AsyncIterator[HostState | int]:
        """Every host that was probed, in its order; it is not kept here any longer."""
        for place, state in enumerate(self._probed):
            self._probed[place] = None
            if isinstance(state, HostState) and state.diagnosis is None and state.served is not None:
                yield self.run.journey.diagnose(state, state.served)
            elif state is not None:
                yield state


def plan_of(options: CommandOptions) -> ProbePlan:
    """As which of its several servers a host is probed."""
    wanted = Wanted(options.all_addresses, options.key_types, options.no_sni, options.repeat)
    return ProbePlan(wanted, options.revocation)


def with_roots_of_kind(run: Run, kind: OutputKind) -> Callable[[HostState], Awaitable[HostState]]:
    """The stage that repairs a host; of a kind for clients, a private root that it needs is such a repair."""

    async def repaired(state: HostState) -> HostState:
        fixed = await run.journey.fix(state)
        if kind in {OutputKind.CLIENT, OutputKind.SERVER}:
            return fixed
        from tui_chain.engine.private_root import with_private_root

        return with_private_root(run.journey, fixed)

    return repaired


def repair_stage(run: Run, scope: CrlScope | None, kind: OutputKind) -> Callable[[HostState], Awaitable[HostState]]:
    """The stages that repair a host, and gather its CRLs where `scope` says which; a CRL is fetched once."""
    repaired = with_roots_of_kind(run, kind)

    async def alone(state: HostState) -> HostState:
        return _with_option(run.journey, await repaired(state))

    if scope is None:
        return alone
    from tui_chain.engine.revocation import gather_crls
    from tui_chain.revocation.crl import CrlFetches

    fetches = CrlFetches()

    async def fixed(state: HostState) -> HostState:
        return await gather_crls(run.journey, await alone(state), scope, fetches)

    return fixed


def _with_option(journey: Journey, state: HostState) -> HostState:
    """The host, its failed repair with the option that would let the search go on, where one would."""
    if not isinstance(state.repair, Failure) or state.verdict is None or not state.verdict.missing:
        return state
    hint = _next_option(journey, state)
    return state if hint is None else replace(state, repair=replace(state.repair, hint=hint))


def _next_option(journey: Journey, state: HostState) -> str | None:
    missing = state.verdict.missing if state.verdict is not None else ()
    if journey.context.offline:
        return _OFFLINE if any(link.wanted_by.issuer_urls for link in missing) else None
    tries = state.resolution.tries if state.resolution is not None else ()
    return _PRIVATE if any(tried.outcome.endswith(NEEDS_CONSENT) for tried in tries) else None


def _note_unused(run: Run, unused: UnusedRoots) -> None:
    """Print the notices of the pool, and which roots were trusted for nothing."""
    pool = run.journey.certificate_pool
    if pool is not None:
        for sentence in (*pool.notices, *pool.given_up):
            notice(f"tlschain: {sentence}")
    for sentence in unused.sentences():
        notice(f"tlschain: {sentence}")


def repairs_of(
    states: list[HostState], kind: OutputKind, at: datetime, store: TrustStore | None = None
) -> list[tuple[ServedChain, Repair]]:
    """The hosts that have a proven repair, with what they serve; for clients their other servers are with them.

    For a server's chain file those are with them that no bundle helps and another chain does, by the trust `store`.
    """
    repairs = []
    for state in states:
        repair = state.proven
        if repair is None and kind is OutputKind.SERVER and store is not None:
            repair = _server_repair(state, store, at)
        if repair is not None and isinstance(state.served, ServedChain):
            repairs.append((state.served, repair))
            repairs += [] if kind is OutputKind.SERVER else _standing_repairs(state, at)
    return repairs


def _server_repair(state: HostState, store: TrustStore, at: datetime) -> Repair | None:
    if state.reached is None or state.resolution is None or not isinstance(state.repair, Failure):
        return None
    from tui_chain.repair.server_chain import server_repair

    return server_repair(state.reached, state.resolution, store, at=at)


def _standing_repairs(state: HostState, at: datetime) -> Iterator[tuple[ServedChain, Repair]]:
    """The servers of a host that need no repair, each with what its clients have to trust: a bundle is for all."""
    from tui_chain.repair.repair import standing_repair

    served = {row.chain: row for row in (state.servers.rows if state.servers is not None else ()) if row.good}
    for row in served.values():
        result, path = row.answer.result, row.diagnosis.path
        if isinstance(result, Failure) or path is None:
            continue
        sources = dict.fromkeys(row.chain, "served") | {path.anchor.sha256: f"trust store {row.diagnosis.store}"}
        repair = standing_repair(result, row.diagnosis, sources, at=at)
        if not isinstance(repair, Failure):
            yield result, repair


def loss_refused(options: CommandOptions, repairs: list[tuple[ServedChain, Repair]]) -> Failure | None:
    """Refuse a file in which an intermediate loses a limit, without consent; a server's chain file loses none."""
    losses = [loss for _, repair in repairs for loss in repair.losses]
    if not losses or options.accept_lost_constraints or options.kind == OutputKind.SERVER:
        return None
    first = losses[0]
    loss = f"In this file {first.certificate.label} would lose the {first.limit} of {first.limited_by.label}"
    more = f", and {plural(len(losses) - 1, 'limit')} more" if len(losses) > 1 else ""
    return Failure(
        "no-repair",
        f"{loss}{more}; nothing was written.",
        "Have the server send the intermediate, which loses nothing, or add --accept-lost-constraints.",
    )
