"""Asks how often all hosts are probed again."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui_chain.core.text import safe_text
from tui_chain.tui.host_rows import BAD, DIM
from tui_chain.tui.screens.dialog import Dialog

DAY = 24 * 60
"""Minutes, more than which nobody waits at a screen."""
USUAL = 5
"""Minutes that are offered."""


class WatchScreen(Dialog[int]):
    """Takes a number of minutes."""

    def compose(self) -> ComposeResult:
        """What it does, and the box."""
        with Vertical(classes="frame", id="watch") as frame:
            frame.border_title = "Watch the hosts"
            frame.border_subtitle = "enter begins · esc close"
            text = "Probe all hosts again every so many minutes; what changed is marked ~. W again ends it."
            yield Static(Content.styled(text, DIM), markup=False)
            yield Input(str(USUAL), id="watch-minutes", compact=True, max_length=20)
            yield Static(id="watch-fault", markup=False)

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#watch-fault", Static).update("")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        minutes = int(typed) if typed.isascii() and typed.isdecimal() else 0
        if 0 < minutes <= DAY:
            self.dismiss(minutes)
        else:
            named = f"{safe_text(typed)} is not a whole number of minutes" if typed else "There is no number"
            fault = f"✗ {named} from 1 to {DAY}."
            self.query_one("#watch-fault", Static).update(Content.styled(fault, BAD))
