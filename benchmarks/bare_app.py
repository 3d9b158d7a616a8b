"""The least that a Textual app with a long table, a help page and a dialog can be: what ours is measured beside."""

from __future__ import annotations

import sys
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, DataTable, Footer, Input, Static

HELP = "All keys"
"""The title of the help page, ours and this app's."""


class Page(ModalScreen[None]):
    """A page of fifty lines."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        """Its title and its lines."""
        with VerticalScroll():
            yield Static(f"{HELP}\n" + "\n".join(f"key {number}  what it does" for number in range(50)), markup=False)


class Form(ModalScreen[None]):
    """A dialog with a field."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]

    def compose(self) -> ComposeResult:
        """A line, the field, and its buttons."""
        with Vertical():
            yield Static("Where to?")
            yield Input()
            with Horizontal():
                yield Button("Write")
                yield Button("Leave")


class BareApp(App[None]):
    """A line that names the row under the cursor, a table of so many rows, the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "open_help", "Keys"),
        Binding("a", "open_form", "Add"),
        Binding("q", "quit", "Quit"),
        Binding("j", "down", "Down"),
        Binding("g", "first", "First"),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        """The line, the table, the keys."""
        yield Static("", id="line", markup=False)
        yield DataTable[Text](cursor_type="row", show_header=False)
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self._table
        for width in (2, 60, 11):
            table.add_column("", width=width)
        for number in range(self._rows):
            table.add_row(Text("✓"), Text(f"host{number}"), Text("complete"), key=str(number))
        table.move_cursor(row=self._rows - 1)
        table.focus()

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one(DataTable)

    @on(DataTable.RowHighlighted)
    def _moved(self, event: DataTable.RowHighlighted) -> None:
        self.query_one("#line", Static).update(f"host{event.cursor_row}  complete")

    def action_open_help(self) -> None:
        """Show the page."""
        self.push_screen(Page())

    def action_open_form(self) -> None:
        """Show the dialog."""
        self.push_screen(Form())

    def action_down(self) -> None:
        """Go to the next row."""
        self._table.action_cursor_down()

    def action_first(self) -> None:
        """Go to the first row."""
        self._table.move_cursor(row=0)


if __name__ == "__main__":
    BareApp(int(sys.argv[1])).run()
