"""Writing a finished file: to standard output, to a new file, over an old one, or into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui_chain.cli.output import emit, fail, note
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text

if TYPE_CHECKING:
    from tui_chain.repair.difference import CertificateDifference
    from tui_chain.repair.write import WritePlan

MAX_LINES = 200
"""Lines of a difference that are shown; a whole trust store has thousands."""


@dataclass(frozen=True)
class Consent:
    """What the user agreed to for an existing file: to replace it, and to keep the old one beside it."""

    replace: bool = False
    backup: bool = False


def put(path: Path, data: bytes, summary: str, consent: Consent) -> Path | Failure:
    """Write `data` to `path` and print a line with its `summary`; a change of an existing file is shown first."""
    from tui_chain.repair.write import plan_write, write

    plan = plan_write(path, data)
    if isinstance(plan, Failure):
        return plan
    if plan.old is not None and not plan.unchanged:
        _show_difference(plan)
        if not consent.replace:
            shown = safe_text(str(path))
            return Failure(
                "exists", f"{shown} exists and differs; it was left as it is.", "Add --replace to replace it."
            )
    result = write(plan, replace=consent.replace, backup=consent.backup)
    if not isinstance(result, Failure):
        done = "unchanged" if plan.unchanged else "wrote"
        size = len(plan.old if plan.unchanged and plan.old is not None else plan.data)
        note(f"{done} {safe_text(str(result))}: {summary}, {size} bytes")
    return result


@contextmanager
def results_to(path: Path | None, *, replace: bool) -> Iterator[Callable[[str], None]]:
    """Give what prints pieces of text that end with a line feed, or adds them to the file of `-o`.

    The file stands there, whole, when the block ends well; what keeps it from being written ends the command. An
    existing file needs `replace`: the word stands in the line of a cron job, and means every run of it. The old file
    is not shown, since results differ from run to run.
    """
    if path is None or str(path) == "-":
        yield lambda piece: emit(piece.removesuffix("\n"))
        return
    from tui_chain.repair.write import plan_stream, streamed

    plan = plan_stream(path, replace=replace)
    if isinstance(plan, Failure):
        raise SystemExit(fail(plan))
    try:
        with streamed(plan) as add:
            yield lambda piece: add(click.unstyle(piece).encode())
    except OSError as error:
        why = safe_text((error.strerror or type(error).__name__).lower(), 120)
        failure = Failure("file", f"{safe_text(str(path))} cannot be written: {why}.", "Name another file.")
        raise SystemExit(fail(failure)) from None


def _show_difference(plan: WritePlan) -> None:
    """Show what would change: the certificates, then the lines of a text."""
    certificates = plan.certificates()
    note(f"  {certificates.summary}")
    _show(_changed(certificates))
    if plan.is_text:
        _show(plan.difference())


def _changed(difference: CertificateDifference) -> tuple[str, ...]:
    return tuple(line for line in difference.lines() if not line.startswith(" "))


def _show(lines: tuple[str, ...]) -> None:
    colours = {"+": "green", "-": "red"}
    for line in lines[:MAX_LINES]:
        note(click.style(f"  {line}", fg=colours.get(line[:1])))
    if len(lines) > MAX_LINES:
        note(f"  and {len(lines) - MAX_LINES} lines more")


def print_text(data: bytes) -> None:
    """Print a file that is text."""
    emit(data.decode("ascii").rstrip("\n"))
