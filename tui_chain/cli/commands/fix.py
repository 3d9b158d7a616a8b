"""`tlschain fix`: the whole journey, and the file that it ends with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tui_chain.cli.host_text import host_text, joint_text
from tui_chain.cli.hosts import Repairing, plan_of
from tui_chain.cli.narration import showing
from tui_chain.cli.one_file import FileForAll, Lines, waiting_lines
from tui_chain.cli.options import CommandOptions, opened
from tui_chain.cli.output import FOUND, OK, UNREACHED, fail, note, notice, worst
from tui_chain.cli.results import Results, pace_of, results_of, say_source, source_of, tell
from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.core.text import plural
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.fleet.progress import Progress
from tui_chain.fleet.source import HostSource
from tui_chain.fleet.spool import Spool, spool
from tui_chain.fleet.stages import Outcome, outcome
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.results.host import host_result
from tui_chain.results.joint import JointFinding
from tui_chain.results.values import HostResult
from tui_chain.x509.crl import CrlScope

MAX_PROBLEMS = 10
"""Problems of files that are printed."""


def run_fix(options: CommandOptions) -> int:
    """Run the whole journey of each host, then write one bundle for all that could be repaired."""
    refused = _refused_kind(options.kind, options.crl_scope) or _refused_resume(options)
    if refused is not None:
        return fail(refused)
    with ExitStack() as opened_files:
        run = opened_files.enter_context(opened(options, every_source=True, streaming=True))
        _note_problems(run.problems)
        file = FileForAll(options, run)
        lines = opened_files.enter_context(waiting_lines(file))
        fixed = Fixed(options, run, lines, file)
        results = opened_files.enter_context(results_of(options, run, fixed.show, fixed.show_joint, code_of_saved))
        _repair(options, run, fixed, results)
        results.end(run.journey)
        written = file.deliver()
        lines.written = written if isinstance(written, Path) else None
    return worst([*results.codes, fail(written)] if isinstance(written, Failure) else results.codes)


def _repair(options: CommandOptions, run: Run, fixed: Fixed, results: Results) -> None:
    source = source_of(options, run, results.resumed)
    plan, kind = plan_of(options), OutputKind(options.kind)
    with ExitStack() as opened, showing(source.about) as progress:
        early = _Finished(fixed, results, opened.enter_context(spool())) if _has_early(options) else None
        repairing = Repairing(run, plan, options.crl_scope, kind, progress, pace_of(options), early)
        asyncio.run(repairing.all(_counted(source, progress), lambda state: results.take(fixed.outcome(state))))
    say_source(options, source)


async def _counted(source: HostSource, progress: Progress) -> AsyncIterator[HostState]:
    """Every host; how many there are is the better known the more of the list was read."""
    async for state in source.states():
        progress.total = source.about
        yield state
    progress.total = source.about


def _refused_resume(options: CommandOptions) -> Failure | None:
    """One bundle for all hosts is not made of those alone that were left."""
    if options.output is None or (options.resume is None and options.baseline is None):
        return None
    option = "--resume" if options.resume is not None else "--baseline"
    hint = f"Leave -o out; {hinted('merge', str(options.resume or 'FILE'), '-o', 'BUNDLE')} writes one for all."
    return Failure("usage", f"-o writes one file for all hosts, and {option} leaves some out.", hint)


@dataclass(eq=False)
class Fixed:
    """What becomes of each host, for the lines and for the one file that is written for all."""

    options: CommandOptions
    run: Run
    lines: Lines
    file: FileForAll

    def outcome(self, state: HostState) -> Outcome:
        """Take in one more host."""
        options, now = self.options, self.run.journey.clock()
        inside = self.file.take(state)
        accepted = options.accept_lost_constraints
        result = host_result(state, now, None, options, accept_lost_constraints=accepted)
        text = "" if options.as_json else host_text(state, now, options) + "\n"
        done = outcome(state, result, _fix_code(state, repaired=inside), text, target=state.target)
        tell(done)
        return done

    def show(self, done: Outcome) -> None:
        """Print a host, or have its line wait."""
        if self.options.as_json:
            self.lines.put(done.result.to_json(), inside=done.target in self.file.inside)
        else:
            notice(done.text)

    def show_joint(self, joint: JointFinding) -> None:
        """Print what several hosts have in common."""
        if self.options.as_json:
            self.lines.put(joint.to_json())
        else:
            notice(joint_text(joint) + "\n")


def _has_early(options: CommandOptions) -> bool:
    """Whether a host that all accept is done with as soon as it is probed: no root and no CRLs are wanted of it."""
    return options.kind in {OutputKind.CLIENT, OutputKind.SERVER} and options.crl is None and not options.trust_root


@dataclass(eq=False)
class _Finished:
    """Hosts that need no repair; they wait on disk for their turn."""

    fixed: Fixed
    results: Results
    spool: Spool

    def finish(self, state: HostState) -> int:
        """Keep what becomes of a host."""
        return self.spool.put(self.fixed.outcome(state))

    def replay(self, place: int) -> None:
        """Take it into the results."""
        self.results.take(self.spool.get(place))


def _refused_kind(kind: str, scope: CrlScope | None) -> Failure | None:
    """Why a kind of output cannot hold CRLs, or None where it can or none are wanted."""
    if scope is None:
        return None
    from tui_chain.repair.output_kinds import without_crls

    return without_crls(OutputKind(kind))


def _note_problems(problems: tuple[str, ...]) -> None:
    """Print which pieces of the user's files were not read: what is not there cannot be found."""
    for problem in problems[:MAX_PROBLEMS]:
        note(f"tlschain: {problem}")
    if len(problems) > MAX_PROBLEMS:
        note(f"tlschain: and {plural(len(problems) - MAX_PROBLEMS, 'problem')} more")


def code_of_saved(result: HostResult) -> int:
    """What a host that was repaired earlier means for the exit code."""
    if result.status == Status.UNREACHABLE:
        return UNREACHED
    return OK if result.status in {Status.COMPLETE, Status.REPAIRABLE} else FOUND


def _fix_code(state: HostState, *, repaired: bool) -> int:
    if state.status is Status.UNREACHABLE:
        return UNREACHED
    if isinstance(state.crls, Failure):
        return FOUND
    good = state.proven is not None or state.status is Status.COMPLETE
    return OK if good or repaired else FOUND
