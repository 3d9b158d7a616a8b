"""A text in the user's own pager or editor, while the screen is suspended."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from textual.app import App, SuspendNotSupported

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text

PAGERS = ("less", "more")
"""What shows a text where PAGER names nothing."""


def pager_command(environment: Mapping[str, str]) -> list[str] | Failure:
    """The words of the command that PAGER names, else less or more."""
    named = environment.get("PAGER", "").strip()
    if named:
        return _words("PAGER", named)
    found = next((name for name in PAGERS if shutil.which(name)), None)
    return [found] if found is not None else Failure("no-program", "There is no pager here; PAGER can name one.")


def editor_command(environment: Mapping[str, str]) -> list[str] | Failure:
    """The words of the command that VISUAL or else EDITOR names."""
    for name in ("VISUAL", "EDITOR"):
        if environment.get(name, "").strip():
            return _words(name, environment[name])
    return Failure("no-program", "Neither VISUAL nor EDITOR names an editor.")


def _words(name: str, command: str) -> list[str] | Failure:
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words or shutil.which(words[0]) is None:
        return Failure("no-program", f"{name} names no program that is here: {safe_text(command, 80)}.")
    return words


async def open_text(app: App[None], text: str, command: list[str]) -> Failure | None:
    """Give the terminal to a command, its last argument a file with the text, and take it back when it ends.

    The file is the user's alone and is removed then. What goes on in the background meanwhile is painted after that.
    """
    path = _file_of(text)
    if isinstance(path, Failure):
        return path
    try:
        with app.batch_update(), _interrupts_left_to_the_command(), app.suspend():
            failed = await _run([*command, str(path)])
            _remove(path)  # nothing may fail in here: the screen would stay suspended
            return failed
    except SuspendNotSupported:
        return Failure("no-terminal", "There is no terminal here for another program; y copies the text.")
    finally:
        _remove(path)


async def _run(words: list[str]) -> Failure | None:
    try:
        process = await asyncio.create_subprocess_exec(*words)
    except OSError as error:
        return Failure("no-program", f"{safe_text(words[0], 80)} cannot be run: {safe_text(str(error.strerror))}.")
    try:
        await process.wait()
    finally:
        if process.returncode is None:  # the screen is at its end
            process.terminate()
    return None


def _file_of(text: str) -> Path | Failure:
    """Write a file with the text that nobody else may read."""
    try:
        descriptor, name = tempfile.mkstemp(prefix="tlschain-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text if text.endswith("\n") else f"{text}\n")
    except OSError as error:
        return Failure("file", f"No file could be made for the text: {safe_text(str(error.strerror))}.")
    return Path(name)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


@contextmanager
def _interrupts_left_to_the_command() -> Iterator[None]:
    """Let ctrl+c, which the terminal sends to all that run in it, end nothing of ours; a command gets the usual."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
