"""How far a run over many hosts has come, as one line for a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tui_chain.core.status import Status
from tui_chain.core.text import elide_end

BAR = 20
"""Cells of the bar."""
_SECONDS_OF_RATE = 1.0
"""After how many seconds a rate is worth saying."""


@dataclass(eq=False)
class Progress:
    """Counts hosts as they are done, by status; `total` is about how many there are, or None where nobody knows.

    Times are seconds of any clock that never goes back; `started` is when the first host was begun. `verb` says what
    is done with them.
    """

    started: float
    total: int | None = None
    verb: str = "probed"
    done: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    _first: float = field(init=False)

    def __post_init__(self) -> None:
        self._first = self.started

    def begin(self, verb: str, total: int, now: float) -> None:
        """Begin to count anew, for what is done with the hosts next."""
        self.started, self.total, self.verb, self.done = now, total, verb, 0
        self.counts.clear()

    def add(self, status: str) -> None:
        """Count one more host."""
        self.done += 1
        self.counts[status] += 1

    def line(self, now: float, width: int, *, ascii_only: bool = False) -> str:
        """The line, no wider than `width` cells: bar, hosts, rate, time left, counts by status."""
        parts = [self._hosts(), *self._speed(now - self.started), *self._counts()]
        text = " · ".join(parts)
        bar = self._bar(ascii_only=ascii_only)
        text = text.replace(" · ", "  ") if ascii_only else text
        return elide_end(f"{bar} {text}" if bar and width >= 2 * BAR else text, width)

    def summary(self, now: float, *, ascii_only: bool = False) -> str:
        """What is left to say at the end: hosts, time since the first was begun, counts by status."""
        hosts = "1 host" if self.done == 1 else f"{self.done:,} hosts"
        parts = (f"{hosts} {self.verb} in {span(now - self._first)}", *self._counts())
        return ("  " if ascii_only else " · ").join(parts)

    def _bar(self, *, ascii_only: bool) -> str:
        if not self.total:
            return ""
        full = min(BAR, BAR * self.done // self.total)
        filled, empty = ("#", "-") if ascii_only else ("━", "╌")
        return filled * full + empty * (BAR - full)

    def _hosts(self) -> str:
        of = f"/{max(self.total, self.done):,}" if self.total is not None else ""
        return f"{self.done:,}{of} hosts {self.verb}"

    def _speed(self, seconds: float) -> list[str]:
        if seconds < _SECONDS_OF_RATE or not self.done:
            return []
        rate = self.done / seconds
        left = (
            [] if self.total is None or self.total <= self.done else [f"{span((self.total - self.done) / rate)} left"]
        )
        return [f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s", *left]

    def _counts(self) -> list[str]:
        known = [status.value for status in Status if self.counts[status.value]]
        return [f"{self.counts[status]:,} {status}" for status in known]


def span(seconds: float) -> str:
    """A time span as a person says it, in its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes < 10 and rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
