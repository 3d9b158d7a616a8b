"""`tlschain merge`: the results of several runs as one, and one bundle for all their hosts."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TypeVar

from tui_chain.cli.host_text import host_text, joint_text
from tui_chain.cli.hosts import with_roots_of_kind
from tui_chain.cli.narration import showing
from tui_chain.cli.one_file import STANDARD_OUTPUT, FileForAll, Lines, waiting_lines
from tui_chain.cli.options import CommandOptions, started
from tui_chain.cli.output import FOUND, OK, UNREACHED, emit, fail, note_wrong, notice, worst
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.core.text import plural
from tui_chain.engine.startup import Run
from tui_chain.fleet.merge import MergedHost, Merging, ResultFiles, open_results
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.results.host import host_result
from tui_chain.results.values import HostResult

T = TypeVar("T")


def run_merge(paths: Sequence[Path], options: CommandOptions) -> int:
    """Print every host of the files once, and write one file for all that have a repair, where `-o` says so."""
    with ExitStack() as opened:
        run = opened.enter_context(started(options))
        files = _good(open_results(opened, paths, _standard_input(opened, paths)))
        file = FileForAll(options, run)
        lines = opened.enter_context(waiting_lines(file))
        merged = Merged(options, run, files, file, lines)
        try:
            asyncio.run(merged.all())
        except OSError as error:
            return fail(Failure("file", f"The results cannot be read: {error.strerror}.", "Check their rights."))
        merged.end()
        written = file.deliver() if options.output is not None else None
        lines.written = written if isinstance(written, Path) else None
    return worst([*merged.codes, fail(written)] if isinstance(written, Failure) else merged.codes)


def _good(value: T | Failure) -> T:
    if isinstance(value, Failure):
        raise SystemExit(fail(value))
    return value


def _standard_input(opened: ExitStack, paths: Sequence[Path]) -> IO[bytes] | None:
    """Standard input as a file that can be gone through twice, where it is named."""
    if Path("-") not in paths or sys.stdin is None:
        return None
    copy: IO[bytes] = opened.enter_context(TemporaryFile())  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(sys.stdin.buffer, copy)
    return copy


@dataclass(eq=False)
class Merged:
    """Takes each host of the files in its turn."""

    options: CommandOptions
    run: Run
    files: ResultFiles
    file: FileForAll
    lines: Lines
    codes: set[int] = field(default_factory=set)
    otherwise: int = 0

    async def all(self) -> None:
        """Go through all hosts, and print each."""
        kind = OutputKind(self.options.kind)
        merging = Merging(
            self.files,
            self.run.journey,
            with_roots_of_kind(self.run, kind),
            _for_file(self.options, kind),
            judges_all=not self.options.as_json,
        )
        with showing(len(self.files)) as progress:
            progress.verb = "merged"
            async for host in merging.hosts():
                self._take(host)
                progress.add(host.saved.result.status)
        for joint in merging.roots.joint():
            if self.options.as_json:
                self.lines.put(joint.to_json())
            else:
                self._print(joint_text(joint))

    def _take(self, host: MergedHost) -> None:
        options, now, state = self.options, self.run.journey.clock(), host.state
        wanted = state is not None and Status(host.saved.result.status) in _for_file(
            options, OutputKind(options.kind)
        )
        inside = wanted and state is not None and self.file.take(state)
        result = host.saved.result
        if host.is_new and state is not None:
            accepted = options.accept_lost_constraints
            result = host_result(state, now, None, replace(options, offline=False), accept_lost_constraints=accepted)
        elif state is not None and state.status != result.status:
            self.otherwise += 1
        self.codes.add(_code(result))
        if options.as_json:
            self.lines.put(result.to_json(), inside=inside)
        elif state is not None:
            # what is named in a hint is run with a network
            self._print(host_text(state, now, replace(options, offline=False)))

    def _print(self, text: str) -> None:
        """Print what a person reads; where the bundle goes to standard output, beside it."""
        if self.options.output == STANDARD_OUTPUT:
            notice(text + "\n")
        else:
            emit(text + "\n")

    def end(self) -> None:
        """Say what was wrong in the files, and which hosts are judged otherwise now."""
        note_wrong(self.files.wrong)
        if self.otherwise:
            hosts = plural(self.otherwise, "host")
            store = self.run.journey.trust.name
            notice(
                f"tlschain: {hosts} judged otherwise now, with the trust store {store}, than in the files;"
                " --trust names another."
            )


def _for_file(options: CommandOptions, kind: OutputKind) -> frozenset[Status]:
    """The statuses of hosts that are in the file, or are looked at for it."""
    if options.output is None:
        return frozenset()
    complete = {Status.COMPLETE} if kind in {OutputKind.CLIENT, OutputKind.SERVER} else set[Status]()
    return frozenset(Status) - {Status.UNREACHABLE} - complete


def _code(result: HostResult) -> int:
    """As of fix: what is complete or has a repair is good."""
    if result.status == Status.UNREACHABLE:
        return UNREACHED
    return OK if result.status in {Status.COMPLETE, Status.REPAIRABLE} else FOUND
