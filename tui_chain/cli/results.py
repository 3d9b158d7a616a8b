"""The results of hosts as they come: to standard output, to a file that is gone on with, into the exit code."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Container, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from tui_chain.cli.forms import policy_of
from tui_chain.cli.narration import narration, showing, ticking
from tui_chain.cli.options import CommandOptions, no_host
from tui_chain.cli.output import FOUND, OutputLost, detail, fail, good, note_wrong, notice
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey
from tui_chain.engine.option_entry import read_shard
from tui_chain.engine.signals import Terminated
from tui_chain.engine.startup import Run
from tui_chain.fleet.baseline import Baseline
from tui_chain.fleet.formats.writer import changes_of
from tui_chain.fleet.result_files import ResumeFile, open_index, open_resume
from tui_chain.fleet.scheduling import AT_ONCE, Pace, each_through
from tui_chain.fleet.shared_roots import SharedRoots, unknown_roots
from tui_chain.fleet.source import HostSource, Shard
from tui_chain.fleet.stages import Outcome, Outcomes
from tui_chain.fleet.work import Stage, Work, WorkFailure
from tui_chain.net.target import Target
from tui_chain.results.joint import JointFinding
from tui_chain.results.values import HostResult

WORTH_PROCESSES = 500
"""Hosts from which on a list is worked on by several processes, where there is work for more than one."""
Show = Callable[[Outcome], None]


@dataclass(eq=False)
class Results:
    """Takes each outcome in its turn; `show` prints one that is wanted, `show_joint` one of several hosts."""

    show: Show
    show_joint: Callable[[JointFinding], None]
    code: Callable[[HostResult], int]
    resumed: ResumeFile | None = None
    baseline: Baseline | None = None
    codes: set[int] = field(default_factory=set)
    roots: SharedRoots = field(default_factory=SharedRoots)

    def take(self, outcome: Outcome) -> None:
        """Keep it, print it where it is wanted, and count it."""
        self.roots.add(outcome.target.host, outcome.root)
        if self.resumed is not None:
            _append(self.resumed, outcome.line)
        if self.baseline is not None:
            changed = self.baseline.changed(outcome.target, outcome.result)
            if changed is None:
                return
            outcome = with_changes(outcome, changed)
        self.codes.add(outcome.code)
        self.show(outcome)

    def end(self, journey: Journey) -> None:
        """Print what all hosts together show, and what was left out; count hosts that were done before."""
        if self.resumed is not None:
            self._count_earlier(self.resumed)
        if self.resumed is not None and self.resumed.pathless:
            for host, root in unknown_roots(self.resumed.pathless_lines(), journey):
                self.roots.add(host, root)
        for joint in self.roots.joint():
            self._take_joint(joint)
        if self.baseline is not None and self.baseline.missing:
            notice(f"tlschain: {self.baseline.missing}")

    def _take_joint(self, joint: JointFinding) -> None:
        """Keep what several hosts show, and print it where neither this file nor the baseline has just that."""
        if self.resumed is not None:
            if joint.as_dict() in self.resumed.joint:
                return
            _append(self.resumed, joint.to_json())
        if self.baseline is None or joint.as_dict() not in self.baseline.index.joint:
            self.show_joint(joint)

    def _count_earlier(self, resumed: ResumeFile) -> None:
        """Count the hosts that a run before this one did: the whole has one exit code, however often it was begun."""
        wrong = 0
        for key, result in resumed.earlier():
            if FOUND in self.codes and self.baseline is None:
                break
            if result is None:
                wrong += 1
            elif self.baseline is None or self.baseline.changed_line(key, result) is not None:
                self.codes.add(self.code(result))
        if wrong:
            have = "1 host of it has" if wrong == 1 else f"{wrong} hosts of it have"
            note_wrong([f"{safe_text(str(resumed.path))}: {have} a line that is wrong."])


def with_changes(outcome: Outcome, changed: HostResult) -> Outcome:
    """The outcome whose text says what changed, too."""
    lines = (f"  {'changed' if place == 0 else '':<10}{text}" for place, text in enumerate(changes_of(changed)))
    return replace(outcome, given=changed, text="\n".join((outcome.text.rstrip("\n"), *lines)) + "\n")


def _append(resumed: ResumeFile, line: str) -> None:
    try:
        resumed.append(line)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise OutputLost(f"{safe_text(str(resumed.path))} cannot be written: {reason}.") from None


@contextmanager
def results_of(
    options: CommandOptions,
    run: Run,
    show: Show,
    show_joint: Callable[[JointFinding], None],
    code: Callable[[HostResult], int],
) -> Iterator[Results]:
    """Open the files that a run goes on with and is compared with; what is wrong with one ends the command.

    `code` is what a host means for the exit code that an earlier run did.
    """
    with ExitStack() as opened:
        results = Results(show, show_joint, code)
        if options.resume is not None:
            resumed = good(open_resume(opened, options.resume, run.journey.context.connection))
            for sentence in resumed.notices:
                notice(f"tlschain: {sentence}")
            results.resumed = resumed
        if options.baseline is not None:
            index = good(open_index(opened, options.baseline))
            results.baseline = Baseline(index, run.journey.context.connection, policy_of(options))
        try:
            yield results
        except (KeyboardInterrupt, Terminated):
            if results.resumed is not None:
                file = safe_text(str(results.resumed.path))
                notice(f"tlschain: What is done is in {file}; the same command goes on with it.")
            raise


def _say_wrong(sentence: str) -> None:
    """Say why a line of the list names no host, while the others run."""
    note_wrong([sentence])


def source_of(
    options: CommandOptions, run: Run, resumed: ResumeFile | None, wrong: Callable[[str], None] = _say_wrong
) -> HostSource:
    """The hosts that are to be worked on; `wrong` hears why a line names none."""
    number, of = (read_shard(options.shard) if options.shard is not None else None) or (1, 1)
    done: Container[Target] = frozenset() if resumed is None else resumed
    return HostSource(run.hosts, wrong, run.listed, run.own, Shard(number, of), done)


def pace_of(options: CommandOptions) -> Pace:
    """How many hosts are worked on at once, and whether they keep their order."""
    return Pace(options.jobs or AT_ONCE, ordered=not options.unordered)


def run_each(options: CommandOptions, run: Run, source: HostSource, work: Work, results: Results) -> None:
    """Do the work with every host of a source, and take its outcome to `results`; show how far that has come."""
    with showing(source.about) as progress:

        def known(outcome: Outcome) -> None:
            tell(outcome)
            progress.total = source.about
            progress.add(outcome.status)
            narration().show(time.monotonic())

        try:
            asyncio.run(ticking(_each(options, run, source, work, known, results.take)))
        except WorkFailure as failed:
            raise SystemExit(fail(failed.failure)) from None
    say_source(options, source, results.resumed)


async def _each(
    options: CommandOptions, run: Run, source: HostSource, work: Work, known: Outcomes, done: Outcomes
) -> None:
    """Do the work in this process, or in several where there is enough of it.

    `known` hears of each outcome at once, `done` takes it in its turn: one slow host holds back what is printed, and
    not what is said of how far the run has come.
    """
    pace = pace_of(options)
    if options.dask is not None:
        await _by_dask(options, run, source, work, known, done)
        return
    count, own = _processes(options, source), work.stage(run)
    if count < 2:
        await each_through(source.states(), _heard(own, known), done, pace)
        return
    from tui_chain.fleet.processes import ProcessWorkers

    workers = ProcessWorkers(work, count)

    async def stage(state: HostState) -> Outcome:
        # a line of the list may name a client's certificate of its own, whose key stays in this process
        return await (own if state.target.connection.has_secrets else workers.stage)(state)

    async with workers.running():
        await each_through(source.states(), _heard(stage, known), done, pace)


async def _by_dask(
    options: CommandOptions, run: Run, source: HostSource, work: Work, known: Outcomes, done: Outcomes
) -> None:
    from tui_chain.fleet.dask_cluster import cluster_workers, read_cluster

    cluster = good(read_cluster(options.dask or ""))
    async with cluster_workers(cluster, work, work.stage(run)) as workers:
        ordered = not options.unordered
        await workers.through(source.states(), source.about, known, done, ordered=ordered, most=options.jobs)


def _heard(stage: Stage, known: Outcomes) -> Stage:
    """The stage, by which `known` hears what became of a host as soon as that is known."""

    async def heard(state: HostState) -> Outcome:
        outcome = await stage(state)
        known(outcome)
        return outcome

    return heard


def _processes(options: CommandOptions, source: HostSource) -> int:
    """How many processes a list is worked on by: one for each `AT_ONCE` hosts at once, as far as there are cores.

    One takes as long to start as a hundred hosts. Hosts of the lab are known to this process alone, and a client's
    private key stays in it.
    """
    about, wanted = source.about or 0, (options.jobs or AT_ONCE) // AT_ONCE
    if wanted < 2 or about < WORTH_PROCESSES or options.demo or options.cert is not None:
        return 1
    from tui_chain.fleet.processes import MOST, cores

    return min(cores(), MOST, wanted)


def tell(outcome: Outcome) -> None:
    """Say what became of a host as soon as it is known, where that is wanted."""
    if narration().has_details:
        result = outcome.result
        detail(f"{result.target}: {result.status}, {result.headline}")


def say_source(options: CommandOptions, source: HostSource, resumed: ResumeFile | None) -> None:
    """Say which hosts were left out, and why; a list without any ends the command."""
    if source.repeats:
        notice(f"tlschain: {source.repeats}")
    if source.left_out and resumed is not None:
        since = safe_text(resumed.oldest[:10])
        hosts = f"{plural(source.left_out, 'host')} of {safe_text(str(resumed.path))}"
        notice(f"tlschain: {hosts} left out, probed from {since} on.")
    if not source.found and not source.wrong_lines:
        raise SystemExit(fail(no_host(options.hosts_file)))
