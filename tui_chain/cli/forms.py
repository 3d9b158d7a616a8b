"""Results in the form that was chosen: text for people, or one that programs read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import click

from tui_chain.cli.host_text import host_line, joint_line, joint_text
from tui_chain.cli.options import CommandOptions
from tui_chain.cli.output import FOUND, OK, UNREACHED, is_wrong, note_wrong, worst
from tui_chain.cli.plugin import FORM, STATUS_SAID
from tui_chain.core.status import Severity
from tui_chain.fleet.formats.registry import result_writer
from tui_chain.fleet.formats.writer import ResultWriter, changes_of
from tui_chain.fleet.policy import Level, Policy
from tui_chain.fleet.stages import Outcome
from tui_chain.results.joint import JointFinding
from tui_chain.results.values import HostResult

EXIT_CODES: Mapping[Level, int] = {Level.OK: OK, Level.WARNING: OK, Level.CRITICAL: FOUND, Level.UNKNOWN: UNREACHED}
PEOPLE = frozenset({"text", "short"})
"""The forms that people read."""
STREAMED = PEOPLE | {"json", "csv"}
"""The forms in which each host is whole by itself."""
OF_A_WHOLE_RUN = frozenset({"nagios", "prometheus"})
"""The forms that say something wrong where a run was cut short."""


def policy_of(options: CommandOptions) -> Policy:
    """The policy that the options of a command make."""
    return Policy(Severity(options.fail_on), options.warn_days, options.critical_days)


@dataclass(eq=False)
class FormOutput:
    """Writes outcomes in the form of the options; `write` gets pieces that end in a line feed, `now` is aware.

    `width` is how many cells a line may have that is read at a glance, None where there is no limit.
    """

    options: CommandOptions
    now: datetime
    write: Callable[[str], None]
    width: int | None = None
    policy: Policy = field(init=False)
    writer: ResultWriter | None = field(init=False)
    wrong_lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.policy = policy_of(self.options)
        form = self.options.form
        self.writer = None if form in PEOPLE else result_writer(form, self.policy, self.now)

    def put(self, pieces: Iterable[str]) -> None:
        """Write the pieces of a writer."""
        for piece in pieces:
            self.write(piece)

    def show(self, done: Outcome) -> None:
        """Write what can be written of a host at once."""
        if self.options.form == "short":
            self.put(f"{line}\n" for line in self._short(done.result))
        elif self.writer is None:
            self.write(done.text + "\n")
        elif self.options.form == "json":
            self.write(done.line + "\n")
        else:
            self.put(self.writer.add(done.result))

    def _short(self, result: HostResult) -> Iterator[str]:
        yield host_line(result, self.policy, self.now, self.width)
        yield from (f"  {change}" for change in changes_of(result))

    def show_joint(self, joint: JointFinding) -> None:
        """Write what several hosts have in common."""
        if self.options.form == "short":
            self.write(joint_line(joint, self.width) + "\n")
        elif self.writer is None:
            self.write(joint_text(joint) + "\n\n")
        else:
            self.put(self.writer.joint(joint))

    def say_wrong(self, sentence: str) -> None:
        """Say why a line of the list names no host, while the others run; a plugin has it in its output too."""
        note_wrong([sentence])
        self.wrong_lines.append(sentence)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Write what stands before the first host and behind the last; cut short, a form that can be is whole too."""
        if self.writer is not None:
            self.put(self.writer.begin())
        try:
            yield
        except BaseException:
            if self.writer is not None and self.options.form not in OF_A_WHOLE_RUN:
                self.put(self.writer.end())
            raise
        if self.options.form == FORM:
            self._end_plugin()
        if self.writer is not None:
            self.put(self.writer.end())

    def _end_plugin(self) -> None:
        """Refuse what is wrong on the command line; of a list the other hosts are known."""
        if is_wrong(click.get_current_context()) and not self.wrong_lines:
            raise click.UsageError("Not every TARGET is a host; standard error says which.")
        from tui_chain.fleet.formats.nagios import NagiosWriter

        if isinstance(self.writer, NagiosWriter):
            for sentence in self.wrong_lines:
                self.writer.add_wrong(sentence)
        click.get_current_context().meta[STATUS_SAID] = True

    def exit_code(self, codes: Iterable[int]) -> int:
        """The exit code of a command whose hosts have these, that of a plugin where its form was chosen."""
        if self.options.form == FORM:
            from tui_chain.fleet.formats.nagios import CODES, NagiosWriter

            if isinstance(self.writer, NagiosWriter):
                return CODES[self.writer.level]
        return worst(codes)
