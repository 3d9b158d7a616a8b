"""`tlschain check`: probe and diagnose."""

from __future__ import annotations

from collections.abc import Callable

from tui_chain.cli.host_text import host_text, joint_text
from tui_chain.cli.hosts import plan_of
from tui_chain.cli.options import CommandOptions, opened
from tui_chain.cli.output import FOUND, OK, UNREACHED, detail, emit, worst
from tui_chain.cli.results import results_of, run_each, source_of
from tui_chain.core.status import Status
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.fleet.stages import Outcome, outcome, probe_host
from tui_chain.results.host import host_result
from tui_chain.results.joint import JointFinding


def run_check(options: CommandOptions) -> int:
    """Probe and diagnose; print each host as soon as it and all before it are done."""
    with (
        opened(options, whole_lab=True, streaming=True) as run,
        results_of(options, run, _shower(options), _joint_shower(options)) as results,
    ):
        plan = plan_of(options)

        async def stage(state: HostState) -> Outcome:
            probed = await probe_host(run.journey, state, plan)
            return _outcome(options, run, probed, state)

        run_each(options, source_of(options, run, results.resumed), stage, results)
        results.end(run.journey)
    return worst(results.codes)


def _outcome(options: CommandOptions, run: Run, probed: HostState, named: HostState) -> Outcome:
    now = run.journey.clock()
    text = "" if options.as_json else host_text(probed, now, options) + "\n"
    detail(f"{probed.target}: {probed.status}, {probed.headline}")
    result = host_result(probed, now, None, options)
    return outcome(probed, result, _exit_code(probed), text, target=named.target)


def _shower(options: CommandOptions) -> Callable[[Outcome], None]:
    return lambda done: emit(done.result.to_json() if options.as_json else done.text)


def _joint_shower(options: CommandOptions) -> Callable[[JointFinding], None]:
    return lambda joint: emit(joint.to_json() if options.as_json else joint_text(joint) + "\n")


def _exit_code(state: HostState) -> int:
    if state.status is Status.UNREACHABLE:
        return UNREACHED
    fine = state.status is Status.COMPLETE and state.verdict is not None and not state.verdict.fatal
    return OK if fine else FOUND
