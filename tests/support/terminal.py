"""A program in a pseudo-terminal: keys go in, and what it paints is kept as the lines that a person would see."""

from __future__ import annotations

import codecs
import os
import re
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len, get_character_cell_size

from tests.support.posix import cpu_seconds, open_terminal

SECONDS = 60.0
IDLE = 0.01
"""CPU seconds that are no work, as of a cursor that blinks."""
ESCAPE = "\x1b[27u"
"""The escape key as the kitty keyboard protocol sends it: what follows at once is no part of it."""
KEYS: Mapping[str, str] = {
    "escape": ESCAPE,
    "question_mark": "?",
    "slash": "/",
    "asterisk": "*",
    "space": " ",
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
}
"""What a terminal sends for keys that have names."""
_SEQUENCE = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\|\x1b[^\[\]P_^X]|(?P<control>[\x00-\x1a\x1c-\x1f])"
)
"""Control sequences and strings of ECMA-48, and control characters."""
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]P_^X][^\x07\x1b]*\x1b?)?\Z")
"""A sequence whose end has not come yet."""


def sent_by(key: str) -> str:
    """What a terminal sends for a key as Textual names it."""
    if key.startswith("ctrl+"):
        return chr(ord(key[-1].upper()) - 64)
    return KEYS.get(key, key)


class Painted:
    """What is on a terminal: the subset of control sequences by which full-screen programs place text."""

    def __init__(self, rows: int, columns: int) -> None:
        self._columns = columns
        self._cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    @property
    def lines(self) -> list[str]:
        """The lines, as wide as the terminal."""
        return ["".join(row) for row in self._cells]

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    def feed(self, data: bytes) -> None:
        """Take what a program has written; the end of a sequence may come later."""
        text = self._rest + self._decoder.decode(data)
        begun = _BEGUN.search(text)
        text, self._rest = (text[: begun.start()], begun[0]) if begun else (text, "")
        place = 0
        for match in _SEQUENCE.finditer(text):
            self._write(text[place : match.start()])
            place = match.end()
            if match["final"]:
                self._obey(match["parameters"], match["final"])
            elif match["control"]:
                self._control(match["control"])
        self._write(text[place:])

    def _write(self, text: str) -> None:
        if not text:
            return
        cells = list(text)
        if cell_len(text) != len(text):
            cells = [cell for character in text for cell in _cells_of(character)]
        row = self._cells[self._row]
        row[self._column : self._column + len(cells)] = cells
        del row[self._columns :]
        self._column = min(self._column + len(cells), self._columns)

    def _control(self, character: str) -> None:
        if character == "\r":
            self._column = 0
        elif character == "\n":
            self._row = min(self._row + 1, len(self._cells) - 1)
            self._column = 0
        elif character == "\b":
            self._column = max(self._column - 1, 0)

    def _obey(self, parameters: str, final: str) -> None:
        if final in "Hf":
            row, _, column = parameters.partition(";")
            self._row = min(max(int(row or 1) - 1, 0), len(self._cells) - 1)
            self._column = min(max(int(column or 1) - 1, 0), self._columns - 1)
        elif final == "J" and parameters in {"2", "3"}:
            self._cells = [[" "] * self._columns for _ in self._cells]


def _cells_of(character: str) -> tuple[str, ...]:
    """The cells that a character takes: one of two cells leaves the second empty."""
    size = get_character_cell_size(character)
    return (character, "") if size == 2 else (character,) * size


@dataclass
class Program:
    """A program that runs in a terminal; `output` is all that it has painted, `screen` what that looks like."""

    process: subprocess.Popen[bytes]
    main: int
    screen: Painted
    output: bytearray

    @property
    def text(self) -> str:
        """What is on the screen."""
        return self.screen.text

    @property
    def alive(self) -> bool:
        """Whether the program runs."""
        return self.process.poll() is None

    def send(self, *keys: str) -> None:
        """Press keys, as Textual names them, all at once."""
        os.write(self.main, "".join(sent_by(key) for key in keys).encode())

    def wait(self, seconds: float) -> bool:
        """Wait for output; return whether there is some, within so many seconds."""
        return bool(select.select([self.main], [], [], seconds)[0])

    def take(self, seconds: float) -> bool:
        """Take what is painted next; return whether something was, within so many seconds."""
        if not self.wait(seconds):
            return False
        data = b""
        with suppress(OSError):
            data = os.read(self.main, 1 << 20)
        self.output += data
        self.screen.feed(data)
        return bool(data)

    def until(self, condition: Callable[[], bool], what: str = "", seconds: float = SECONDS) -> None:
        """Take what is painted until something holds; fail after so many seconds, or when the program ends."""
        deadline = time.monotonic() + seconds
        while not condition():
            ended = not self.alive
            took = self.take(0.05)
            if (ended and not took and not condition()) or time.monotonic() > deadline:
                state = f"ended with {self.process.returncode}" if ended else "runs"
                raise AssertionError(f"in vain {what}; the program {state}\n{self.text}")

    def shows(self, text: str, seconds: float = SECONDS) -> None:
        """Wait until a text is on the screen."""
        self.until(lambda: text in self.text, f"for “{text}”", seconds)

    def rests(self, quiet: float = 0.1, seconds: float = SECONDS) -> float:
        """Wait until for so long nothing is painted and the program does nothing; one that never rests is left so.

        Returns the CPU seconds that the program had taken when it painted last.
        """
        deadline = time.monotonic() + seconds
        painted = before = cpu_seconds(self.process.pid)
        while time.monotonic() < deadline and self.alive:
            if self.wait(quiet):
                painted = cpu_seconds(self.process.pid)
                self.take(0)
                continue
            now = cpu_seconds(self.process.pid)
            if now - before < IDLE:
                break
            before = now
        return painted

    def end(self, seconds: float = SECONDS) -> int:
        """Take what is painted until the program has ended, and return its exit code."""
        self.until(lambda: not self.alive, "for the end", seconds)
        while self.take(0):
            pass
        return self.process.returncode


def without_size(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without the size of another terminal, which programs take before that of their own."""
    return {name: value for name, value in environment.items() if name not in {"COLUMNS", "LINES"}}


@contextmanager
def in_terminal(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    rows: int = 24,
    columns: int = 80,
    folder: Path | None = None,
) -> Iterator[Program]:
    """Run a program in a terminal of so many cells; it is killed at the end if it still runs."""
    main, worker = open_terminal(rows=rows, columns=columns)
    settings = {"TERM": "xterm-256color", "PAGER": "true", "EDITOR": "true", "VISUAL": "true"}
    process = subprocess.Popen(
        command,
        stdin=worker,
        stdout=worker,
        stderr=worker,
        cwd=folder,
        env=without_size(environment) | settings,
        start_new_session=True,
    )
    os.close(worker)
    try:
        yield Program(process, main, Painted(rows, columns), bytearray())
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(main)
