"""When each certificate is valid, as bars on one scale of time around the time of the report.

Days near that time get more room than years far from it: a leaf of 90 days can be seen beside a root of 20 years.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui_chain.advise.html.markup import Markup, tag
from tui_chain.advise.html.path_drawing import broken
from tui_chain.advise.path_nodes import PathNode, validity
from tui_chain.x509.certificate import Certificate

MONTH = 30.0
"""Days around the time of the report that are on a nearly even scale."""
_ROW, _HEAD = 58, 30
_APART = {"mark": 23.0, "mark more": 9.0}
"""Per cent of the width that marks of a class are apart at least: those of the second are for wide screens."""
_MARKS: Sequence[tuple[float, str]] = (
    *((365.25, "1 year"), (MONTH, "1 month"), (3652.5, "10 years"), (1826.0, "5 years")),
    *((91.0, "3 months"), (7305.0, "20 years"), (7.0, "1 week"), (18262.0, "50 years"), (182.0, "6 months")),
)
"""Days and their names, those first that are wanted most."""


@dataclass(frozen=True)
class TimeScale:
    """Days from the time of the report to per cent of the width; `first` and `last` are its ends, in days."""

    first: float
    last: float

    def place(self, days: float) -> float:
        """Where a day is, in per cent of the width; what is beyond the ends is at the end."""
        begin, end = _bent(self.first), _bent(self.last)
        return 1 + 98 * (_bent(min(max(days, self.first), self.last)) - begin) / (end - begin)

    def marks(self) -> Iterator[tuple[str, float, str]]:
        """The marks that have room: class of the style, place in per cent, and words."""
        taken = [self.place(0)]
        signed = [
            (sign * days, text) for days, name in _MARKS for sign, text in ((1, f"in {name}"), (-1, f"{name} ago"))
        ]
        for style, apart in _APART.items():
            for days, text in signed:
                place = self.place(days)
                room = all(abs(place - other) >= apart for other in taken)
                if room and self.first <= days <= self.last and apart / 2 < place < 100 - apart / 2:
                    taken.append(place)
                    yield style, place, text


def _bent(days: float) -> float:
    return math.copysign(math.log1p(abs(days) / MONTH), days)


def validity_drawing(nodes: Iterable[PathNode], now: datetime) -> Markup:
    """Draw the validity of every certificate at hand; nothing where no dates can be read. `now` is aware."""
    dated = [(node, one) for node in nodes if (one := node.certificate) is not None and _days(one, now) is not None]
    ends = [day for _, one in dated for day in _days(one, now) or ()]
    if not ends:
        return Markup()
    scale = TimeScale(min(*ends, -1.0), max(*ends, 1.0))
    rows = [_row(node, one, scale, now, _HEAD + place * _ROW) for place, (node, one) in enumerate(dated)]
    height = _HEAD + len(dated) * _ROW + 22
    text = " ".join(f"{node.label}: {validity(one, now)}." for node, one in dated)
    known = {"role": "img", "class": "validity", "width": "100%", "height": height}
    return tag(
        "svg",
        {**known, "aria-labelledby": "validity-title", "aria-describedby": "validity-text"},
        tag("title", {"id": "validity-title"}, "Validity of the certificates"),
        tag("desc", {"id": "validity-text"}, text),
        _today(scale, now, height - 22),
        rows,
        [_mark(*mark, height) for mark in scale.marks()],
    )


def _days(certificate: Certificate, now: datetime) -> tuple[float, float] | None:
    begin, end = certificate.not_before, certificate.not_after
    if begin is None or end is None:
        return None
    return (begin - now) / timedelta(days=1), (end - now) / timedelta(days=1)


def _row(node: PathNode, certificate: Certificate, scale: TimeScale, now: datetime, top: int) -> Markup:
    begin, end = _days(certificate, now) or (0.0, 0.0)
    left, right = scale.place(begin), scale.place(end)
    state = "valid" if certificate.valid_at(now) else "future" if begin > 0 else "over"
    bar = {"class": f"bar {state}", "x": _share(left), "width": _share(max(right - left, 0.8)), "y": 38}
    dates = validity(certificate, now)
    return tag(
        "svg",
        {"x": 0, "y": top, "width": "100%", "height": _ROW},
        tag("text", {"class": "name", "x": 0, "y": 14}, *broken(node.label, 34, 1)),
        tag("text", {"class": "dates" if state == "valid" else "dates bad", "x": 0, "y": 30}, dates),
        tag("rect", {"class": "lane", "x": 0, "width": "100%", "y": 38, "height": 10, "rx": 5}),
        tag("rect", {**bar, "height": 10, "rx": 3}),
        _needle(scale.place(0), 35),
    )


def _needle(place: float, top: int) -> Markup:
    return tag("line", {"class": "needle", "x1": _share(place), "x2": _share(place), "y1": top, "y2": top + 16})


def _today(scale: TimeScale, now: datetime, bottom: int) -> Markup:
    place = scale.place(0)
    anchor = "start" if place < 25 else "end" if place > 75 else "middle"
    line = {"class": "today", "x1": _share(place), "x2": _share(place), "y1": 20, "y2": bottom}
    word = {"class": "now", "x": _share(place), "y": 14, "text-anchor": anchor}
    return tag("g", None, tag("line", line), tag("text", word, f"now, {now:%Y-%m-%d}"))


def _mark(style: str, place: float, word: str, height: int) -> Markup:
    tick = {"class": "tick", "x1": _share(place), "x2": _share(place), "y1": height - 24, "y2": height - 19}
    text = {"class": "small", "x": _share(place), "y": height - 5, "text-anchor": "middle"}
    return tag("g", {"class": style}, tag("line", tick), tag("text", text, word))


def _share(place: float) -> str:
    return f"{place:.2f}%"
