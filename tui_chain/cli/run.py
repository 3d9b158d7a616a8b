"""The commands themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tui_chain.cli.crls import checking_words, crls_of, having_crls, refused_kind, repairing
from tui_chain.cli.deliver import Consent, print_text, put
from tui_chain.cli.describe import describe
from tui_chain.cli.further import asks_several, check_host, standing_repairs
from tui_chain.cli.options import Options, Work, prepared
from tui_chain.cli.output import FOUND, OK, UNREACHED, USAGE, emit, fail, say, worst
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState, known_certificates
from tui_chain.probe.served import ServedChain
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.repair import Repair
from tui_chain.trust.loading import read_file
from tui_chain.x509.crl import CrlScope

__all__ = ["FOUND", "OK", "UNREACHED", "USAGE", "emit", "fail", "journeys", "run_check", "run_fix", "say"]
CONCURRENT = 64
"""Hosts that are under way at once."""
STANDARD_OUTPUT = Path("-")
"""What `-o` is given for standard output."""
MAX_PROBLEMS = 10
"""Problems of files that are told."""


def run_check(options: Options) -> int:
    """Probe and diagnose; print each host as soon as it and all before it are done."""
    from tui_chain.engine.questions import ends_unknown, with_shared_roots

    with prepared(options, demo_all=True) as work:
        if isinstance(work, Failure):
            return fail(work)
        held: list[HostState] = []

        def done(state: HostState) -> None:
            # what a root means that nobody knows may depend on the hosts that are still to come
            if held or (len(work.hosts) > 1 and ends_unknown(state)):
                held.append(state)
            else:
                emit(_report(options, work, state))

        states = asyncio.run(_all(work, lambda state: check_host(work.journey, options, state), done))
        told = with_shared_roots(states)[len(states) - len(held) :]
        for state in told:
            emit(_report(options, work, state))
    return worst(map(_check_code, states))


def _report(options: Options, work: Work, state: HostState) -> str:
    now = work.journey.clock()
    return _json(state, now, options) if options.as_json else describe(state, now) + "\n"


def _json(state: HostState, now: datetime, options: Options, written: Path | None = None) -> str:
    """One line of JSON."""
    from tui_chain.results.host import host_result  # who reads words does without it

    return host_result(state, now, written, accept_lost_constraints=options.accept_lost_constraints).to_json()


def _check_code(state: HostState) -> int:
    if state.status is Status.UNREACHABLE:
        return UNREACHED
    fine = state.status is Status.COMPLETE and state.verdict is not None and not state.verdict.fatal
    return OK if fine else FOUND


async def _all(
    work: Work, run: Callable[[HostState], Awaitable[HostState]], done: Callable[[HostState], None]
) -> list[HostState]:
    """Run every host, some at once, and report them in their order."""
    gate = asyncio.Semaphore(CONCURRENT)

    async def one(state: HostState) -> HostState:
        async with gate:
            return await run(state)

    tasks = [asyncio.create_task(one(state)) for state in work.hosts]
    states = []
    for task in tasks:
        state = await task
        done(state)
        states.append(state)
    return states


def run_fix(options: Options) -> int:
    """Run the whole journey of each host, then write one bundle for all that could be repaired."""
    refused = refused_kind(options.kind, options.crl_scope)
    if refused is not None:
        return fail(refused)
    with prepared(replace(options, keeps_pool=True), demo_all=False) as work:
        if isinstance(work, Failure):
            return fail(work)

        _tell_problems((*work.journey.pool.problems, *work.problems))

        def done(state: HostState) -> None:
            if not options.as_json:
                say(describe(state, work.journey.clock()) + "\n")

        states = asyncio.run(journeys(work, done, options.crl_scope, options if asks_several(options) else None))
        written = _deliver(options, work, states)
    if options.as_json:
        for state in states:
            inside = isinstance(written, Path) and not isinstance(state.crls, Failure)
            file = written if inside and isinstance(written, Path) else None
            emit(_json(state, work.journey.clock(), options, file))
    codes = list(map(_fix_code, states))
    return worst([*codes, fail(written)] if isinstance(written, Failure) else codes)


def _tell_problems(problems: tuple[str, ...]) -> None:
    """Say which parts of the user's files were not read: what is not there cannot be found."""
    for problem in problems[:MAX_PROBLEMS]:
        say(f"tlschain: {problem}")
    if len(problems) > MAX_PROBLEMS:
        say(f"tlschain: and {plural(len(problems) - MAX_PROBLEMS, 'problem')} more")


async def journeys(
    work: Work,
    done: Callable[[HostState], None] = lambda _: None,
    crl: CrlScope | None = None,
    asking: Options | None = None,
) -> list[HostState]:
    """Take every host through probe, diagnosis, search and repair; `done` hears of each in its order.

    All are probed first: what one of them serves may be what another does not send. With `crl` the CRLs of each are
    gathered too. `asking` says in which several ways each is asked, so that the server which is broken is repaired.
    """

    async def probe(state: HostState) -> HostState:
        if state.served is not None:
            return state
        return await (work.journey.probe(state) if asking is None else check_host(work.journey, asking, state))

    probed = await _all(work, probe, lambda _: None)
    chains = tuple(state.served for state in probed if isinstance(state.served, ServedChain))
    work.journey.siblings = lambda: chains
    states = await _all(replace(work, hosts=tuple(probed)), repairing(work, crl), done)
    _last_words(work, states)
    return states


def _last_words(work: Work, states: list[HostState]) -> None:
    """What is to be said of the pool, and of roots that were trusted for nothing."""
    pool = work.journey.certificate_pool
    if pool is not None:
        for notice in pool.notices:
            say(f"tlschain: {notice}")
        pool.close()
    used = {one.sha256 for state in states if state.proven is not None for one in state.proven.path.certificates}
    known = {one.sha256: one for state in states for one in known_certificates(state)}
    for sha256 in sorted(work.journey.diagnoser.confirmed):
        named = known.get(sha256)
        if named is not None and not (named.is_ca and named.self_issued):
            say(
                f"tlschain: --trust-root names {named.label}, which is no root; name the root that its chain ends at."
            )
        elif sha256 not in used:
            say(f"tlschain: No path ends at the root {sha256[:16]}… that --trust-root names.")


def _fix_code(state: HostState) -> int:
    if state.status is Status.UNREACHABLE:
        return UNREACHED
    if isinstance(state.crls, Failure):
        return FOUND
    return OK if state.proven is not None or state.status is Status.COMPLETE else FOUND


def _deliver(options: Options, work: Work, states: list[HostState]) -> Path | Failure | None:
    """Write the file, or print it where none is named; None where there is nothing to write."""
    states = states if options.crl is None else having_crls(states)
    repairs, crls = repairs_of(states, OutputKind(options.kind), work.journey.clock()), crls_of(states)
    named = options.output is not None and options.output != STANDARD_OUTPUT
    if not repairs:
        if named and not options.as_json:
            say(f"tlschain: There is nothing to write; {safe_text(str(options.output))} was left as it is.")
        return None
    refused = loss_refused(options, repairs)
    if refused is not None:
        return refused
    output = make_output(OutputKind(options.kind), repairs, work.journey.trust, at=work.journey.clock(), crls=crls)
    if isinstance(output, Failure):
        return output
    if options.output is not None and named:
        written = _write(options.output, output, options, some_words(states))
        if crls is not None and isinstance(written, Path) and not options.as_json:
            say(checking_words(written, crls.scope))
        return written
    if not output.is_text:
        return Failure("usage", f"{output.kind} is no text to print.", "Name a file with -o.")
    if not options.as_json:
        print_text(output.data)
    return None


def loss_refused(options: Options, repairs: list[tuple[ServedChain, Repair]]) -> Failure | None:
    """Refuse a file in which an intermediate loses a limit, without consent; a server's chain file loses none."""
    losses = [loss for _, repair in repairs for loss in repair.losses]
    if not losses or options.accept_lost_constraints or options.kind == OutputKind.SERVER:
        return None
    first = losses[0]
    words = f"In this file {first.certificate.label} would lose the {first.limit} of {first.limited_by.label}"
    more = f", and {plural(len(losses) - 1, 'limit')} more" if len(losses) > 1 else ""
    return Failure(
        "no-repair",
        f"{words}{more}; nothing was written.",
        "Have the server send the intermediate, which loses nothing, or add --accept-lost-constraints.",
    )


def repairs_of(states: list[HostState], kind: OutputKind, at: datetime) -> list[tuple[ServedChain, Repair]]:
    """The hosts that have a proven repair, with what they serve; for clients their other servers are with them."""
    repairs = []
    for state in states:
        if state.proven is not None and isinstance(state.served, ServedChain):
            repairs.append((state.served, state.proven))
            repairs += [] if kind is OutputKind.SERVER else standing_repairs(state, at)
    return repairs


def some_words(states: list[HostState]) -> str:
    """For how many hosts a file is, and for which not, where some that need it have no repair; else nothing."""
    needing = [state for state in states if state.proven is not None or state.status is not Status.COMPLETE]
    without = [str(state.target) for state in needing if state.proven is None]
    if not without:
        return ""
    more = f" and {len(without) - MAX_PROBLEMS} more" if len(without) > MAX_PROBLEMS else ""
    names = f"{', '.join(without[:MAX_PROBLEMS])}{more}"
    return f" for {len(needing) - len(without)} of {plural(len(needing), 'host')}; not for {names}"


def _write(path: Path, output: Output, options: Options, some: str = "") -> Path | Failure:
    from tui_chain.repair.difference import summary
    from tui_chain.repair.write import numbered

    consent = Consent(options.replace or options.merge, options.backup)
    data = _merged(path, output) if options.merge else output.data
    if isinstance(data, Failure):
        return data
    written = put(path, data, summary(None, data) + some, consent)
    for number, more in enumerate(output.more, start=2):
        if isinstance(written, Failure):
            break
        put(numbered(path, number), more, "the next certificate", consent)
    return written


def _merged(path: Path, output: Output) -> bytes | Failure:
    """The file that stands there, with what it lacks."""
    from tui_chain.repair.merge import merge_proven

    if not path.exists():
        return output.data
    old = read_file(path, "old file")
    return old if isinstance(old, Failure) else merge_proven(old, output)
