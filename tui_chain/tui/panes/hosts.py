"""Pane 1: which host."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from tui_chain.core.expiry import Threshold
from tui_chain.core.status import Status
from tui_chain.core.text import cell_width, elide_end, elide_middle, plural
from tui_chain.engine.host_order import HostOrder, HostSortKey, SortBy, expiry_text, first_to_expire, sort_key
from tui_chain.engine.host_progress import RunProgress, StatusCounts
from tui_chain.engine.host_state import Clock
from tui_chain.net.target import Target
from tui_chain.tui.actions import HOSTS, bindings, keymap_of, with_user_keys
from tui_chain.tui.host_rows import DIM, NEW, STATUS_LOOK, HostRow, HostRows, verdict_label
from tui_chain.tui.messages import HostHighlighted, HostMarked, HostOpened
from tui_chain.tui.panes.base import Pane
from tui_chain.tui.render import expiry_style, warned
from tui_chain.tui.timers import sure
from tui_chain.tui.widgets.host_overview import HostHeads, HostOverview
from tui_chain.tui.widgets.row_list import ListRow, RowList

GLYPH, STATUS, EXPIRES = 3, 12, 8
"""Cells of these columns: the longest status is `unreachable`."""
MARK, CHANGED = "◆", "~"
"""Stand beside the glyph of a host that is marked, and of one that answered otherwise than before."""
GLYPHS: dict[Status | None, str] = {status: glyph for status, (glyph, _) in STATUS_LOOK.items() if status is not None}
WIDE = 44
"""Cells beside the columns of fixed width from which on there is one for what is wrong."""
LEAST_BELOW = 6
"""Lines that the overview below a short list has at least."""
BAR = 20
"""Cells of the progress bar."""
FILTER_HINT = "enter keeps the filter · esc clears it"
HINT = "/ filters · S sorts · J next to work on"
"""What the line below the list says where it has nothing else: it is there always, so that no row moves."""
SHOW_SECONDS = 0.1
"""How long changes gather before the title and the order follow them."""


class HostPane(Pane):
    """All hosts with their status; posts that the cursor moved. What is under the cursor is asked of it."""

    NUMBER, NAME = 1, "Hosts"

    BINDINGS: ClassVar[list[BindingType]] = bindings(HOSTS)

    def __init__(
        self,
        pane_id: str,
        rows: HostRows,
        clock: Clock,
        warn_days: Callable[[], Threshold],
        progress: Callable[[], RunProgress | None],
    ) -> None:
        super().__init__(id=pane_id, classes="pane")
        self._rows = rows
        self._clock, self._warn_days = clock, warn_days
        self._shown: list[Target] = []
        self._places: dict[Target, int] = {}
        self._input: dict[Target, int] = {}
        self._last: Target | None = None
        self._needle = ""
        self._order = HostOrder()
        self._timer: Timer | None = None
        self._is_disordered = False
        self._longest = 0
        self._note = ""
        self._table_height: int | str = ""
        self._progress_now = progress

    def compose_content(self) -> ComposeResult:
        """A filter that is hidden until it is wanted, the names of the columns, the table, and what is under way."""
        box = Input(placeholder="part of a name, label or status; or marked, changed", id="filter", compact=True)
        box.display = False
        yield box
        yield HostHeads(self._heads)
        yield RowList(0, "Hosts", "host-table").add_class("list")
        yield HostOverview(self._shown_rows, self._clock, self._warn_days)
        yield Static(id="host-line", markup=False)

    def _shown_rows(self) -> list[HostRow]:
        return [row for row in map(self._rows.get, self._shown) if row is not None]

    def on_mount(self) -> None:
        """Show that nothing is there yet."""
        self.title("loading")

    def main(self) -> RowList:
        """The table."""
        return self.query_one(RowList)

    def on_resize(self) -> None:
        """Lay the columns out for another width."""
        super().on_resize()
        if self.filled:
            self._share_room()
            self._show_counts()

    def _share_room(self) -> None:
        """Give a short list the lines that it has, and what it leaves to the overview."""
        table, below = self.main(), self.query_one(HostOverview)
        # beside them: the names of the columns and the line at the end
        short = len(self._shown) + 2 + LEAST_BELOW <= self.content_size.height
        height = len(self._shown) if short else "1fr"
        if (below.display, self._table_height) != (short, height):
            below.display, self._table_height = short, height
            table.styles.height = height

    # rows

    def set_rows(self) -> None:
        """Show the hosts anew; the cursor stays on its host if that is still there, else near to it."""
        self._input = {row.target: place for place, row in enumerate(self._rows)}
        self._refill()

    def update_row(self, before: HostRow, row: HostRow) -> None:
        """Show a host that has changed: its line at once, the title and the order soon after."""
        if before.target != row.target:  # it was found out
            self._input[row.target] = self._input[before.target]
            if before.target in self._places:
                self._shown[self._places[before.target]] = row.target
            self._is_disordered = True
        place = self._places.get(row.target)
        if place is not None:
            self.main().refresh_row(place)
        self._is_disordered |= self._belongs_elsewhere(before, row)
        self._show_soon()

    def _belongs_elsewhere(self, before: HostRow, row: HostRow) -> bool:
        """Whether the filter shows or hides the host now, or the order has another place for it."""
        if self._needle and self._matches(row) is not (row.target in self._places):
            return True
        sorts = self._order.by in {SortBy.STATUS, SortBy.EXPIRY} and before.state is not row.state
        return sorts and self._key(before) != self._key(row)

    def _show_soon(self) -> None:
        if self._timer is None:
            self._timer = sure(self.set_timer(SHOW_SECONDS, self._show_changes))

    def _show_changes(self) -> None:
        self._timer = None
        if self._is_disordered:
            self.set_rows()
        else:
            self._show_counts()

    def _matches(self, row: HostRow) -> bool:
        return self._needle in _searched(row)

    def _key(self, row: HostRow) -> HostSortKey:
        return sort_key(row.state, self._order, self._input[row.target])

    def _refill(self) -> None:
        """Filter and sort anew, the cursor on its host; a filter may hide that for a while."""
        table, self._is_disordered = self.main(), False
        current = self.highlighted or self._last
        near = table.cursor
        rows = list(filter(self._matches, self._rows) if self._needle else self._rows)
        if self._order != HostOrder():
            rows.sort(key=self._key)
        self._shown = [row.target for row in rows]
        self._places = {target: place for place, target in enumerate(self._shown)}
        self._longest = max(map(_name_length, rows), default=0)
        place = self._places.get(current) if current is not None else None
        if place is None:
            place = 0 if current in self._input else near
        self._last = current if current in self._input else None
        table.show(len(self._shown), self._cells, self._widths, place)
        self._share_room()
        self.query_one(HostHeads).refresh()
        self._show_counts()

    @property
    def highlighted(self) -> Target | None:
        """The host under the cursor."""
        place = self.main().place
        return self._shown[place] if place is not None else None

    @property
    def shown(self) -> tuple[Target, ...]:
        """The hosts that the filter shows, in their order."""
        return tuple(self._shown)

    def _widths(self, room: int) -> tuple[int, ...]:
        """Glyph, name, status, expiry, what is wrong: the last two where there is room for them."""
        expires = EXPIRES if room >= 42 else 0
        rest = room - GLYPH - STATUS - expires
        if rest < WIDE:
            return GLYPH, rest, STATUS, expires, 0
        name = min(max(self._longest + 2, rest // 4), rest * 3 // 5)
        return GLYPH, name, STATUS, expires + 1, rest - name - 1

    def _cells(self, place: int) -> ListRow:
        row = self._rows.get(self._shown[place])
        if row is None:
            return (("", ""),) * 5
        glyph, style = ("◌", NEW) if row.busy else STATUS_LOOK[row.status]
        beside = MARK if row.marked else CHANGED if row.changes else ""
        return (
            (f"{glyph}{beside}", style),
            (self._shown_name(row), ""),
            (row.word, style),
            self._expiry(row),
            (self._why(row), DIM),
        )

    def _why(self, row: HostRow) -> str:
        width = self._widths(self.main().room)[-1]
        text = verdict_label(row) if width and row.status is not None else ""
        return elide_end(text, width)

    def _expiry(self, row: HostRow) -> tuple[str, str]:
        first, now = first_to_expire(row.state), self._clock()
        end = first.not_after if first is not None else None
        text = expiry_text(end, now) if row.status is not None else ""
        if first is None or end is None:
            return f"{text:>7} ", DIM
        return f"{text:>7} ", expiry_style(end, now, warned(first, self._warn_days()), later="")

    def _shown_name(self, row: HostRow) -> str:
        width = self._widths(self.main().room)[1] - 1
        label, target = row.state.label, row.target.display
        if label and _name_length(row) <= width:
            return f"{label}  {target}"
        return elide_middle(label or target, width)

    # the title, the heads of the columns, the line below

    def _heads(self) -> Content:
        """The names of the columns, that by which the hosts are sorted with an arrow."""
        widths = self._widths(self.main().room)
        heads = [
            ("", None),
            ("name", SortBy.NAME),
            ("status", SortBy.STATUS),
            ("expires", SortBy.EXPIRY),
            ("why", None),
        ]
        return Content("").join(self._head(name, by, width) for (name, by), width in zip(heads, widths, strict=True))

    def _head(self, name: str, by: SortBy | None, width: int) -> Content:
        text = f"{name}{self._arrow(by)}"[:width].ljust(width)
        return Content.styled(text, "bold" if by is self._order.by else DIM)

    def _arrow(self, by: SortBy | None) -> str:
        return "" if by is not self._order.by else "▼" if self._order.descending else "▲"

    def _show_counts(self) -> None:
        room = self.size.width - len(f"{self.NUMBER} {self.NAME}") - 6
        self.title(counts_text(self._rows.counts, room))
        if self.query_one(HostOverview).display:
            self.query_one(HostOverview).refresh()
        self._show_line()

    def _show_line(self) -> None:
        """What is under way, and what of the list is marked or hidden."""
        usual = FILTER_HINT if self.query_one("#filter").has_focus else HINT
        hint = with_user_keys(usual, keymap_of(self.app))
        self.query_one("#host-line", Static).update(self._line() or Content.styled(hint, DIM), layout=False)

    def _line(self) -> Content:
        parts: list[Content] = []
        progress = self._progress_now()
        if progress is not None:
            parts.append(_progress(progress))
        elif self._rows.jobs:
            parts.append(Content.styled(f"{plural(self._rows.jobs, 'job')} · ctrl+x stops all", NEW))
        if self._needle:
            parts.append(Content(f"filter “{self._needle}”: {len(self._shown)}"))
        marked = self._rows.marks
        if marked:
            parts.append(Content.styled(f"{MARK} {marked} marked", NEW))
        if self._note:
            parts.append(Content.styled(self._note, DIM))
        return Content(" · ").join(parts)

    def note(self, text: str) -> None:
        """Show a text on the line below until another one comes; nothing takes it away."""
        self._note = text
        self._show_counts()

    # the cursor

    def go(self, target: Target) -> None:
        """Put the cursor on a host; a filter that hides it is taken away."""
        if target not in self._places and target in self._input:
            self.close_filter(clear=True)
        if target in self._places:
            self.main().cursor = self._places[target]

    def action_choose(self) -> None:
        """Mark the host under the cursor, and go to the next."""
        if self.highlighted is not None:
            self.post_message(HostMarked(self.highlighted))
            self.main().action_cursor_down()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Mark only what is there."""
        if action == "choose":
            return True if self.highlighted is not None else None
        return super().check_action(action, parameters)

    # order and filter

    @property
    def order(self) -> HostOrder:
        """By what the hosts are sorted."""
        return self._order

    def sort(self, order: HostOrder) -> None:
        """Sort the hosts; the cursor stays on its host."""
        self._order = order
        self._refill()

    def action_filter(self) -> None:
        """Ask for a filter."""
        box = self.query_one("#filter", Input)
        box.display = True
        self.screen.set_focus(box)

    @property
    def filtering(self) -> bool:
        """Whether the filter box is open or a filter is on."""
        return bool(self.query_one("#filter").display) or bool(self._needle)

    def close_filter(self, *, clear: bool) -> None:
        """Leave the filter box, keeping or clearing the filter."""
        box = self.query_one("#filter", Input)
        if clear:
            with box.prevent(Input.Changed):
                box.value = ""
            self._filter("")
        box.display = bool(self._needle)
        if box.has_focus:
            self.screen.set_focus(self.main())

    def _filter(self, needle: str) -> None:
        if needle != self._needle:
            self._needle = needle
            self._refill()

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter(event.value.strip().lower())

    @on(Input.Submitted, "#filter")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.close_filter(clear=False)
        self.screen.set_focus(self.main())

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.post_message(HostHighlighted())

    @on(RowList.Chosen)
    def _selected(self, event: RowList.Chosen) -> None:
        event.stop()
        self.post_message(HostOpened())


def _progress(progress: RunProgress) -> Content:
    done = min(progress.done * BAR // max(progress.total, 1), BAR)
    return Content.assemble(
        ("━" * done, NEW), ("─" * (BAR - done), DIM), f" {progress.text}", (" · ctrl+x stops", DIM)
    )


def _name_length(row: HostRow) -> int:
    """Cells of a label and the target after it."""
    label = row.state.label
    return (cell_width(label) + 2 if label else 0) + cell_width(row.target.display)


def _searched(row: HostRow) -> str:
    beside = f"{' marked' if row.marked else ''}{' changed' if row.changes else ''}"
    return f"{row.target.spellings} {row.state.label} {row.word}{beside}".lower()


def counts_text(counts: StatusCounts, room: int) -> str:
    """All hosts, then how many look alike, in words where there is room for them, never cut."""
    named = [f"{counts.of(status)} {status.value}" for status in GLYPHS if status is not None and counts.of(status)]
    words = " · ".join([str(counts.total), *named])
    text = words if len(words) <= room else counts.text(GLYPHS, room)
    near = " ".join([str(counts.total), *(f"{count}{glyph}" for glyph, count in counts.by_look(GLYPHS))])
    return text if len(text) <= room else near
