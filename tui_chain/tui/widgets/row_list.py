"""A list of a screen: a title line that carries its verdict, and rows of cells in columns that fit its width."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_chain.core.text import elide_middle
from tui_chain.tui.panes.base import CURSOR_KEYS

ListCell = tuple[str, str]
"""A text that is safe for a terminal, and its style from the theme or nothing."""
ListRow = tuple[ListCell, ...]
ColumnWidths = Callable[[int], tuple[int, ...]]
"""From the cells that there are to those of each column; a column may have none."""


def last_takes_rest(*widths: int) -> ColumnWidths:
    """Fixed columns, and one at the end for what is left."""
    return lambda room: (*widths, max(room - sum(widths), 1))


class RowList(ScrollView, can_focus=True):
    """A list with a cursor; of ten thousand rows only those are made that are seen.

    It is folded where its screen has few lines and another one is open.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        *CURSOR_KEYS,
        Binding("down", "cursor_down", "Down", show=False),
        Binding("up", "cursor_up", "Up", show=False),
        Binding("g,home", "go(0)", "First", show=False),
        Binding("G,end", "go(-1)", "Last", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("enter", "choose", "Open", show=False),
    ]
    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor came to another row, or the rows are others."""

        def __init__(self, row_list: RowList) -> None:
            self.row_list = row_list
            super().__init__()

    class Chosen(Message):
        """Enter was pressed on a row."""

    def __init__(self, number: int, name: str, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._heading = f"{number} {name}" if number else name
        self._verdict: ListCell = ("", "")
        self._count = 0
        self._row: Callable[[int], ListRow] = lambda _: ()
        self._widths: ColumnWidths = last_takes_rest()

    def show(self, count: int, row: Callable[[int], ListRow], widths: ColumnWidths, cursor: int = 0) -> None:
        """Show so many rows, which `row` makes by their place, each with as many cells as there are widths.

        The cursor is put on the row at the place `cursor`.
        """
        self._count, self._row, self._widths = count, row, widths
        self.virtual_size = Size(0, count)
        self.set_reactive(RowList.cursor, self.validate_cursor(cursor))
        self._follow()
        self.refresh()
        self.post_message(self.Moved(self))

    def refresh_row(self, place: int) -> None:
        """Paint one row anew, where it is in sight."""
        line = place - self.scroll_offset.y
        if 0 <= line < self.size.height:
            self.refresh(Region(0, line, self.size.width, 1))

    def title(self, verdict: str, style: str = "") -> None:
        """Put number, name and verdict on the border, where they stay when the list is folded."""
        self._verdict = (verdict, style)
        # a border that is only a top line leaves no blank around its title
        blank = "" if self.styles.border_left[0] else " "
        self.border_title = Content.assemble(blank, (self._heading, "bold"), "  ", self._verdict, blank)

    @property
    def room(self) -> int:
        """The cells of a row, beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def place(self) -> int | None:
        """The row under the cursor, from 0, or None where there is none."""
        return self.cursor if self.cursor < self._count else None

    def on_resize(self) -> None:
        """Lay the title out for another shape of the border, and keep the cursor in sight."""
        self.title(*self._verdict)
        self._follow()

    # moving

    def validate_cursor(self, place: int) -> int:
        """Stay in the list."""
        return max(min(place, self._count - 1), 0)

    def watch_cursor(self, before: int, now: int) -> None:
        """Show the cursor, and tell of it."""
        self.refresh_row(before)
        self.refresh_row(now)
        self._follow()
        self.post_message(self.Moved(self))

    def _follow(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False)

    def action_cursor_down(self) -> None:
        """Go to the next row."""
        self.cursor += 1

    def action_cursor_up(self) -> None:
        """Go to the row before."""
        self.cursor -= 1

    def action_go(self, place: int) -> None:
        """Go to a row; -1 is the last."""
        self.cursor = place if place >= 0 else self._count - 1

    def action_page(self, direction: int) -> None:
        """Go down or up by what is seen."""
        self.cursor += direction * max(self.content_size.height - 1, 1)

    def action_choose(self) -> None:
        """Open what is under the cursor."""
        if self.place is not None:
            self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Go to the row that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self.cursor = offset.y + self.scroll_offset.y

    # painting

    def render_line(self, y: int) -> Strip:
        """Paint one line of what is seen."""
        place, width = y + self.scroll_offset.y, self.room
        if place >= self._count:
            return Strip.blank(width, self.rich_style)
        base = self.get_visual_style("row-list--cursor") if place == self.cursor else self.visual_style
        cells = zip(self._row(place), self._widths(width), strict=True)
        shown = [
            (set_cell_size(elide_middle(text, column), column), style) for (text, style), column in cells if column
        ]
        segments = [Segment(text, style.rich_style) for text, style in Content.assemble(*shown).render(base, "")]
        return Strip(segments).adjust_cell_length(width, base.rich_style)
