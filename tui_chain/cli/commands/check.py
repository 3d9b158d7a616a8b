"""`tlschain check`: probe and diagnose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import click

from tui_chain.cli.files import results_to
from tui_chain.cli.host_text import host_text
from tui_chain.cli.hosts import probe_host, run_all
from tui_chain.cli.options import CommandOptions, opened
from tui_chain.cli.output import FOUND, OK, UNREACHED, is_wrong, worst
from tui_chain.cli.plugin import FORM
from tui_chain.core.status import Severity
from tui_chain.engine.host_state import HostState
from tui_chain.engine.shared_roots import ends_unknown, with_shared_roots
from tui_chain.engine.startup import Run
from tui_chain.fleet.formats.registry import result_writer
from tui_chain.fleet.formats.writer import ResultWriter
from tui_chain.fleet.policy import Level, Policy, worst_level
from tui_chain.results.host import host_result

EXIT_CODES: Mapping[Level, int] = {Level.OK: OK, Level.WARNING: OK, Level.CRITICAL: FOUND, Level.UNKNOWN: UNREACHED}


def run_check(options: CommandOptions) -> int:
    """Probe and diagnose; print each host as soon as it and all before it are done."""
    with opened(options, whole_lab=True) as run:
        if options.form == FORM and is_wrong(click.get_current_context()):
            raise click.UsageError("Some of the hosts are none; standard error names them.")
        output = CheckOutput(options, run)
        with results_to(options.output, replace=options.replace) as write:
            _check(output, write)
    return output.exit_code


def _check(output: CheckOutput, write: Callable[[str], None]) -> None:
    """Probe every host; `write` gets the pieces of the output."""
    options, run, held = output.options, output.run, list[HostState]()

    def put(pieces: Iterable[str]) -> None:
        for piece in pieces:
            write(piece)

    def done(state: HostState) -> None:
        # what a root means that nobody knows may depend on the hosts that are still to come
        if held or (len(run.hosts) > 1 and ends_unknown(state)):
            held.append(state)
        else:
            put(output.add(state))

    put(output.begin())
    states = asyncio.run(run_all(run, lambda state: probe_host(run.journey, options, state), done))
    for state in with_shared_roots(states)[len(states) - len(held) :]:
        put(output.add(state))
    put(output.end())


def policy_of(options: CommandOptions) -> Policy:
    """The policy that the options of a command make."""
    return Policy(Severity(options.fail_on), options.warn_days, options.critical_days)


@dataclass(eq=False)
class CheckOutput:
    """The output of a check in the form that was chosen, and the exit code that its hosts make."""

    options: CommandOptions
    run: Run
    policy: Policy = field(init=False)
    writer: ResultWriter | None = field(init=False)
    levels: set[Level] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.policy = policy_of(self.options)
        form, now = self.options.form, self.run.journey.clock()
        self.writer = None if form == "text" else result_writer(form, self.policy, now)

    def begin(self) -> Iterator[str]:
        """Yield what stands before the first host."""
        return iter(()) if self.writer is None else self.writer.begin()

    def add(self, state: HostState) -> Iterator[str]:
        """Yield what can be written of a host at once."""
        now = self.run.journey.clock()
        result = host_result(state, now, options=self.options)
        self.levels.add(self.policy.level_of(result, now))
        if self.writer is not None:
            yield from self.writer.add(result)
            return
        reasons = self.policy.stricter_reasons(result, now)
        lines = (f"  fails     {reason}" for reason in reasons)
        yield "\n".join((host_text(state, now, self.options), *lines, "", ""))

    def end(self) -> Iterator[str]:
        """Yield all that is still to be written."""
        return iter(()) if self.writer is None else self.writer.end()

    @property
    def exit_code(self) -> int:
        """The exit code, that of a plugin where its form was chosen."""
        if self.options.form != FORM:
            return worst(EXIT_CODES[level] for level in self.levels)
        from tui_chain.fleet.formats.nagios import CODES

        return CODES[worst_level(self.levels)]
