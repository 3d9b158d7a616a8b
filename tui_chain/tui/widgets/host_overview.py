"""Around the host list: the names of its columns; below a short one the work by status and what expires next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from textual.content import Content
from textual.widget import Widget

from tui_chain.core.expiry import USUAL, Threshold
from tui_chain.engine.host_order import WORST_FIRST, expiry_text, first_to_expire, needs_work
from tui_chain.tui.host_rows import DIM, STATUS_LOOK, HostRow
from tui_chain.tui.render import expiry_style, warned

SOON = 12
"""Hosts whose certificates are named as the next to expire."""
STATUS = 15
"""Cells of a count with its status."""


class HostHeads(Widget):
    """The names of the columns above the list; laid out when they are painted, as wide as the list is then."""

    def __init__(self, heads: Callable[[], Content]) -> None:
        super().__init__()
        self._content = heads

    def render(self) -> Content:
        """Lay them out."""
        return self._content()


class HostOverview(Widget):
    """Lines made when they are painted, of the rows and the time that there are then."""

    def __init__(
        self, rows: Callable[[], Sequence[HostRow]], clock: Callable[[], datetime], warn_days: Callable[[], Threshold]
    ) -> None:
        super().__init__()
        self._current = rows
        self._clock, self._warn_days = clock, warn_days

    def render(self) -> Content:
        """Lay the lines out."""
        lines = overview(self._current(), self._clock(), self.size.width, self._warn_days())
        return Content("\n").join(lines[: self.size.height])


def overview(rows: Sequence[HostRow], now: datetime, width: int, warn_days: Threshold = USUAL) -> list[Content]:
    """The hosts that need work by status, the worst first, then those that expire next; nothing before the probes."""
    waiting = [row for row in rows if needs_work(row.state, written=row.written is not None)]
    lines = [Content()]
    if waiting:
        lines += [_head(f"{len(waiting)} of {len(rows)} need work", width), *_by_status(waiting, width), Content()]
    dated = [(row, first, first.not_after) for row in rows if (first := first_to_expire(row.state)) is not None]
    ending = [(row, at, warned(first, warn_days)) for row, first, at in dated if at is not None]
    ending.sort(key=lambda one: (one[1], str(one[0].target)))
    if ending:
        lines += [_head("next to expire", width)]
        lines += [_expiry(*one, now, width) for one in ending[:SOON]]
    return lines


def _head(text: str, width: int) -> Content:
    return Content.styled(f"── {text} {'─' * max(width - len(text) - 4, 0)}", DIM)


def _by_status(rows: Sequence[HostRow], width: int) -> Iterator[Content]:
    for status in WORST_FIRST:
        names = [_name(row) for row in rows if row.status is status]
        if names:
            glyph, style = STATUS_LOOK[status]
            count = Content.styled(f"{glyph} {len(names)} {status.value}".ljust(STATUS) + " ", style)
            named = Content(", ".join(names)).truncate(max(width - count.cell_length, 1), ellipsis=True)
            yield Content.assemble(count, named)


def _expiry(row: HostRow, at: datetime, warning: timedelta, now: datetime, width: int) -> Content:
    days, style = expiry_text(at, now), expiry_style(at, now, warning, later="")
    right = f"  {at:%Y-%m-%d} {days:>7}"
    name = Content(_name(row)).truncate(max(width - len(right), 1), ellipsis=True, pad=True)
    return Content.assemble(name, (right, style))


def _name(row: HostRow) -> str:
    return row.state.label or row.target.display
