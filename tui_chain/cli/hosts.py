"""Many hosts through the stages, some at once: what `check`, `fix` and every command that repairs have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime

from tui_chain.cli.options import CommandOptions
from tui_chain.cli.output import note
from tui_chain.core.failure import Failure
from tui_chain.core.text import plural
from tui_chain.engine.host_probe import probe_wanted
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey
from tui_chain.engine.startup import Run
from tui_chain.net.addresses import NEEDS_CONSENT
from tui_chain.probe.served import ServedChain
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.repair import Repair
from tui_chain.trust.store import TrustStore
from tui_chain.x509.crl import CrlScope

CONCURRENT = 64
"""Hosts that are probed or repaired at once, where the options do not say."""
_OFFLINE = "Run it again without --offline to fetch it, or add it from a file with --pool FILE."
_PRIVATE = (
    "Run it again with --allow-private-aia=ADDRESS:PORT to ask that address, with --allow-private-aia to ask all,"
    " or add it from a file with --pool FILE."
)


async def run_all(
    run: Run, stage: Callable[[HostState], Awaitable[HostState]], done: Callable[[HostState], None]
) -> list[HostState]:
    """Take every host through a stage, some at once; `done` gets each in its order."""
    gate = asyncio.Semaphore(run.journey.context.options.jobs or CONCURRENT)

    async def one(state: HostState) -> HostState:
        async with gate:
            return await stage(state)

    tasks = [asyncio.create_task(one(state)) for state in run.hosts]
    states = []
    try:
        for task in tasks:
            state = await task
            done(state)
            states.append(state)
    finally:
        for task in tasks:
            task.cancel()
        # asyncio prints a traceback of what a task raised and nobody looked at
        await asyncio.gather(*tasks, return_exceptions=True)
    return states


async def repair_all(
    run: Run,
    done: Callable[[HostState], None] = lambda _: None,
    crl: CrlScope | None = None,
    variants: CommandOptions | None = None,
    kind: OutputKind = OutputKind.CLIENT,
) -> list[HostState]:
    """Take every host through probe, diagnosis, search and repair; `done` gets each in its order.

    All are probed first: what one of them serves may be what another does not send. With `crl` the CRLs of each are
    gathered too. For a `kind` of file that gives clients what they lack, a private root of a host that is accepted as
    it is served is such a thing. `variants` says as which of its several servers each is probed, so that the broken
    one is repaired.
    """

    async def probe(state: HostState) -> HostState:
        if state.served is not None:
            return state
        return await (run.journey.probe(state) if variants is None else probe_host(run.journey, variants, state))

    probed = await run_all(run, probe, lambda _: None)
    chains = tuple(state.served for state in probed if isinstance(state.served, ServedChain))
    run.journey.siblings = lambda: chains
    states = await run_all(replace(run, hosts=tuple(probed)), _repairing(run, crl, kind), done)
    _note_unused(run, states)
    return states


async def probe_host(journey: Journey, options: CommandOptions, state: HostState) -> HostState:
    """Probe a host: in every variant that is wanted, and its issuers on revocation."""
    from tui_chain.probe.variants import Wanted

    wanted = Wanted(options.all_addresses, options.key_types, options.no_sni, options.repeat)
    return await probe_wanted(journey, state, wanted, revocation=options.revocation)


def _repairing(run: Run, scope: CrlScope | None, kind: OutputKind) -> Callable[[HostState], Awaitable[HostState]]:
    """The stages that repair a host, and gather its CRLs where `scope` says which; a CRL is fetched once."""

    async def alone(state: HostState) -> HostState:
        fixed = _with_option(run.journey, await run.journey.fix(state))
        if kind in {OutputKind.CLIENT, OutputKind.SERVER}:
            return fixed
        from tui_chain.engine.private_root import with_private_root

        return with_private_root(run.journey, fixed)

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


def _note_unused(run: Run, states: list[HostState]) -> None:
    """Print the notices of the pool, and which roots were trusted for nothing."""
    pool = run.journey.certificate_pool
    if pool is not None:
        for notice in (*pool.notices, *pool.given_up):
            note(f"tlschain: {notice}")
    for notice in run.journey.unused_roots(states):
        note(f"tlschain: {notice}")


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
