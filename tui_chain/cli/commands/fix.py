"""`tlschain fix`: the whole journey, and the file that it ends with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tui_chain.cli.host_text import host_text, joint_text
from tui_chain.cli.hosts import Repairing, plan_of, repair_stage
from tui_chain.cli.merged import print_merged
from tui_chain.cli.narration import showing
from tui_chain.cli.one_file import STANDARD_OUTPUT, FileForAll, Lines, code_of_saved, code_of_state, waiting_lines
from tui_chain.cli.options import CommandOptions, opened, reopened
from tui_chain.cli.output import OK, OutputLost, fail, note, notice, worst
from tui_chain.cli.results import Results, pace_of, results_of, run_each, say_source, source_of, tell
from tui_chain.cli.work import OptionsWork, refused_cluster
from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.text import plural
from tui_chain.engine.host_probe import probe_host
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.fleet.merge import ResultFiles
from tui_chain.fleet.progress import Progress
from tui_chain.fleet.source import HostSource
from tui_chain.fleet.spool import Spool, spool
from tui_chain.fleet.stages import Outcome, outcome
from tui_chain.fleet.work import Stage
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.results.host import host_result
from tui_chain.results.joint import JointFinding
from tui_chain.x509.crl import CrlScope

MAX_PROBLEMS = 10
"""Problems of files that are printed."""


def run_fix(options: CommandOptions) -> int:
    """Run the whole journey of each host, then write one bundle for all that could be repaired."""
    refused = _refused_kind(options.kind, options.crl_scope) or _refused_resume(options) or refused_cluster(options)
    if refused is not None:
        return fail(refused)
    if options.dask is not None and options.crl is not None:
        why = "--crl gathers the lists of all hosts in one process, and --dask has several."
        return fail(Failure("usage", why, "Leave --dask out."))
    if options.dask is not None:
        return _by_cluster(options)
    with ExitStack() as opened_files:
        run = opened_files.enter_context(opened(options, every_source=True, streaming=True))
        _note_problems(run.problems)
        file = FileForAll(options, run)
        lines = opened_files.enter_context(waiting_lines(file))
        fixed = Fixed(options, run, lines, file)
        results = opened_files.enter_context(results_of(options, run, fixed.show, fixed.show_joint, code_of_saved))
        _repair(options, run, fixed, results)
        results.end(run.journey)
        written = None if _has_no_bundle(options) else file.deliver()
        _say_no_bundle(options)
        lines.written = written if isinstance(written, Path) else None
    return worst([*results.codes, fail(written)] if isinstance(written, Failure) else results.codes)


def _by_cluster(options: CommandOptions) -> int:
    """Have each host repaired by a worker alone; then what one serves counts for the others, and one file is written.

    A worker knows what its own hosts serve and no others: what it could not find is looked for here, in all of them.
    """
    with ExitStack() as opened_files:
        run = opened_files.enter_context(opened(options, every_source=True, streaming=True))
        kept: IO[bytes] = opened_files.enter_context(TemporaryFile())

        def keep(done: Outcome) -> None:
            kept.write(done.line.encode() + b"\n")

        results = opened_files.enter_context(results_of(options, run, keep, lambda _: None, code_of_saved))
        try:
            run_each(options, run, source_of(options, run, results.resumed), FixWork(options), results)
        except (KeyboardInterrupt, SystemExit, OutputLost):  # one of them is Terminated, or that the cluster is lost
            with suppress(OSError, OutputLost):  # the terminal may be gone
                _print_kept(replace(options, output=None), run, kept)
            raise
        # what workers say of their hosts is not the last word; those of earlier runs count by their lines
        results.codes.clear()
        results.end(run.journey)
        code = _print_kept(_with_bundle(options), run, kept)
        _say_no_bundle(options)
    return worst((*results.codes, code))


def _print_kept(options: CommandOptions, run: Run, kept: IO[bytes]) -> int:
    """Print the hosts that came from the workers, and write the file that `-o` names; return their exit code."""
    files = ResultFiles()
    files.add("the cluster", kept)
    if not len(files):
        return OK
    run.journey.context = replace(run.journey.context, offline=True)
    return print_merged(options, run, files, beside=not options.as_json)


def _with_bundle(options: CommandOptions) -> CommandOptions:
    """The options by which one bundle is printed where no file is named for it, and where people read."""
    printed = not (options.as_json or options.output is not None or _has_no_bundle(options))
    return replace(options, output=STANDARD_OUTPUT) if printed else options


@dataclass(frozen=True, eq=False)
class FixWork(OptionsWork):
    """What a worker does with each host: the whole journey, as far as a host can go it alone."""

    @contextmanager
    def opened(self) -> Iterator[Stage]:
        """Load what the options name, in another process than the one that read them."""
        with reopened(self.options, every_source=True) as run:
            yield self.stage(run)

    def stage(self, run: Run) -> Stage:
        """The stage by which a host becomes an outcome."""
        options, repair = self.options, repair_stage(run, self.options.crl_scope, OutputKind(self.options.kind))
        plan = plan_of(options)

        async def stage(state: HostState) -> Outcome:
            fixed = await repair(await probe_host(run.journey, state, plan))
            accepted = options.accept_lost_constraints
            result = host_result(fixed, run.journey.clock(), None, options, accept_lost_constraints=accepted)
            return outcome(fixed, result, code_of_saved(result), target=state.target).as_line()

        return stage


def _repair(options: CommandOptions, run: Run, fixed: Fixed, results: Results) -> None:
    source = source_of(options, run, results.resumed)
    plan, kind = plan_of(options), OutputKind(options.kind)
    with ExitStack() as opened, showing(source.about) as progress:
        early = _Finished(fixed, results, opened.enter_context(spool())) if _has_early(options) else None
        repairing = Repairing(run, plan, options.crl_scope, kind, progress, pace_of(options), early)
        asyncio.run(repairing.all(_counted(source, progress), lambda state: results.take(fixed.outcome(state))))
    say_source(options, source, results.resumed)


async def _counted(source: HostSource, progress: Progress) -> AsyncIterator[HostState]:
    """Every host; how many there are is the better known the more of the list was read."""
    async for state in source.states():
        progress.total = source.about
        yield state
    progress.total = source.about


def _refused_resume(options: CommandOptions) -> Failure | None:
    """One bundle for all hosts is not made of those alone that were left."""
    if options.output is None or not _leaving(options):
        return None
    hint = f"Leave -o out; {_merge_of(options)} writes one for all."
    return Failure("usage", f"-o writes one file for all hosts, and {_leaving(options)} leaves some out.", hint)


def _has_no_bundle(options: CommandOptions) -> bool:
    """Whether a person would take a bundle of the hosts that were left for the whole."""
    return not options.as_json and bool(_leaving(options))


def _say_no_bundle(options: CommandOptions) -> None:
    if _has_no_bundle(options):
        why = f"No bundle is printed, since {_leaving(options)} leaves some hosts out"
        notice(f"tlschain: {why}; {_merge_of(options)} writes one for all.")


def _leaving(options: CommandOptions) -> str:
    """The option that leaves hosts out, if there is one."""
    return "--resume" if options.resume is not None else "--baseline" if options.baseline is not None else ""


def _merge_of(options: CommandOptions) -> str:
    """The command that makes one file for all hosts; results that were only compared have no file yet."""
    return hinted("merge", str(options.resume or "FILE"), "-o", "BUNDLE")


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
        code = code_of_state(state, repaired=inside)
        done = outcome(state, result, code, text, target=state.target, in_file=inside)
        tell(done)
        return done

    def show(self, done: Outcome) -> None:
        """Print a host, or have its line wait."""
        if self.options.as_json:
            self.lines.put(done.line, inside=done.in_file)
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
