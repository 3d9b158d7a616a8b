"""When the paths of a fleet end: a column of hosts for each span of one scale of time around the time of the page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tui_chain.advise.html.markup import Markup, tag
from tui_chain.advise.html.validity_drawing import TimeScale
from tui_chain.core.text import plural

COLUMNS = 64
"""Columns over the whole width."""
MAX_DAYS = 12 * 365.25
"""Days at either end; what is beyond stands in the column there."""
APART = 3
"""Columns that are between two numbers at least."""
TONES = ("bad", "warn", "good")
"""From the bottom of a column up: over or critical, within the notice, later."""
_HEIGHT, _TOP, _FOOT = 190.0, 26.0, 30.0
_LEAST = 3.0
"""Pixels of the smallest piece: one host among ten thousand is seen."""


class HostEnd(NamedTuple):
    """When a host's path ends, in days from now, and the tone in which that is shown."""

    days: float
    tone: str


@dataclass(frozen=True)
class EndSpan:
    """The hosts of one column, counted by tone, between two days."""

    place: int
    counts: Mapping[str, int]
    begin: float
    end: float

    @property
    def total(self) -> int:
        """All hosts of the column."""
        return sum(self.counts.values())


def expiry_drawing(ends: Iterable[HostEnd]) -> Markup:
    """Draw how many hosts end when; nothing where no end is known."""
    known = list(ends)
    if not known:
        return Markup()
    scale = _scale(known)
    spans = _spans(known, scale)
    highest = max(span.total for span in spans)
    text = ". ".join(f"{plural(span.total, 'host')} {_between(span)}" for span in spans)
    whole = _TOP + _HEIGHT + _FOOT
    attributes = {"role": "img", "class": "expiries", "width": "100%", "height": f"{whole:.0f}"}
    return tag(
        "svg",
        {**attributes, "aria-labelledby": "expiries-title", "aria-describedby": "expiries-text"},
        tag("title", {"id": "expiries-title"}, "When the certification paths end"),
        tag("desc", {"id": "expiries-text"}, f"{text}."),
        tag("line", {"class": "base", "x1": 0, "x2": "100%", "y1": _TOP + _HEIGHT, "y2": _TOP + _HEIGHT}),
        _now(scale),
        [_column(span, highest, _numbers(spans).get(span.place)) for span in spans],
        [_mark(*mark) for mark in scale.marks()],
    )


def _scale(known: list[HostEnd]) -> TimeScale:
    days = [one.days for one in known]
    return TimeScale(max(min(*days, -2.0), -MAX_DAYS), min(max(*days, 90.0), MAX_DAYS))


def _spans(known: list[HostEnd], scale: TimeScale) -> list[EndSpan]:
    """The columns that have hosts; what is over stands in none with what is not."""
    found: dict[int, Counter[str]] = {}
    bounds: dict[int, list[float]] = {}
    zero = _place(0.0, scale)
    for days, tone in known:
        at = _place(days, scale)
        at = min(at, zero - 1) if days < 0 else max(at, zero)
        found.setdefault(at, Counter())[tone] += 1
        bounds.setdefault(at, []).append(days)
    return [EndSpan(at, found[at], min(bounds[at]), max(bounds[at])) for at in sorted(found)]


def _place(days: float, scale: TimeScale) -> int:
    return min(int(scale.place(days) / 100 * COLUMNS), COLUMNS - 1)


def _between(span: EndSpan) -> str:
    begin, end = int(span.begin), int(span.end)
    if end < 0 or span.end < 0:
        return f"expired {-end} to {-begin} days ago" if begin != end else f"expired {plural(-end, 'day')} ago"
    return f"in {begin} to {end} days" if begin != end else f"in {plural(end, 'day')}"


def _numbers(spans: list[EndSpan]) -> Mapping[int, str]:
    """Which columns show how many hosts they have, those with most first; the class says on which screens."""
    shown: dict[int, str] = {}
    for span in sorted(spans, key=lambda span: -span.total):
        nearest = min((abs(span.place - other) for other in shown), default=COLUMNS)
        if nearest > APART:
            shown[span.place] = "number" if nearest > 3 * APART else "number more"
    return shown


def _column(span: EndSpan, highest: int, number: str | None) -> Markup:
    """The pieces of a column on each other, and how many hosts it has, where there is room."""
    width = 100 / COLUMNS
    x, top = span.place * width, _TOP + _HEIGHT
    # by the square root: one host is seen beside a thousand
    whole = (_HEIGHT - 18) * math.sqrt(span.total / highest)
    pieces = []
    for tone in TONES:
        count = span.counts.get(tone, 0)
        if count:
            height = max(_LEAST, whole * count / span.total)
            top -= height
            frame = {"x": f"{x + 0.12:.2f}%", "width": f"{width - 0.24:.2f}%", "y": f"{top:.1f}"}
            pieces.append(tag("rect", {"class": f"piece {tone}", **frame, "height": f"{height:.1f}"}))
    anchor = "end" if span.place > COLUMNS - 3 else "start" if span.place < 2 else "middle"
    middle = x + width * {"end": 1.0, "start": 0.0, "middle": 0.5}[anchor]
    place = {"x": f"{middle:.2f}%", "y": f"{top - 4:.1f}", "text-anchor": anchor}
    shown = tag("text", {"class": f"small {number}", **place}, _short(span.total)) if number is not None else None
    title = tag("title", None, f"{plural(span.total, 'host')} {_between(span)}")
    return tag("g", None, title, pieces, shown)


def _short(count: int) -> str:
    return f"{count}" if count < 1000 else f"{count / 1000:.1f}k"


def _now(scale: TimeScale) -> Markup:
    place = scale.place(0)
    x = f"{int(place / 100 * COLUMNS) * 100 / COLUMNS:.2f}%"
    line = {"class": "today", "x1": x, "x2": x, "y1": 18, "y2": _TOP + _HEIGHT}
    anchor = "start" if place < 10 else "end" if place > 90 else "middle"
    return tag(
        "g", None, tag("line", line), tag("text", {"class": "now", "x": x, "y": 12, "text-anchor": anchor}, "now")
    )


def _mark(style: str, place: float, word: str) -> Markup:
    x, foot = f"{place:.2f}%", _TOP + _HEIGHT
    tick = {"class": "tick", "x1": x, "x2": x, "y1": foot, "y2": foot + 5}
    text = {"class": "small", "x": x, "y": foot + 20, "text-anchor": "middle"}
    return tag("g", {"class": style}, tag("line", tick), tag("text", text, word))


def ending_tones(ends: Iterable[HostEnd]) -> Iterator[str]:
    """The tones that a drawing has, for its legend."""
    found = {one.tone for one in ends}
    return (tone for tone in TONES if tone in found)
