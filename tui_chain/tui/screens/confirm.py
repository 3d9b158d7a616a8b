"""A question that a key answers."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui_chain.tui.screens.dialog import Dialog


class ConfirmScreen(Dialog[bool]):
    """Asks `question`; y says yes, n or esc no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n", "answer(False)", "No"),
    ]
    can_focus = True

    def __init__(self, title: str, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._words = (title, question, yes, no)

    def compose(self) -> ComposeResult:
        """The question and its two keys."""
        title, question, yes, no = self._words
        with Vertical(classes="frame", id="confirm") as frame:
            frame.border_title = Content(title)
            yield Static(
                Content.assemble(question, "\n\n", ("y", "bold"), f" {yes}   ", ("n", "bold"), f" {no}"), markup=False
            )

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)
