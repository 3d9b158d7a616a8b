"""The one file that is made for all hosts of a run, and the JSON lines that name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from tui_chain.cli.files import Consent, print_text, put
from tui_chain.cli.hosts import loss_refused, repairs_of
from tui_chain.cli.options import CommandOptions
from tui_chain.cli.output import FOUND, OK, UNREACHED, emit, note, notice
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.core.status import Status
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.probe.served import ServedChain
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.repair import Repair
from tui_chain.results.values import HostResult
from tui_chain.x509.crl import CrlScope

if TYPE_CHECKING:
    from tui_chain.x509.crl import CrlSet

STANDARD_OUTPUT = Path("-")
"""What `-o` is given for standard output."""
MAX_NAMES = 10
"""Hosts without a repair that are named."""
_INSIDE, _OUTSIDE = "+", "-"
"""How a line that waits begins: of a host that is in the file, or not."""


@dataclass(eq=False)
class FileForAll:
    """Gathers the repairs of hosts, and writes one file for all of them."""

    options: CommandOptions
    run: Run
    repairs: list[tuple[ServedChain, Repair]] = field(default_factory=list)
    crls: list[CrlSet] = field(default_factory=list)
    needing: int = 0
    without: list[str] = field(default_factory=list)

    def take(self, state: HostState) -> bool:
        """Take in one more host; return whether the file will be for it."""
        options, journey = self.options, self.run.journey
        if options.crl is not None and state.lists is None:
            return False
        made = repairs_of([state], OutputKind(options.kind), journey.clock(), journey.trust)
        self.repairs += made
        if state.lists is not None:
            self.crls.append(state.lists)
        if state.proven is not None or state.status is not Status.COMPLETE:
            self.needing += 1
            self.without += [] if made else [str(state.target)]
        return bool(made)

    @property
    def is_named(self) -> bool:
        """Whether it goes to a file, and not to standard output."""
        return self.options.output is not None and self.options.output != STANDARD_OUTPUT

    def deliver(self) -> Path | Failure | None:
        """Write it, or print it where none is named; None where there is nothing to write."""
        options, crls, journey = self.options, _joined_crls(self.crls), self.run.journey
        if not self.repairs:
            if self.is_named and not options.as_json:
                notice(f"tlschain: There is nothing to write; {_left(options.output)}.")
            return None
        refused = loss_refused(options, self.repairs)
        if refused is not None:
            return refused
        output = make_output(OutputKind(options.kind), self.repairs, journey.trust, at=journey.clock(), crls=crls)
        if isinstance(output, Failure):
            return output
        if options.output is not None and self.is_named:
            written = _write(options.output, output, options, self._left_out())
            if crls is not None and isinstance(written, Path) and not options.as_json:
                note(_check_snippet(written, crls.scope, options))
            return written
        if not output.is_text:
            return Failure("usage", f"{output.kind} is no text to print.", "Name a file with -o.")
        if not options.as_json:
            print_text(output.data)
        return None

    def _left_out(self) -> str:
        """For how many hosts a file is, and for which not, where some that need it have no repair; else nothing."""
        without = self.without
        if not without:
            return ""
        more = f" and {len(without) - MAX_NAMES} more" if len(without) > MAX_NAMES else ""
        names = f"{', '.join(without[:MAX_NAMES])}{more}"
        return f" for {self.needing - len(without)} of {plural(self.needing, 'host')} that need it; not for {names}"


@dataclass(eq=False)
class Lines:
    """JSON lines; where a file is written in the end they wait for it, since those of its hosts name it."""

    waiting: IO[str] | None
    written: Path | None = None

    def put(self, line: str, *, inside: bool = False) -> None:
        """Print a line, or have it wait; `inside` says whether it is of a host that the file is for."""
        if self.waiting is None:
            emit(line)
        else:
            self.waiting.write(f"{_INSIDE if inside else _OUTSIDE}{line}\n")

    def print_waiting(self) -> None:
        """Print the lines that waited."""
        if self.waiting is None:
            return
        self.waiting.seek(0)
        for line in self.waiting:
            mark, given = line[:1], line[1:].rstrip("\n")
            emit(given if self.written is None or mark == _OUTSIDE else _naming(given, self.written))


def _naming(line: str, written: Path) -> str:
    from tui_chain.results.host import in_file

    return in_file(HostResult.from_json(line), written).to_json()


@contextmanager
def waiting_lines(file: FileForAll) -> Iterator[Lines]:
    """Lines that are all printed in the end, also where that is Ctrl-C: then none names a file."""
    if not (file.options.as_json and file.is_named):
        yield Lines(None)
        return
    with _place_to_wait() as waiting:
        lines = Lines(waiting)
        try:
            yield lines
        finally:
            lines.print_waiting()


def _place_to_wait() -> IO[str]:
    """A file without a name; memory where there is nothing to write to, as in a container."""
    try:
        return TemporaryFile("w+", encoding="ascii", newline="\n")
    except OSError:
        return StringIO(newline="\n")


def _joined_crls(found: Sequence[CrlSet]) -> CrlSet | None:
    """The CRLs of all hosts as one, or None where there are none."""
    if not found:
        return None
    from tui_chain.x509.crl import joined  # every `fix` comes here, few have CRLs

    return joined(list(found))


def _write(path: Path, output: Output, options: CommandOptions, some: str = "") -> Path | Failure:
    from tui_chain.repair.difference import summary
    from tui_chain.repair.write import numbered

    consent = Consent(options.replace or options.merge, options.backup)
    data = _merged(path, output, options) if options.merge else output.data
    if isinstance(data, Failure):
        return data
    written = put(path, data, summary(None, data) + some, consent)
    for number, more in enumerate(output.more, start=2):
        if isinstance(written, Failure):
            break
        another = put(numbered(path, number), more, "the next certificate", consent)
        written = another if isinstance(another, Failure) else written
    return written


def _merged(path: Path, output: Output, options: CommandOptions) -> bytes | Failure:
    """The file that stands there, with what it lacks."""
    from tui_chain.repair.merge import merge_proven

    if not path.exists():
        return output.data
    old = read_file(path, "old file")
    merged = old if isinstance(old, Failure) else merge_proven(old, output)
    return replace(merged, hint=options.completed_for(merged.hint, path)) if isinstance(merged, Failure) else merged


def _check_snippet(path: Path, scope: CrlScope, options: CommandOptions) -> str:
    """How a client is made to check the CRLs of a file that was written."""
    file = safe_text(repr(str(path)), 400)
    return "\n".join(
        [
            "In Python this file is checked with:",
            f"  context = ssl.create_default_context(cafile={file})",
            f"  {scope.python}",
            "For other clients, and to get new CRLs:",
            f"  {options.command('advise', '--bundle', path.absolute())}",
            f"  {options.command('refresh', '--write', path.absolute())}",
        ]
    )


def code_of_saved(result: HostResult) -> int:
    """What a host that was repaired earlier means for the exit code."""
    if result.status == Status.UNREACHABLE:
        return UNREACHED
    return OK if result.status in {Status.COMPLETE, Status.REPAIRABLE} else FOUND


def code_of_state(state: HostState, *, repaired: bool) -> int:
    """What a host means for the exit code as it is judged now; `repaired` says that it is in the file for all."""
    if state.status is Status.UNREACHABLE:
        return UNREACHED
    if isinstance(state.crls, Failure):
        return FOUND
    good = state.proven is not None or state.status is Status.COMPLETE
    return OK if good or repaired else FOUND


def _left(path: Path | None) -> str:
    """What becomes of a file for which there is nothing."""
    shown = safe_text(str(path))
    return f"{shown} was left as it is" if path is not None and path.exists() else f"{shown} was not made"
