"""A view of a long text: wrapped to its width, painted line by line, searched with `/`, `n` and `N`."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style

from tui_chain.tui.widgets.line_search import LineSearch

_CHUNK = re.compile(r"\S+\s*|\s+")
_MAX = 1 << 62


class TextRow(NamedTuple):
    """A row of the view: the characters from `start` to before `end` of the line numbered `line`, from 0."""

    line: int
    start: int
    end: int


def wrap(texts: Sequence[str], width: int) -> list[TextRow]:
    """Break lines at blanks into rows of at most `width` cells; a longer word is broken inside."""
    rows: list[TextRow] = []
    for number, text in enumerate(texts):
        if (len(text) if text.isascii() else cell_len(text)) <= width:
            rows.append(TextRow(number, 0, len(text)))
        else:
            rows.extend(TextRow(number, *piece) for piece in _pieces(text, width))
    return rows


def _pieces(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where each row of a line that is too long for one begins and ends."""
    start = used = 0
    for chunk in _CHUNK.finditer(text):
        word = cell_len(chunk[0].rstrip())
        if used and used + word > width and word <= width:
            yield start, chunk.start()
            start, used = chunk.start(), 0
        if word <= width:
            used += cell_len(chunk[0])
            continue
        for place, character in enumerate(chunk[0], chunk.start()):
            cells = cell_len(character)
            if used and used + cells > width and not character.isspace():
                yield start, place
                start, used = place, 0
            used += cells
    yield start, len(text)


class TextView(ScrollView, can_focus=True):
    """Shows a text of many lines, which is safe for a terminal; of all its rows only those are made that are seen.

    `/` searches: enter goes to the first hit at or below the top, `n` and `N` to the next and the one before, esc
    ends it. Keys that are typed ahead are taken in order.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"text-view--hit", "text-view--current", "text-view--prompt"}
    DEFAULT_CSS = """
    TextView { overflow-x: hidden; scrollbar-size-vertical: 1; }
    TextView > .text-view--hit { color: $warning; text-style: bold underline; }
    TextView > .text-view--current { text-style: bold reverse; }
    TextView > .text-view--prompt { background: $panel; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_rows(1)", "Down", show=False),
        Binding("up,k", "scroll_rows(-1)", "Up", show=False),
        Binding("pagedown", "scroll_pages(1)", "Page down", show=False),
        Binding("pageup", "scroll_pages(-1)", "Page up", show=False),
        Binding("home,g", "scroll_edge(False)", "Top", show=False),
        Binding("end,G", "scroll_edge(True)", "Bottom", show=False),
    ]

    class Searched(Message):
        """A search began, went to another hit, or ended, which leaves `needle` empty.

        `place` counts the hits from 1; it is 0 where there is no hit.
        """

        def __init__(self, view: TextView, needle: str, place: int, count: int) -> None:
            self.view, self.needle, self.place, self.count = view, needle, place, count
            super().__init__()

        @property
        def control(self) -> TextView:
            """The view that was searched."""
            return self.view

    def __init__(self, content: Content | None = None, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - as Textual has it
        super().__init__(id=id, classes=classes)
        self._texts: list[str] = []
        self._rows: list[TextRow] = []
        self._width = 0
        self._top: TextRow | None = None  # before it was wrapped to another width
        self._search = LineSearch()
        self._take(content if content is not None else Content())

    # the text

    def update(self, content: Content, *, keep: bool = False) -> None:
        """Show another text from its top, or with `keep` from the row that is there now; a search goes on in it."""
        before = self._seen_rows()
        self._take(content)
        self._search.look(self._texts)
        if not keep and self.is_attached:
            self.scroll_to(y=0, animate=False)
        self._fit()
        self._paint_changed(before)
        if self._search.needle:
            self._report()

    def _seen_rows(self) -> list[Content]:
        size, top = self.content_size, self.scroll_offset.y
        return [self._marked(row) for row in self._wrapped(size.width)[top : top + size.height]] if size else []

    def _paint_changed(self, before: list[Content]) -> None:
        """Have the rows painted that are not as they were: where hosts are much alike, that is next to nothing."""
        if not before or self.searching:
            self.refresh()
            return
        rows = enumerate(zip_longest(before, self._seen_rows(), fillvalue=Content()))
        width = self.content_size.width
        regions = [Region(0, y, width, 1) for y, (old, new) in rows if not old.is_same(new)]
        if regions:
            self.refresh(*regions)

    def _take(self, content: Content) -> None:
        self._content = content
        self._lines: list[Content] = []
        if content.spans or "\t" in content.plain:
            self._lines = [line.expand_tabs(4) for line in content.split(allow_blank=True)]
            self._texts = [line.plain for line in self._lines]
        else:
            # to make a line of each of thousands takes longer than to paint those that are seen
            self._texts = content.plain.split("\n")
        self._width, self._top = 0, None

    def _line(self, number: int) -> Content:
        return self._lines[number] if self._lines else Content(self._texts[number])

    @property
    def plain(self) -> str:
        """The text without styles."""
        return self._content.plain

    @property
    def content(self) -> Content:
        """The text."""
        return self._content

    # rows

    def _wrapped(self, width: int) -> list[TextRow]:
        """The rows at a width in cells, which leaves room for the scroll bar whether it is shown or not."""
        width = max(width - self.styles.scrollbar_size_vertical, 1)
        if width != self._width:
            if self._width and self._top is None and self.scroll_offset.y < len(self._rows):
                self._top = self._rows[self.scroll_offset.y]
            self._rows, self._width = wrap(self._texts, width), width
        return self._rows

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as Textual has it
        """The rows at a width, and one for the prompt of a search."""
        height = len(self._wrapped(width)) + self.searching
        # known to the scroll bar in this layout already, which saves another one
        self.set_reactive(ScrollView.virtual_size, Size(0, height))
        return height

    def on_resize(self) -> None:
        """Wrap anew; what stood at the top stays there."""
        self._fit()
        if self._top is not None:
            self.scroll_to(y=self._row_of(self._top.line, self._top.start), animate=False)
        self._top = None
        self.refresh()

    def _fit(self) -> None:
        """Let the scroll bar know how much there is; the screen is laid out only where that changes more than it."""
        if not self.is_attached or not self.content_size.width:
            return
        size = Size(0, len(self._wrapped(self.content_size.width)) + self.searching)
        scrolls = size.height > self.content_size.height or self.styles.overflow_y == "scroll"
        height = self.styles.height
        if size == self.virtual_size and scrolls == self.show_vertical_scrollbar:
            self.scroll_to(y=self.scroll_offset.y, animate=False)
        elif scrolls != self.show_vertical_scrollbar or (height is not None and height.is_auto):
            self.virtual_size = size
        else:
            self.set_reactive(ScrollView.virtual_size, size)
            if scrolls:
                self.vertical_scrollbar.window_virtual_size = size.height
            self.scroll_to(y=self.scroll_offset.y, animate=False)

    def _row_of(self, line: int, place: int) -> int:
        """The row of a character of a line."""
        return max(bisect_right(self._rows, (line, place, _MAX)) - 1, 0)

    # moving

    def action_scroll_rows(self, count: int) -> None:
        """Scroll by rows, down or with a number below 0 up."""
        self.scroll_to(y=self.scroll_offset.y + count, animate=False)

    def action_scroll_pages(self, count: int) -> None:
        """Scroll by what is seen, one row less."""
        self.action_scroll_rows(count * max(self._seen - 1, 1))

    def action_scroll_edge(self, bottom: bool) -> None:
        """Go to the top or to the bottom."""
        self.scroll_to(y=self.max_scroll_y if bottom else 0, animate=False)

    @property
    def _seen(self) -> int:
        """How many rows of the text are seen at once."""
        return max(self.content_size.height - self.searching, 1)

    # search

    @property
    def searching(self) -> bool:
        """Whether a search is open: text is typed for it, or hits are shown."""
        return self._search.active

    def search(self, needle: str) -> None:
        """Find `needle`, show all hits, and go to the first at or below the top; an empty text ends the search."""
        self._search.begin(needle, self._texts, self._top_place)
        self._show_search(returns=True)

    @property
    def _top_place(self) -> tuple[int, int]:
        """The line, and the character in it, with which begins what is seen."""
        rows = self._rows
        return rows[min(self.scroll_offset.y, len(rows) - 1)][:2] if rows else (0, 0)

    def _show_search(self, *, returns: bool) -> None:
        """Show the hit that is gone to; where there is none and it `returns`, what was seen before the search."""
        self._fit()
        hit, top = self._search.hit, self.scroll_offset.y
        if hit is not None:
            row, last = self._row_of(hit.line, hit.start), self._row_of(hit.line, hit.end - 1)
            if row < top or last >= top + self._seen:
                self.scroll_to(y=max(row - self._seen // 3, 0), animate=False)
        elif returns or self.searching:
            self.scroll_to(y=self._row_of(*self._search.origin), animate=False)
        self.refresh()
        self._report()

    def _report(self) -> None:
        search = self._search
        self.post_message(self.Searched(self, search.needle, search.place, len(search.hits)))

    # the keys of a search; they are no bindings, which would come too late for what is typed ahead

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - as Textual has it
        """Whether the key belongs to the search."""
        return self._search.takes(character)

    def on_key(self, event: events.Key) -> None:
        """Take the keys of a search before any binding does."""
        typing = self._search.typing
        if self._search.take(event.key, event.character, self._texts, self._top_place):
            event.stop()
            event.prevent_default()
            self._show_search(returns=typing)

    def on_paste(self, event: events.Paste) -> None:
        """Search for the first line of what is pasted."""
        if self._search.paste(event.text, self._texts):
            event.stop()
            self._show_search(returns=True)

    # painting

    def render_line(self, y: int) -> Strip:
        """Paint one row of what is seen, or the prompt of a search in the last one."""
        width = self.content_size.width
        rows, place = self._wrapped(width), y + self.scroll_offset.y
        if self.searching and y == self.content_size.height - 1:
            return self._prompt(width)
        base = self.visual_style
        if place >= len(rows):
            return Strip.blank(width, base.rich_style)
        segments = list(self._segments(rows[place], base))
        return Strip(segments).adjust_cell_length(width, base.rich_style)

    def _segments(self, row: TextRow, base: Style) -> Iterator[Segment]:
        """The characters of a row with their styles and, for the mouse, their places in the text."""
        place = row.start
        for text, style in self._marked(row).render(base, end=""):
            yield Segment(text, (base + style).rich_style_with_offset(place, row.line))
            place += len(text)

    def _marked(self, row: TextRow) -> Content:
        """A row with its hits and what the mouse has selected."""
        line = self._line(row.line)
        piece = line if row.end - row.start == len(line.plain) else line[row.start : row.end]
        for start, end, style in self._marks(row):
            first, last = max(start, row.start) - row.start, min(end, row.end) - row.start
            piece = piece.stylize(style, first, last) if first < last else piece
        return piece

    def _marks(self, row: TextRow) -> Iterator[tuple[int, int, Style]]:
        # a hit may have begun in the row before
        search, hits = self._search, self._search.hits
        first = bisect_right(hits, (row.line, row.start - len(search.needle), _MAX))
        for number in range(first, bisect_left(hits, (row.line, row.end, 0))):
            current = "text-view--current" if number == search.current else "text-view--hit"
            style = Style.from_styles(self.get_component_styles(current))
            yield hits[number].start, hits[number].end, style
        span = self.text_selection.get_span(row.line) if self.text_selection is not None else None
        if span is not None:
            style = Style.from_styles(self.screen.get_component_styles("screen--selection"))
            yield span[0], _MAX if span[1] == -1 else span[1], style

    def _prompt(self, width: int) -> Strip:
        """What is searched for, and which of how many hits is shown."""
        search, style = self._search, self.get_component_rich_style("text-view--prompt")
        keys = "enter · esc" if search.typing else "n N · esc ends"
        right = "  ".join(filter(None, (search.count_text, keys)))
        right = right if cell_len(right) * 2 < self._width else search.count_text
        room = max(self._width - cell_len(right) - 1, 2)
        left = f"/{search.needle}{'▏' if search.typing else ''}"
        while cell_len(left) > room:
            left = left[1:]
        return Strip([Segment(f"{set_cell_size(left, room)} {right}", style)]).adjust_cell_length(width, style)

    # the mouse

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What the mouse has selected."""
        return selection.extract("\n".join(self._texts)), "\n"
