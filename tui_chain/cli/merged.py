"""Hosts of several runs as one: each printed once, and one file for all that have a repair."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from tui_chain.cli.forms import FormOutput
from tui_chain.cli.host_text import host_text
from tui_chain.cli.hosts import with_roots_of_kind
from tui_chain.cli.narration import columns, narration, showing
from tui_chain.cli.one_file import FileForAll, Lines, code_of_state, waiting_lines
from tui_chain.cli.options import CommandOptions
from tui_chain.cli.output import FOUND, OK, UNREACHED, emit, fail, note_wrong, notice, worst
from tui_chain.core.failure import Failure
from tui_chain.core.files import reason_of
from tui_chain.core.status import Status
from tui_chain.core.text import plural
from tui_chain.engine.startup import Run
from tui_chain.fleet.merge import MergedHost, Merging, ResultFiles
from tui_chain.fleet.stages import Outcome
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.results.host import host_result
from tui_chain.results.values import HostResult


def print_merged(options: CommandOptions, run: Run, files: ResultFiles, *, beside: bool = False) -> int:
    """Print every host of the files once, and write one file for all, where `-o` says so; return the exit code.

    With `beside` what a person reads goes to standard error, since something else is on standard output.
    """
    file = FileForAll(options, run)
    with waiting_lines(file) as lines:
        output = FormOutput(
            options, run.journey.clock(), _notice_piece if beside else _emit_piece, columns(sys.stdout)
        )
        merged = Merged(options, run, files, file, lines, output)
        try:
            with output.whole():
                asyncio.run(merged.all())
                merged.end()
        except BrokenPipeError:  # whoever read the output has gone
            raise
        except OSError as error:
            return fail(Failure("file", f"The results cannot be read: {reason_of(error)}.", "Check their rights."))
        written = file.deliver() if options.output is not None else None
        lines.written = written if isinstance(written, Path) else None
    code = output.exit_code(merged.codes)
    return worst([code, fail(written)]) if isinstance(written, Failure) else code


def _emit_piece(piece: str) -> None:
    emit(piece.removesuffix("\n"))


def _notice_piece(piece: str) -> None:
    notice(piece.removesuffix("\n"))


@dataclass(eq=False)
class Merged:
    """Takes each host of the files in its turn."""

    options: CommandOptions
    run: Run
    files: ResultFiles
    file: FileForAll
    lines: Lines
    output: FormOutput
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
            judges_all=self.options.form == "text",
        )
        with showing(len(self.files)) as progress:
            progress.verb = "merged"
            async for host in merging.hosts():
                self._take(host)
                progress.add(host.saved.result.status)
                narration().show(time.monotonic())
        for joint in merging.roots.joint():
            if self.options.as_json:
                self.lines.put(joint.to_json())
            else:
                self.output.show_joint(joint)

    def _take(self, host: MergedHost) -> None:
        wanted = Status(host.saved.result.status) in _for_file(self.options, OutputKind(self.options.kind))
        inside = wanted and host.state is not None and self.file.take(host.state)
        result = self._result(host)
        # its line may promise more than is proven again
        now = OK if host.state is None else code_of_state(host.state, repaired=inside)
        code = worst((self._code(result), now))
        self.codes.add(code)
        if self.options.as_json:
            self.lines.put(result.to_json(), inside=inside)
        else:
            self.output.show(Outcome(host.saved.host.target, result, code, result.status, self._text(host)))

    def _result(self, host: MergedHost) -> HostResult:
        """What is said of a host: its line as it was, or another where it is repaired only now."""
        options, state, old = self.options, host.state, host.saved.result
        if state is None or not host.is_new:
            self.otherwise += state is not None and state.status != old.status
            return old
        now, accepted = self.run.journey.clock(), options.accept_lost_constraints
        new = host_result(state, now, None, replace(options, offline=False), accept_lost_constraints=accepted)
        # how it was reached, and what was asked for beyond its chain, is known from its line alone
        more = {**old.more, **new.more}
        return replace(new, address=old.address, proxy=old.proxy, connection=old.connection, more=more)

    def _code(self, result: HostResult) -> int:
        if result.status == Status.UNREACHABLE:
            return UNREACHED
        return FOUND if self.output.policy.reasons_beside_repair(result, self.run.journey.clock()) else OK

    def _text(self, host: MergedHost) -> str:
        if self.options.form != "text" or host.state is None:
            return ""
        # what is named in a hint is run with a network
        return host_text(host.state, self.run.journey.clock(), replace(self.options, offline=False)) + "\n"

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
