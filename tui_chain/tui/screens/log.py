"""The log of a run: what was done, said in passing and written, newest first, each with the command that does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from tui_chain.engine.activity import Entry
from tui_chain.tui.host_rows import DIM
from tui_chain.tui.messages import CopyRequested
from tui_chain.tui.render import fact, lines
from tui_chain.tui.screens.dialog import Dialog, Page
from tui_chain.tui.widgets.line_search import LineSearch
from tui_chain.tui.widgets.row_list import ListRow, RowList

WIDE = 150
"""Cells from which on the command stands in the row."""
KEYS = "enter copies the command · / search · tab text · esc"


class EntryList(RowList):
    """The entries, which `/` searches as it does a text: the cursor goes to the entry of a hit."""

    class Searched(Message):
        """A key of the search was pressed."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__(0, "Entries", "log-entries")
        self._texts = [f"{' '.join(entry.text.split())} {entry.command}" for entry in entries]
        self.search = LineSearch()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - as Textual has it
        """Whether the key belongs to the search."""
        return self.search.takes(character)

    def on_key(self, event: events.Key) -> None:
        """Take the keys of a search before any binding does."""
        typing = self.search.typing
        if self.search.take(event.key, event.character, self._texts, (self.cursor, 0)):
            event.stop()
            event.prevent_default()
            self._show_search(returns=typing)

    def on_paste(self, event: events.Paste) -> None:
        """Search for the first line of what is pasted."""
        if self.search.paste(event.text, self._texts):
            event.stop()
            self._show_search(returns=True)

    def _show_search(self, *, returns: bool) -> None:
        hit = self.search.hit
        if hit is not None:
            self.cursor = hit.line
        elif returns or self.search.active:
            self.cursor = self.search.origin[0]
        self.post_message(self.Searched())


class LogScreen(Dialog[None]):
    """Lists entries; of the one under the cursor the whole text and command are below, and `y` copies the command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy the command"),
        Binding("q,L", "leave", "Close", show=False),
    ]

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Show entries that come in the order in which they were made."""
        super().__init__()
        self._entries = tuple(entries)[::-1]

    def compose(self) -> ComposeResult:
        """The list, and the entry under the cursor."""
        with Vertical(classes="frame -whole", id="log") as frame:
            frame.border_title = Content.assemble(("Log", "bold"), "  what was done and written, newest first")
            frame.border_subtitle = KEYS
            yield EntryList(self._entries)
            yield Page(id="log-below", classes="detail")

    def on_mount(self) -> None:
        """List the entries."""
        row_list = self.query_one(RowList)
        row_list.set_class(True, "-open")
        row_list.show(len(self._entries), lambda place: _row(self._entries[place]), _widths)
        row_list.title(str(len(self._entries)) if self._entries else "nothing was done yet")
        row_list.focus()

    @property
    def _entry(self) -> Entry | None:
        place = self.query_one(RowList).place
        return None if place is None else self._entries[place]

    @on(RowList.Moved)
    def _cursor_moved(self, event: RowList.Moved) -> None:
        event.stop()
        entry = self._entry
        self.query_one(Page).update(_detail(entry) if entry is not None else Content())

    @on(EntryList.Searched)
    def _searched(self, event: EntryList.Searched) -> None:
        event.stop()
        search = self.query_one(EntryList).search
        self.query_one("#log").border_subtitle = Content(search.prompt if search.active else KEYS)

    @on(RowList.Chosen)
    def _row_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.action_copy()

    def action_copy(self) -> None:
        """Copy the command of the entry under the cursor, or its text where no command does the same."""
        entry = self._entry
        if entry is not None:
            subject = "the command" if entry.command else "the text"
            self.app.post_message(CopyRequested(entry.command or entry.text, subject))


def _row(entry: Entry) -> ListRow:
    at = entry.at.astimezone()
    return (f"{at:%H:%M:%S}", DIM), (f"{' '.join(entry.text.split())}  ", ""), (entry.command, DIM)


def _widths(room: int) -> tuple[int, ...]:
    """Time, text, and the command where there is room for it."""
    command = room // 3 if room >= WIDE else 0
    return 10, max(room - 10 - command, 8), command


def _detail(entry: Entry) -> Content:
    rows = [Content(entry.text), fact("at", f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S %Z}")]
    if entry.path is not None:
        rows.append(fact("file", entry.path))
    rows.append(fact("command", entry.command or ("no command does the same", DIM)))
    return lines(rows)
