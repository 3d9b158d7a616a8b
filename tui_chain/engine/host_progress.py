"""How a list of hosts stands: how many of each status, and how far a run over them has come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tui_chain.core.status import Status

_INDEX: Mapping[Status | None, int] = {None: 0, **{status: number for number, status in enumerate(Status, start=1)}}
_SEPARATORS = (" · ", "  ", " ")


@dataclass(frozen=True)
class StatusCounts:
    """How many hosts have each status; None counts those that were not probed yet. Every change is O(1)."""

    numbers: tuple[int, ...] = (0,) * len(_INDEX)

    @property
    def total(self) -> int:
        """All hosts."""
        return sum(self.numbers)

    def of(self, status: Status | None) -> int:
        """How many hosts have this status."""
        return self.numbers[_INDEX[status]]

    def added(self, status: Status | None, count: int = 1) -> StatusCounts:
        """The counts with `count` hosts more of a status, or fewer where it is negative."""
        numbers = list(self.numbers)
        numbers[_INDEX[status]] += count
        return StatusCounts(tuple(numbers))

    def by_look(self, looks: Mapping[Status | None, str]) -> tuple[tuple[str, int], ...]:
        """How many hosts look alike, without those that are none, in the order of `looks`."""
        counts = dict.fromkeys(looks.values(), 0)
        for status, look in looks.items():
            counts[look] += self.of(status)
        return tuple((look, count) for look, count in counts.items() if count)

    def text(self, glyphs: Mapping[Status | None, str], width: int = 60) -> str:
        """Return `214 · 196 ✓ · 3 ◐ · 12 ✗`, all hosts first; nearer together where `width` cells are too few.

        `glyphs` are of one cell; a status without one is counted among all hosts alone. A glyph `·`, which separates
        too, is for no status here.
        """
        parts = [str(self.total), *(f"{count} {glyph}" for glyph, count in self.by_look(glyphs))]
        texts = [separator.join(parts) for separator in _SEPARATORS]
        return next((text for text in texts if len(text) <= width), texts[-1])


@dataclass
class RunProgress:
    """How many of `total` hosts are done, how quickly, and how long the rest takes.

    `clock` is a monotonic clock in seconds. The rate is that of the last `window` seconds.
    """

    total: int
    clock: Callable[[], float]
    window: float = 10.0
    done: int = 0
    _steps: deque[tuple[float, int]] = field(default_factory=deque, init=False, repr=False)

    def __post_init__(self) -> None:
        self._steps.append((self.clock(), self.done))

    def advance(self, count: int = 1) -> None:
        """Count `count` hosts more as done."""
        now = self.clock()
        self.done += count
        if now - self._steps[-1][0] >= self.window / 100:  # a hundred steps a window are enough for its rate
            self._steps.append((now, self.done))
        while len(self._steps) > 2 and now - self._steps[1][0] >= self.window:
            self._steps.popleft()

    def extend(self, count: int) -> None:
        """Let the run have `count` hosts more, or fewer where it is negative."""
        self.total = max(self.total + count, self.done)

    @property
    def finished(self) -> bool:
        """Whether nothing is left."""
        return self.done >= self.total

    @property
    def rate(self) -> float | None:
        """Hosts a second, None as long as no time has passed or none is done."""
        since, before = self._steps[0]
        seconds, count = self.clock() - since, self.done - before
        return count / seconds if seconds > 0 and count > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate, None where that is not known."""
        if self.finished:
            return 0.0
        return None if self.rate is None else (self.total - self.done) / self.rate

    @property
    def text(self) -> str:
        """Return `188/214  41/s  0:01`; what is not known, and what a finished run has no more, is left out."""
        counted = f"{self.done}/{self.total}"
        rate, left = self.rate, self.seconds_left
        if self.finished or rate is None or left is None:
            return counted
        return f"{counted}  {rate:.0f}/s  {duration_text(left)}" if rate >= 1 else f"{counted}  {duration_text(left)}"


def duration_text(seconds: float) -> str:
    """Return `0:07`, `12:30` or `1:02:03`; a part of a second counts as one."""
    minutes, rest = divmod(int(-(-seconds // 1)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
