"""A text with a cursor: it goes from stop to stop in the upper part, and on into the text below, which scrolls."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style

from tui_chain.tui.widgets.text_view import TextView


@dataclass(frozen=True)
class Cursor:
    """A stop, and the column there, from 0."""

    stop: Hashable = None
    column: int = 0


@dataclass(frozen=True)
class CursorPage:
    """Lines of which none of the upper part is wider than the view, and where the cursor can stand in them.

    `stops` has the number of the line of each stop, from 0, in order; `columns` the cell at which each column begins.
    The upper part ends before the line `upper`.
    """

    lines: tuple[Content, ...] = ()
    stops: Mapping[Hashable, int] = field(default_factory=dict)
    columns: tuple[int, ...] = (0,)
    upper: int = 0

    def stop_of(self, cursor: Cursor) -> Hashable:
        """The stop of a cursor; the first where there is no such stop, None where there is none at all."""
        return cursor.stop if cursor.stop in self.stops else next(iter(self.stops), None)


LayOut = Callable[[int, Cursor, Style], CursorPage]
"""Lays a page out in a width in cells, with a cursor, and the style of what is under it."""


class CursorText(TextView):
    """Shows a page; the keys of the cursor scroll where it is at the last stop. `below` counts the rows not seen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"cursor-text--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Down", show=False),
        Binding("up,k", "step(-1)", "Up", show=False),
        Binding("right,l", "turn(1)", "Right", show=False),
        Binding("left,h", "turn(-1)", "Left", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("enter", "choose", "Open", show=False),
    ]
    below: reactive[int] = reactive(0)

    class Chosen(Message):
        """Enter was pressed on a stop."""

        def __init__(self, chosen: Hashable) -> None:
            self.chosen = chosen
            super().__init__()

    def __init__(self, widget_id: str, cursor: Cursor) -> None:
        super().__init__(id=widget_id)
        self._cursor = cursor
        self._lay_out: LayOut = lambda *_: CursorPage()
        self.page = CursorPage()

    # what is shown

    def show(self, lay_out: LayOut, *, keep: bool) -> None:
        """Show a page from its top, or with `keep` from the row that is there now."""
        self._lay_out = lay_out
        self._show(keep=keep)

    def _show(self, *, keep: bool = True) -> None:
        style = Style.from_styles(self.get_component_styles("cursor-text--cursor"))
        width = self.content_size.width - self.styles.scrollbar_size_vertical
        self.page = self._lay_out(max(width, 8), self._cursor, style)
        self.update(Content("\n").join(self.page.lines), keep=keep)
        self._count()

    def on_resize(self) -> None:
        """Lay the page out for another width."""
        self._show()
        super().on_resize()

    def on_focus(self) -> None:
        """Show the cursor as one that has the keys; what is in sight stays there until one is pressed."""
        self._show()

    def on_blur(self) -> None:
        """Show the cursor as one that has not."""
        self._show()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Count what is not seen."""
        super().watch_scroll_y(old_value, new_value)
        self._count()

    def _count(self) -> None:
        self.below = max(self.virtual_size.height - self.scroll_offset.y - self.content_size.height, 0)

    # moving

    @property
    def stop(self) -> Hashable:
        """The stop of the cursor, None where there is none."""
        return self.page.stop_of(self._cursor)

    def _go(self, stop: Hashable, column: int | None = None) -> None:
        self._cursor = Cursor(stop, self._cursor.column if column is None else column)
        self._show()
        self._follow()

    def _follow(self) -> None:
        """Keep the line of the cursor in sight, and the end of the upper part too where there is room for both."""
        seen = self.content_size.height
        if self.stop is None or seen < 2:
            return
        line = self.page.stops[self.stop]
        top = max(self.scroll_offset.y, self.page.upper - seen)
        self.scroll_to(y=max(min(top, line), line + 1 - seen), animate=False)

    def action_step(self, step: int) -> None:
        """Go to the next stop, or with -1 to the one before; beyond the last one, scroll."""
        stops = list(self.page.stops)
        place = stops.index(self.stop) if stops else 0
        scrolled = self.scroll_offset.y > max(self.page.upper - self.content_size.height, 0)
        if place >= len(stops) - 1 and (step > 0 or scrolled or not stops):
            self.action_scroll_rows(step)
        else:
            self._go(stops[max(place + step, 0)])

    def action_turn(self, step: int) -> None:
        """Go to the column beside."""
        if self.stop is not None:
            last = len(self.page.columns) - 1
            self._go(self.stop, max(0, min(self._cursor.column + step, last)))

    def action_first(self) -> None:
        """Go to the first stop."""
        self.action_scroll_edge(False)
        if self.page.stops:
            self._go(next(iter(self.page.stops)))

    def action_last(self) -> None:
        """Go to the last stop, and to the end of the text."""
        if self.page.stops:
            self._go(list(self.page.stops)[-1])
        self.action_scroll_edge(True)

    def action_choose(self) -> None:
        """Say what was chosen."""
        if self.stop is not None:
            self.post_message(self.Chosen(self.stop))

    def on_click(self, event: events.Click) -> None:
        """Go to the stop and the column that were clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        line = offset.y + self.scroll_offset.y
        stop = next((stop for stop, number in self.page.stops.items() if number == line), None)
        if stop is not None:
            self._go(stop, max(sum(begins <= offset.x for begins in self.page.columns) - 1, 0))
