"""Pane 1: which host."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Input

from tui_chain.core.status import Status
from tui_chain.core.text import elide_middle
from tui_chain.net.target import Target
from tui_chain.tui.actions import HOSTS, bindings
from tui_chain.tui.host_rows import STATUS_LOOK, HostRow
from tui_chain.tui.messages import HostHighlighted, HostMarked, HostOpened
from tui_chain.tui.panes.base import CURSOR_KEYS, Pane
from tui_chain.tui.render import theme_style

WORD = 11
"""Cells of the status column: the longest word is `unreachable`."""
MARK = "◆"
"""Stands beside the status of a host that is marked for a bundle with others."""


class HostTable(DataTable[Text]):
    """The host list with vi keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *CURSOR_KEYS,
        Binding("g", "scroll_top", "First", show=False),
        Binding("G", "scroll_bottom", "Last", show=False),
    ]


class HostPane(Pane):
    """All hosts with their status; posts the one under the cursor."""

    NUMBER, NAME = 1, "Hosts"

    BINDINGS: ClassVar[list[BindingType]] = bindings(HOSTS)

    def __init__(self, pane_id: str) -> None:
        super().__init__(id=pane_id, classes="pane")
        self._rows: dict[str, HostRow] = {}
        self._marked: set[str] = set()
        self._last: Target | None = None
        self._needle = ""
        self._width = 0

    def compose_content(self) -> ComposeResult:
        """A filter that is hidden until it is wanted, and the table."""
        box = Input(placeholder="part of a name, label or status; or marked", id="filter", compact=True)
        box.display = False
        yield box
        yield HostTable(cursor_type="row", show_header=False, cell_padding=0, id="host-table", classes="list")

    def on_mount(self) -> None:
        """Say that there is nothing yet."""
        self.title("loading")

    def main(self) -> HostTable:
        """The table."""
        return self.query_one(HostTable)

    def on_resize(self) -> None:
        """Cut the names anew for another width."""
        if self.filled and self.content_size.width != self._width:
            self._width = self.content_size.width
            self._refill()

    def set_rows(self, rows: Iterable[HostRow]) -> None:
        """Show these hosts, in this order; the cursor stays on its host if that is still there."""
        self._rows = {str(row.target): row for row in rows}
        self._marked = {key for key, row in self._rows.items() if row.marked}
        self._width = self.content_size.width
        self._refill()

    def update_row(self, row: HostRow) -> None:
        """Show a host that has changed."""
        key = str(row.target)
        if key not in self._rows:
            return
        had = bool(self._marked)
        self._rows[key] = row
        (self._marked.add if row.marked else self._marked.discard)(key)
        if bool(self._marked) != had:
            # the column of glyphs has another width
            self._refill()
            return
        table = self.main()
        if key in table.rows:
            for column, cell in zip(("glyph", "name", "word"), self._cells(row), strict=True):
                table.update_cell(key, column, cell)
        self._show_counts()

    def _matching(self) -> list[HostRow]:
        needle = self._needle.lower()
        return [row for row in self._rows.values() if needle in _searched(row)]

    def _refill(self) -> None:
        table = self.main()
        # a filter may hide the host under the cursor for a while
        self._last = current = self.highlighted or self._last
        rows = self._matching()
        with self.app.batch_update(), self.prevent(DataTable.RowHighlighted):
            table.clear(columns=True)
            table.add_column("", key="glyph", width=self._glyph_width())
            table.add_column("", key="name", width=self._name_width() + 1)
            table.add_column("", key="word", width=WORD)
            for row in rows:
                table.add_row(*self._cells(row), key=str(row.target))
        targets = [row.target for row in rows]
        if targets:
            table.move_cursor(row=targets.index(current) if current in targets else 0)
        self._show_counts()

    @property
    def highlighted(self) -> Target | None:
        """The host under the cursor."""
        table = self.main()
        if not table.row_count or not table.is_valid_row_index(table.cursor_row):
            return None
        key = table.ordered_rows[table.cursor_row].key.value
        return self._rows[key].target if key in self._rows else None

    def _glyph_width(self) -> int:
        return 3 if self._marked else 2

    def _name_width(self) -> int:
        # beside the name: the glyph and the word with a blank each, the scroll bar
        return max(self._width - self._glyph_width() - 1 - WORD - 1, 8)

    def _cells(self, row: HostRow) -> tuple[Text, Text, Text]:
        glyph, variable = ("◌", "$text-accent") if row.busy else STATUS_LOOK[row.status]
        style = theme_style(self.app.theme_variables, variable)
        mark = MARK if row.marked else ""
        return Text(f"{glyph}{mark}", style), Text(self._shown_name(row)), Text(row.word[:WORD], style)

    def _shown_name(self, row: HostRow) -> str:
        width, label, target = self._name_width(), row.state.label, str(row.target)
        if label and len(label) + len(target) + 2 <= width:
            return f"{label}  {target}"
        return elide_middle(label or target, width)

    def _show_counts(self) -> None:
        done = [row.status for row in self._rows.values() if row.status is not None]
        busy = sum(bool(row.busy) for row in self._rows.values())
        counts = [str(len(self._rows)), f"{done.count(Status.COMPLETE)} ok"]
        counted = ((status, done.count(status)) for status in (Status.REPAIRABLE, Status.PARTIAL))
        counts += [f"{count} {status.value}" for status, count in counted if count]
        if busy:
            counts.append(f"{busy} busy")
        if self._marked:
            counts.insert(1, f"{len(self._marked)} marked")
        if self._needle:
            counts.append(f"filter “{self._needle}”: {self.main().row_count}")
        self.title(" · ".join(counts))

    def go(self, target: Target) -> None:
        """Put the cursor on a host."""
        table = self.main()
        if str(target) in table.rows:
            table.move_cursor(row=table.get_row_index(str(target)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Mark only what is there."""
        if action == "choose":
            return True if self.highlighted is not None else None
        return super().check_action(action, parameters)

    def action_choose(self) -> None:
        """Mark the host under the cursor, and go to the next."""
        if self.highlighted is not None:
            self.post_message(HostMarked(self.highlighted))
            self.main().action_cursor_down()

    def action_filter(self) -> None:
        """Ask for a filter."""
        box = self.query_one("#filter", Input)
        box.display = True
        box.focus()

    @property
    def filtering(self) -> bool:
        """Whether the filter box is open or a filter is on."""
        return bool(self.query_one("#filter").display) or bool(self._needle)

    def close_filter(self, *, clear: bool) -> None:
        """Leave the filter box, keeping or clearing the filter."""
        box = self.query_one("#filter", Input)
        if clear:
            box.value = ""
            self._filter("")
        box.display = bool(self._needle)
        self.main().focus()

    def _filter(self, needle: str) -> None:
        if needle == self._needle:
            return
        self._needle = needle
        before = self.highlighted
        self._refill()
        if self.highlighted is not None and self.highlighted != before:
            self.post_message(HostHighlighted(self.highlighted))

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter(event.value.strip())

    @on(Input.Submitted, "#filter")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.close_filter(clear=False)

    @on(DataTable.RowHighlighted)
    def _moved(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        if self.highlighted is not None:
            self.post_message(HostHighlighted(self.highlighted))

    @on(DataTable.RowSelected)
    def _selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.post_message(HostOpened())


def _searched(row: HostRow) -> str:
    return f"{row.target} {row.state.label} {row.word}{' marked' if row.marked else ''}".lower()
