"""The list of instructions for a host, one of them beside it, ready to copy; a filter finds one by its name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input

from tui_chain.advise.document import Document, to_markdown, to_text
from tui_chain.advise.html.blocks import to_html
from tui_chain.core.text import safe_text
from tui_chain.tui.host_instructions import Instruction, Instructions
from tui_chain.tui.messages import CopyRequested
from tui_chain.tui.screens.dialog import Dialog, Page
from tui_chain.tui.screens.save import Draft, Form, Saved, SaveScreen
from tui_chain.tui.toasts import toast
from tui_chain.tui.widgets.row_list import ListRow, RowList, last_takes_rest

_KEYS = "/ filter · enter reads · y copies · w saves · esc"
_FILTER_KEYS = "↑ ↓ choose · enter reads · esc clears the filter"


class InstructionsScreen(Dialog[None]):
    """A list of the instructions, and beside it the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "dismiss(None)", "Close", show=False),
        Binding("y", "copy", "Copy"),
        Binding("w", "save", "Save"),
        Binding("slash", "filter", "Filter"),
    ]

    def __init__(self, shown: Instructions) -> None:
        super().__init__()
        self._shown = shown
        self._listed = shown.each

    def compose(self) -> ComposeResult:
        """The list under its filter, and the text beside it."""
        with Horizontal(classes="frame -tall", id="instructions"):
            with Vertical(id="instruction-side"):
                yield InstructionFilter(placeholder="name, or words of the text", compact=True)
                yield InstructionList()
            yield Page(id="instruction-page", classes="rest")

    def on_mount(self) -> None:
        """Begin with everything, in the list."""
        self._show_filter(False)
        self._list("")

    @property
    def _current(self) -> Instruction | None:
        return self.query_one(InstructionList).instruction

    # the list

    def _list(self, needle: str) -> None:
        """List what has the words of `needle`, under their sections, the cursor on the first."""
        self._listed = self._shown.matching(needle)
        self.query_one(InstructionList).fill(self._listed)
        frame = self.query_one("#instructions")
        count = f"  filter “{needle}”: {len(self._listed)}" if needle else ""
        frame.border_title = Content(f"Instructions: {self._shown.host}{count}")
        if not self._listed:
            self._read(Content(f"No instruction has “{needle}” in its name or text; esc clears the filter."))

    @on(RowList.Moved)
    def _moved(self) -> None:
        if self._current is not None:
            self._read(self._current.body)

    def _read(self, body: Content) -> None:
        self.query_one(Page).update(body)

    # the filter

    def _show_filter(self, shown: bool) -> None:
        self.query_one(InstructionFilter).display = shown
        self.query_one("#instructions").border_subtitle = _FILTER_KEYS if shown else _KEYS
        self.query_one(InstructionFilter if shown else InstructionList).focus()

    def action_filter(self) -> None:
        """Ask for words."""
        self._show_filter(True)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._list(event.value.strip())

    @on(Input.Submitted)
    @on(RowList.Chosen)
    def _entered(self) -> None:
        """Go to the text; the filter stays."""
        if self._current is not None:
            self.query_one("#instructions").border_subtitle = _KEYS
            self.query_one(Page).focus()

    def action_leave(self) -> None:
        """Clear the filter, or close where there is none."""
        box = self.query_one(InstructionFilter)
        if not box.display:
            self.dismiss(None)
            return
        current = self._current
        with box.prevent(Input.Changed):
            box.value = ""
        self._list("")
        self._show_filter(False)
        if current is not None:
            self.query_one(InstructionList).go(current)

    # copies and files

    def action_copy(self) -> None:
        """Close and copy."""
        if self._current is not None:
            subject = f"the instructions for {self._current.name}"
            self.app.post_message(CopyRequested(self._current.text, subject))
            self.dismiss(None)

    def action_save(self) -> None:
        """Save everything, or the letter alone."""
        forms = [_form("all, Markdown", "what clients need, and the letter", "-advice.md", self._shown.whole)]
        forms.append(_form("all, HTML", "the same as one file for a browser", "-advice.html", self._shown.whole))
        if self._shown.letter is not None:
            text = "the letter to the administrator, with the file to install"
            forms.append(_form("letter", text, "-letter.txt", self._shown.letter))
            forms.append(_form("letter, Markdown", text, "-letter.md", self._shown.letter))
        self.app.push_screen(SaveScreen("Save the instructions", forms, self._shown.base), self._saved)

    def _saved(self, saved: Saved | None) -> None:
        if saved is not None:
            toast(self, f"Wrote {safe_text(str(saved.path), 400)}.", path=saved.path)


class InstructionList(RowList):
    """Instructions by their names, below the sections that they are in, which the cursor passes over."""

    def __init__(self) -> None:
        super().__init__(0, "", "instruction-names")
        self._entries: tuple[Instruction | str, ...] = ()

    def fill(self, instructions: Sequence[Instruction]) -> None:
        """List instructions, the cursor on the first."""
        entries: list[Instruction | str] = []
        for section, members in groupby(instructions, key=lambda one: one.section):
            entries += [section, *members]
        self._entries = tuple(entries)
        self.show(len(entries), self._entry_row, last_takes_rest(), 1)

    def _entry_row(self, place: int) -> ListRow:
        entry = self._entries[place]
        return ((entry, "bold"),) if isinstance(entry, str) else ((f" {entry.name}", ""),)

    @property
    def instruction(self) -> Instruction | None:
        """The one under the cursor."""
        entry = self._entries[self.place] if self.place is not None and self.place < len(self._entries) else None
        return None if isinstance(entry, str) else entry

    @property
    def names(self) -> tuple[str, ...]:
        """What is shown, row by row."""
        return tuple(self._entry_row(place)[0][0] for place in range(len(self._entries)))

    def go(self, instruction: Instruction) -> None:
        """Put the cursor on one of the list."""
        self.cursor = self._entries.index(instruction)

    def validate_cursor(self, place: int) -> int:
        """Stay in the list, and on no section."""
        place = super().validate_cursor(place)
        if place < len(self._entries) and isinstance(self._entries[place], str):
            return place + 1 if place == 0 or place >= self.cursor else place - 1
        return place


class InstructionFilter(Input):
    """The words of the filter; the arrows move in the list meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]

    def action_move(self, step: int) -> None:
        """Move in the list."""
        self.screen.query_one(InstructionList).cursor += step


_RENDER = {".md": to_markdown, ".html": to_html, ".txt": to_text}


def _form(name: str, purpose: str, suffix: str, document: Document) -> Form:
    return Form(name, purpose, suffix, partial(_rendered, document, Path(suffix).suffix))


def _rendered(document: Document, suffix: str) -> Draft:
    return Draft(_RENDER[suffix](document).encode())
