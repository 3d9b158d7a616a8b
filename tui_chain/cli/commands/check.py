"""`tlschain check`: probe and diagnose."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui_chain.cli.files import results_to
from tui_chain.cli.forms import EXIT_CODES, OF_A_WHOLE_RUN, STREAMED, FormOutput, policy_of
from tui_chain.cli.host_text import host_text
from tui_chain.cli.hosts import plan_of
from tui_chain.cli.narration import columns
from tui_chain.cli.options import CommandOptions, opened, reopened
from tui_chain.cli.output import fail
from tui_chain.cli.results import results_of, run_each, source_of
from tui_chain.cli.work import OptionsWork, refused_cluster
from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.engine.host_probe import probe_host
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.fleet.stages import Outcome, outcome
from tui_chain.fleet.work import Stage
from tui_chain.results.host import host_result
from tui_chain.results.values import HostResult


def run_check(options: CommandOptions) -> int:
    """Probe and diagnose; print each host as soon as it and all before it are done."""
    refused = _refused(options)
    if refused is not None:
        return fail(refused)
    with (
        opened(options, whole_lab=True, streaming=True) as run,
        results_to(options.output, replace=options.replace) as write,
    ):
        work, output = CheckWork(options), FormOutput(options, run.journey.clock(), write, _width(options))
        with results_of(options, run, output.show, output.show_joint, work.code) as results, output.whole():
            run_each(options, run, source_of(options, run, results.resumed, output.say_wrong), work, results)
            results.end(run.journey)
    return output.exit_code(results.codes)


def _width(options: CommandOptions) -> int | None:
    return None if options.output is not None else columns(sys.stdout)


def _refused(options: CommandOptions) -> Failure | None:
    """Why these options do not go together, or None."""
    if options.resume is not None and options.form not in STREAMED:
        return _whole_form(options)
    if options.baseline is not None and options.form in OF_A_WHOLE_RUN:
        why = f"--format {options.form} is of a whole run, and --baseline prints what changed."
        return Failure("usage", why, "Leave --baseline out, or name another form.")
    for option, file in (("--resume", options.resume), ("--baseline", options.baseline)):
        if options.output is not None and file is not None and _is_same(options.output, file):
            why = f"-o and {option} name one file, which would hold the hosts of this run alone."
            return Failure("usage", why, "Name another with -o, or leave it out.")
    return refused_cluster(options)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # there is none yet
        return one.absolute() == other.absolute()


def _whole_form(options: CommandOptions) -> Failure:
    file = str(options.resume)
    why = f"--format {options.form} is of a whole run, and --resume prints the hosts that were left."
    return Failure("usage", why, f"Continue with --json; then {hinted('merge', file, '--format', options.form)}.")


@dataclass(frozen=True, eq=False)
class CheckWork(OptionsWork):
    """What is done with each host, in this process or another."""

    @contextmanager
    def opened(self) -> Iterator[Stage]:
        """Load what the options name, in another process than the one that read them."""
        with reopened(self.options) as run:
            stage = self.stage(run)

            async def as_line(state: HostState) -> Outcome:
                done = await stage(state)
                return done.as_line() if self.options.form == "json" else done

            yield as_line

    def stage(self, run: Run) -> Stage:
        """The stage by which a host becomes an outcome."""
        plan = plan_of(self.options)

        async def stage(state: HostState) -> Outcome:
            probed = await probe_host(run.journey, state, plan)
            return self._outcome(run, probed, state)

        return stage

    def _outcome(self, run: Run, probed: HostState, named: HostState) -> Outcome:
        options, now = self.options, run.journey.clock()
        result = host_result(probed, now, None, options)
        text = ""
        if options.form == "text":
            reasons = policy_of(options).stricter_reasons(result, now)
            text = "\n".join((host_text(probed, now, options), *(f"  fails     {reason}" for reason in reasons), ""))
        return outcome(probed, result, self.code(result), text, target=named.target)

    def code(self, result: HostResult) -> int:
        """What a host means for the exit code."""
        return EXIT_CODES[policy_of(self.options).level_of(result)]
