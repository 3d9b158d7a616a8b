"""`tlschain check`: probe and diagnose."""

from __future__ import annotations

import asyncio

from tui_chain.cli.host_text import host_text
from tui_chain.cli.hosts import probe_host, run_all
from tui_chain.cli.options import CommandOptions, opened
from tui_chain.cli.output import FOUND, OK, UNREACHED, emit, host_json, worst
from tui_chain.core.status import Status
from tui_chain.engine.host_state import HostState
from tui_chain.engine.shared_roots import ends_unknown, with_shared_roots
from tui_chain.engine.startup import Run


def run_check(options: CommandOptions) -> int:
    """Probe and diagnose; print each host as soon as it and all before it are done."""
    with opened(options, whole_lab=True) as run:
        held: list[HostState] = []

        def done(state: HostState) -> None:
            # what a root means that nobody knows may depend on the hosts that are still to come
            if held or (len(run.hosts) > 1 and ends_unknown(state)):
                held.append(state)
            else:
                emit(_report(options, run, state))

        states = asyncio.run(run_all(run, lambda state: probe_host(run.journey, options, state), done))
        for state in with_shared_roots(states)[len(states) - len(held) :]:
            emit(_report(options, run, state))
    return worst(map(_exit_code, states))


def _report(options: CommandOptions, run: Run, state: HostState) -> str:
    now = run.journey.clock()
    return host_json(state, now, options) if options.as_json else host_text(state, now, options) + "\n"


def _exit_code(state: HostState) -> int:
    if state.status is Status.UNREACHABLE:
        return UNREACHED
    fine = state.status is Status.COMPLETE and state.verdict is not None and not state.verdict.fatal
    return OK if fine else FOUND
