"""What is said beside the results: how much of it, a line of progress on a terminal, and a log of it in a file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TextIO

import click

from tui_chain.core.failure import Failure
from tui_chain.core.files import reason_of
from tui_chain.core.text import safe_text
from tui_chain.fleet.progress import Progress

_KEPT = f"{__name__}.narration"
"""Where the context of a command keeps its narration."""
_EVERY = 0.1
"""Seconds between two pictures of the progress."""
_TICK = 0.5
"""Seconds between two pictures of the progress while no host is done."""
_ERASE = "\r\x1b[K"


@dataclass(eq=False)
class Narration:
    """How much is said: `quiet` leaves notices out, `verbose` adds each step; all of it goes to `log` too."""

    quiet: bool = False
    verbose: bool = False
    log: IO[str] | None = None
    progress: Progress | None = None
    _painted: bool = False
    _last: float = 0.0
    _failed: list[OSError] = field(default_factory=list)

    @property
    def has_details(self) -> bool:
        """Whether somebody hears of each step."""
        return self.verbose or self.log is not None

    def record(self, text: str) -> None:
        """Append to the log, a line with the time in UTC for each line of the text; a full disk ends no run."""
        if self.log is None or self._failed:
            return
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3]
        try:
            for line in click.unstyle(text).splitlines():
                self.log.write(f"{now}Z {safe_text(line, 2000)}\n")
            self.log.flush()
        except OSError as error:
            self._failed.append(error)
            click.echo(f"tlschain: The log cannot be written any more: {reason_of(error)}.", err=True)

    def show(self, now: float) -> None:
        """Paint the progress, if it is long enough that it was painted last."""
        if self.progress is not None and now - self._last >= _EVERY:
            line = self.progress.line(now, (columns(sys.stderr) or 80) - 1, ascii_only=not _has_glyphs(sys.stderr))
            click.echo(f"{_ERASE}{line}", err=True, nl=False, color=True)
            self._painted, self._last = True, now

    def clear(self) -> None:
        """Take the progress off the terminal."""
        if self._painted:
            click.echo(_ERASE, err=True, nl=False, color=True)
            self._painted = False

    def say_summary(self, progress: Progress, *, on_terminal: bool) -> None:
        """Say at the end what was counted, for people; the log has it anyway."""
        text = progress.summary(time.monotonic(), ascii_only=not _has_glyphs(sys.stderr))
        if on_terminal:
            click.echo(text, err=True)
        self.record(text)

    @contextmanager
    def aside(self, stream: IO[str] | None) -> Iterator[None]:
        """Let something be printed in place of the progress, which comes below it, where both are on a terminal."""
        painted = self._painted and _is_terminal(stream)
        if painted:
            self.clear()
        yield
        if painted:
            self._last = 0.0
            self.show(time.monotonic())


def narration() -> Narration:
    """How much the command that runs says; outside of one, as usual."""
    context = click.get_current_context(silent=True)
    return Narration() if context is None else context.meta.get(_KEPT) or Narration()


@contextmanager
def narrating(*, quiet: bool, verbose: bool, log: Path | None) -> Iterator[Failure | None]:
    """Say as much for the rest of the command; the failure is of a log that cannot be opened."""
    context = click.get_current_context(silent=True)
    if log is not None and not _is_log(log):
        shown = safe_text(str(log))
        yield Failure("file", f"{shown} is no log of ours; nothing was added to it.", "Name a new file with --log.")
        return
    try:
        file = log.open("a", encoding="utf-8") if log is not None else None
    except (OSError, ValueError) as error:
        shown = safe_text(str(log))
        yield Failure("file", f"The log {shown} cannot be written: {reason_of(error)}.", "Check its path and rights.")
        return
    kept = Narration(quiet, verbose, file)
    if context is not None:
        context.meta[_KEPT] = kept
    try:
        yield None
    finally:
        kept.clear()
        if file is not None:
            with suppress(OSError):  # what could not be written is tried again, and was said already
                file.close()


def _is_log(path: Path) -> bool:
    """Whether a file is empty, is not there, or begins with a time, as every line of a log does."""
    try:
        if not path.is_file():
            return True
        with path.open("rb") as file:
            start = file.read(5)
    except (OSError, ValueError):  # opening it to write says why
        return True
    return not start or (start[:4].isdigit() and start[4:] == b"-")


@contextmanager
def showing(total: int | None) -> Iterator[Progress]:
    """Count hosts, and show that on standard error while it is a terminal and there is more than one.

    At the end, or where it is interrupted, the counts stay there in a line.
    """
    said, progress = narration(), Progress(time.monotonic(), total)
    on_terminal = not said.quiet and _is_terminal(sys.stderr)
    if total != 1 and on_terminal and not said.verbose:
        said.progress = progress
    try:
        yield progress
    finally:
        said.clear()
        said.progress = None
        if progress.done > 1:
            said.say_summary(progress, on_terminal=on_terminal)


async def ticking(work: Awaitable[None]) -> None:
    """Do the work, and show how far it has come while nothing is done."""
    import asyncio  # help does without

    ticker = asyncio.create_task(_tick())
    try:
        await work
    finally:
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker


async def _tick() -> None:
    import asyncio

    while True:
        narration().show(time.monotonic())
        await asyncio.sleep(_TICK)


def _is_terminal(stream: IO[str] | None) -> bool:
    try:
        return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:  # it is closed
        return False


def columns(stream: IO[str] | None) -> int | None:
    """How wide the terminal is that a stream goes to, None where to none; shutil knows standard output alone."""
    try:
        return None if stream is None else os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):  # it is no terminal, or closed
        return None


def _has_glyphs(stream: TextIO) -> bool:
    try:
        "━╌·".encode(stream.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
