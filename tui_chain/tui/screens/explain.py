"""From an error text, as a program printed it, to its causes."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from tui_chain.diagnose.explain.explanation import explain
from tui_chain.tui.host_rows import DIM
from tui_chain.tui.screens.answers import explanation_page
from tui_chain.tui.screens.dialog import Dialog, Page


class ExplainScreen(Dialog[bool]):
    """Takes a pasted error text, and answers while it changes."""

    def compose(self) -> ComposeResult:
        """The text, and below it what it means."""
        with Vertical(classes="frame -tall", id="explain") as frame:
            frame.border_title = "Explain an error text"
            frame.border_subtitle = "paste it · tab to the answer · esc close"
            text = "Paste what the program printed: Python, curl, git, Node, Java, Go, pip, wget, openssl."
            yield Static(Content.styled(text, DIM), markup=False)
            yield TextArea(id="explain-text", compact=True)
            with Page(id="explain-page", classes="rest gap-above"):
                yield Static(id="explain-answer", markup=False)

    def on_mount(self) -> None:
        """Begin in the text."""
        self.query_one(TextArea).focus()

    @on(TextArea.Changed)
    def _changed(self) -> None:
        text = self.query_one(TextArea).text
        self.query_one("#explain-answer", Static).update(explanation_page(explain(text)) if text.strip() else "")
