"""One input read: what came of it, the work it took, and whether a property was broken."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import tui_chain
from tests.fuzz.output import unsafe_texts
from tests.fuzz.reader import Reader

PRODUCT = str(Path(tui_chain.__file__).parent)
FAR = 20.0
"""Seconds of processor time after which an input is given up: some hundred times of what any takes."""


class TooMuchWork(BaseException):
    """More lines ran than the reader may take for its input; no reader can catch it."""


class Endless(BaseException):
    """It took so much processor time that it may never end."""


@dataclass(frozen=True)
class Broken:
    """A property that an input broke: what, in a line, and where it came from for telling faults apart."""

    what: str
    where: str


class LineCount:
    """Counts the lines of the product that run, and remembers each with the line that ran before it.

    More than `most` raise TooMuchWork. `paths` are all pairs of lines that ever ran one after the other. `product` is
    the folder whose lines count.
    """

    def __init__(self, product: str = PRODUCT) -> None:
        self._product = product
        self.paths: set[int] = set()
        self.count = 0
        self._most = 0
        self._last = 0
        self._numbers: dict[CodeType, int] = {}

    @contextmanager
    def counting(self, most: int) -> Iterator[None]:
        """Count anew while the block runs."""
        before = sys.gettrace()
        self.count, self._most, self._last = 0, most, 0
        sys.settrace(self._call)
        try:
            yield
        finally:
            sys.settrace(before)

    def _call(self, frame: FrameType, _event: str, _arg: object) -> Any:
        number = self._numbers.get(frame.f_code)
        if number is None:
            inside = frame.f_code.co_filename.startswith(self._product)
            number = self._numbers[frame.f_code] = len(self._numbers) + 1 if inside else 0
        return self._line if number else None

    def _line(self, frame: FrameType, event: str, _arg: object) -> Any:
        if event == "line":
            self.count += 1
            if self.count > self._most:
                raise TooMuchWork
            here = self._numbers[frame.f_code] << 16 | frame.f_lineno
            self.paths.add(self._last << 40 | here)
            self._last = here
        return self._line


@contextmanager
def far_deadline() -> Iterator[None]:
    """Raise Endless in the block once it has taken too much processor time; Windows has no such clock."""
    if sys.platform == "win32":
        yield
    else:
        before = signal.signal(signal.SIGVTALRM, _give_up)
        signal.setitimer(signal.ITIMER_VIRTUAL, FAR)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise Endless


def trial(reader: Reader, data: bytes, lines: LineCount | None = None) -> Broken | None:
    """Read an input, and return what it broke or None; with `lines` its work is counted and bounded too."""
    try:
        with far_deadline():
            if lines is None:
                result = reader.read(data)
            else:
                with lines.counting(reader.lines(data)):
                    result = reader.read(data)
            unsafe = unsafe_texts(result)
    except reader.allowed as refusal:
        unsafe = unsafe_texts(str(refusal))
    except TooMuchWork:
        return Broken(f"more than {reader.lines(data):,} lines ran for {len(data):,} bytes", "work")
    except Endless:
        return Broken(f"it takes more than {FAR:g} s of processor time", "time")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, a reader must not raise it
        return Broken(f"{type(error).__name__}: {error}"[:2000], _place(error))
    return Broken(f"unsafe text: {unsafe[0]}", unsafe[0].partition(" is ")[0]) if unsafe else None


def _place(error: BaseException) -> str:
    """The kind of an error and the last lines that led to it: what makes it the same as another."""
    frames = traceback.extract_tb(error.__traceback__)[-2:]
    lines = (f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return " ".join((type(error).__name__, *lines))
