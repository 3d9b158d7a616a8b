"""A list above, and below it a text on what its cursor is on: one widget, so that new content moves none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar, Protocol

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from tui_chain.core.text import plural
from tui_chain.tui.host_rows import DIM
from tui_chain.tui.render import under_cursor
from tui_chain.tui.widgets.line_search import LineSearch

LEAST_ROWS, LEAST_TEXT = 4, 2
"""Lines that the list and the text have where there is little room, if they have as many."""
LINE = "$foreground 15%"
"""The style of the line between the list and the text."""
WHEEL = 3
"""Lines that a turn of the mouse's wheel scrolls."""


SeenLine = tuple[Content, bool]
"""A line, and whether the cursor is on it."""


class SplitContent(Protocol):
    """What a split view shows; every line that it gives fits `width` cells and is safe for a terminal."""

    @property
    def count(self) -> int:
        """The number of rows of the list."""
        ...

    def head(self, width: int) -> Sequence[Content]:
        """The lines above the list."""
        ...

    def rows(self, width: int) -> Sequence[Content]:
        """The lines of the list."""
        ...

    def caption(self, width: int) -> Content:
        """What stands in the line below the list; it may be longer than `width`."""
        ...

    def text(self, place: int | None, width: int) -> Sequence[Content]:
        """The lines on the row at `place`, from 0, or None where there is no row."""
        ...


@dataclass(frozen=True)
class Heights:
    """How many lines of each kind are seen, `line` of the one between list and text (0 or 1)."""

    head: int
    rows: int
    line: int
    text: int


def heights(room: int, head: int, rows: int, text: int, *, searching: bool = False) -> Heights:
    """Divide `room` lines between the `head`, the `rows` and the `text` that there are.

    The list keeps a few rows and the text a few lines; a head for which there is no room beside them goes into the
    text. Without rows there is a line where the text is cut or searched.
    """
    if not rows:
        line = int((searching or head + text > room) and room > 1)
        return Heights(0, 0, line, room - line)
    if room <= LEAST_ROWS:
        listed = min(rows, room)
        line = min(room - listed, 1)
        return Heights(0, listed, line, room - listed - line)
    few = min(rows, LEAST_ROWS)
    shown = head if head + few + 1 + min(text, 1) <= room else 0
    rest = room - shown - 1
    listed = max(min(rows, max(few, rest * 3 // 5), rest - min(text, LEAST_TEXT)), 1)
    return Heights(shown, listed, 1, rest - listed)


class SplitView(Widget, can_focus=True):
    """A list with a cursor, and below it a text that scrolls.

    `j` goes down the list, and beyond its last row down the text; `k` leads back. Page keys scroll the text while the
    cursor stays. The line between them says what is cut. `/` searches the text.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"split-view--cursor"}
    DEFAULT_CSS = """
    SplitView { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "down", "Down", show=False),
        Binding("k,up", "up", "Up", show=False),
        Binding("g,home", "go(0)", "First", show=False),
        Binding("G,end", "go(-1)", "Last", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("enter", "choose", "Open", show=False),
    ]

    class Moved(Message):
        """The cursor came to another row."""

    class Chosen(Message):
        """Enter was pressed."""

    def __init__(self, widget_id: str) -> None:
        super().__init__(id=widget_id)
        self._content: SplitContent | None = None
        self._cursor = self._first_row = self._first_line = 0
        self._seen: list[SeenLine] = []
        self._search = LineSearch()
        self._lines: dict[tuple[int, int | None], tuple[Sequence[Content], ...]] = {}

    # what is shown

    def show(self, content: SplitContent, cursor: int = 0, *, keep: bool = False) -> None:
        """Show this, with the cursor on a row; `keep` the lines that the text has been scrolled by."""
        self._content, self._lines = content, {}
        self._cursor = max(min(cursor, content.count - 1), 0)
        self._first_line = self._first_line if keep else 0
        self._lay_out()

    @property
    def place(self) -> int | None:
        """The row under the cursor, from 0, or None where there is none."""
        return self._cursor if self._content is not None and self._content.count else None

    @property
    def plain(self) -> str:
        """All that can be read in it with the cursor where it is, without styles."""
        return "\n".join(line.plain for lines in self._made() for line in lines)

    def _made(self) -> tuple[Sequence[Content], ...]:
        """Head, rows and text, made once for a width and a cursor."""
        if self._content is None:
            return (), (), ()
        width = max(self.content_size.width, 1)
        head_and_rows = self._lines.get((width, None))
        if head_and_rows is None:
            self._lines = {}
            head_and_rows = self._content.head(width), self._content.rows(width)
            self._lines[width, None] = head_and_rows
        key = width, self._cursor
        if key not in self._lines:
            self._lines = {(width, None): head_and_rows, key: (self._content.text(self.place, width),)}
        return (*head_and_rows, *self._lines[key])

    def _heights(self) -> Heights:
        head, rows, text = self._made()
        height = self.content_size.height
        return heights(height, len(head), len(rows), len(text), searching=self._search.active)

    def _text(self) -> Sequence[Content]:
        """The lines of the text, with the head where that is not seen above."""
        head, _, text = self._made()
        return text if self._heights().head or not head else [*head, *text]

    @property
    def _last_line(self) -> int:
        """The first line of the text that is seen when it has been scrolled to its end."""
        return max(len(self._text()) - self._heights().text, 0)

    # moving

    def _go(self, place: int) -> None:
        count = self._content.count if self._content is not None else 0
        place = max(min(place, count - 1), 0)
        if place == self._cursor:
            return
        self._cursor, self._first_line = place, 0
        self._lay_out()
        self.post_message(self.Moved())

    def _scroll(self, line: int) -> None:
        self._first_line = max(min(line, self._last_line), 0)
        self._lay_out()

    @property
    def _at_end(self) -> bool:
        return self._content is None or self._cursor >= self._content.count - 1

    def action_down(self) -> None:
        """Go to the next row, after the last down the text."""
        if self._at_end:
            self._scroll(self._first_line + 1)
        else:
            self._go(self._cursor + 1)

    def action_up(self) -> None:
        """Go up the text where it has been scrolled below the last row, else to the row before."""
        if self._at_end and self._first_line:
            self._scroll(self._first_line - 1)
        else:
            self._go(self._cursor - 1)

    def action_go(self, place: int) -> None:
        """Go to a row, -1 is the last; where there is no list, to the top or the bottom of the text."""
        if self.place is None:
            self._scroll(0 if place >= 0 else self._last_line)
        elif place >= 0:
            self._go(place)
        else:
            self._go(len(self._made()[1]) - 1)

    def action_page(self, direction: int) -> None:
        """Scroll the text by what is seen of it."""
        self._scroll(self._first_line + direction * max(self._heights().text - 1, 1))

    def action_choose(self) -> None:
        """Open what is under the cursor."""
        self.post_message(self.Chosen())

    # searching

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - as Textual has it
        """Whether the key belongs to the search."""
        return self._search.takes(character)

    def on_key(self, event: events.Key) -> None:
        """Take the keys of a search before any binding does."""
        typing = self._search.typing
        if self._search.take(event.key, event.character, self._plain_text(), (self._first_line, 0)):
            event.stop()
            event.prevent_default()
            self._show_search(returns=typing)

    def on_paste(self, event: events.Paste) -> None:
        """Search for the first line of what is pasted."""
        if self._search.paste(event.text, self._plain_text()):
            event.stop()
            self._show_search(returns=True)

    def _plain_text(self) -> list[str]:
        return [line.plain for line in self._text()]

    def _show_search(self, *, returns: bool) -> None:
        """Show the hit that is gone to; where there is none and it `returns`, what was seen before the search."""
        hit, seen = self._search.hit, self._heights().text
        if hit is None and (returns or self._search.active):
            self._first_line = self._search.origin[0]
        elif hit is not None and not self._first_line <= hit.line < self._first_line + seen:
            self._first_line = max(hit.line - seen // 3, 0)
        self._lay_out()

    # the mouse

    def on_click(self, event: events.Click) -> None:
        """Go to the row that was clicked; a second click opens it."""
        offset = event.get_content_offset(self)
        row = self._row_at(offset.y) if offset is not None else None
        if row is None:
            return
        self._go(row)
        if event.chain == 2:
            self.action_choose()

    def _row_at(self, y: int) -> int | None:
        seen = self._heights()
        return self._first_row + y - seen.head if seen.head <= y < seen.head + seen.rows else None

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll what is under the mouse."""
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll what is under the mouse."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, direction: int) -> None:
        event.stop()
        seen = self._heights()
        if self._row_at(event.y - self.gutter.top) is not None and seen.rows < len(self._made()[1]):
            self._go(self._cursor + direction)
        else:
            self._scroll(self._first_line + direction * WHEEL)

    # painting

    def on_resize(self) -> None:
        """Lay the lines out anew."""
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        """Make the lines that are seen, and have those painted that have changed."""
        before, self._seen = self._seen, self._seen_lines() if self.content_size else []
        blank = (Content(), False)
        changed = enumerate(zip_longest(before, self._seen, fillvalue=blank))
        width = self.content_size.width
        regions = [Region(0, y, width, 1) for y, (old, new) in changed if not _same(old, new)]
        if regions:
            self.refresh(*regions)

    def _seen_lines(self) -> list[SeenLine]:
        head, rows, _ = self._made()
        seen, text = self._heights(), self._text()
        if self._search.needle:
            self._search.look([line.plain for line in text])
        self._first_line = min(self._first_line, self._last_line)
        self._follow(seen.rows, len(rows))
        listed = range(self._first_row, self._first_row + seen.rows)
        lines = [(line, False) for line in head[: seen.head]]
        lines += [(rows[place], place == self._cursor) for place in listed]
        shown = enumerate(text[self._first_line : self._first_line + seen.text], self._first_line)
        lines += [(self._search.marked(number, line), False) for number, line in shown]
        if seen.line:
            lines.insert(
                seen.head + seen.rows if rows else len(lines), (self._line(seen, len(rows), len(text)), False)
            )
        return lines

    def _follow(self, seen: int, count: int) -> None:
        """Keep the cursor among the rows that are seen."""
        first = min(self._first_row, self._cursor, max(count - seen, 0))
        self._first_row = max(first, self._cursor - seen + 1, 0)

    def _line(self, seen: Heights, rows: int, text: int) -> Content:
        """The line between list and text: the place in a list that is cut, a caption, how much text is cut."""
        width, note = self.content_size.width, self._note(seen, text)
        if self._search.active:
            return Content.styled(self._search.prompt, "bold").truncate(width, ellipsis=True)
        place = f"{self._cursor + 1} of {rows}" if rows > seen.rows else ""
        caption = self._content.caption(width) if self._content is not None and rows else Content()
        between = " · " if place and caption else ""
        left = Content.assemble((place + between, DIM), caption).truncate(
            max(width - note.cell_length - 6, 0), ellipsis=True
        )
        start = Content.assemble(("── ", LINE), left, " ") if left else Content()
        end = Content.assemble(" ", note) if note else Content()
        return Content.assemble(start, ("─" * (width - start.cell_length - end.cell_length), LINE), end)

    def _note(self, seen: Heights, text: int) -> Content:
        """How much of the text is out of sight, and the key that scrolls it."""
        below = text - seen.text - self._first_line
        if below > 0:
            return Content.styled(f"▼ {plural(below, 'more line')} · pgdn", DIM)
        return (
            Content.styled(f"▲ {plural(self._first_line, 'line')} above · pgup", DIM)
            if self._first_line
            else Content()
        )

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width, base = self.content_size.width, self.visual_style
        if y >= len(self._seen):
            return Strip.blank(width, base.rich_style)
        line, is_chosen = self._seen[y]
        if is_chosen:
            base = self.get_visual_style("split-view--cursor")
            line = under_cursor(line, ansi=self.app.native_ansi_color)
        span = self.text_selection.get_span(y) if self.text_selection is not None else None
        if span is not None:
            style = Style.from_styles(self.screen.get_component_styles("screen--selection"))
            line = line.stylize(style, span[0], None if span[1] == -1 else span[1])
        segments = [Segment(text, style.rich_style) for text, style in line.render(base, end="")]
        return Strip(segments, line.cell_length).adjust_cell_length(width, base.rich_style).apply_offsets(0, y)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What the mouse has selected of the lines that are seen."""
        return selection.extract("\n".join(line.plain for line, _ in self._seen)), "\n"


def _same(one: SeenLine, other: SeenLine) -> bool:
    """Whether two lines look alike."""
    return one[1] == other[1] and (one[0] is other[0] or one[0].is_same(other[0]))
