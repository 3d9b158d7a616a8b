"""What dialogs share: a frame with a title, and esc to leave."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import Static

from tui_chain.tui.panes.base import SCROLL_KEYS


class Dialog(ModalScreen[ScreenResultType]):
    """A modal window that esc closes without a result."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Close")]

    def on_show(self) -> None:
        """Take away what was said in passing: it would cover the dialog."""
        self.app.clear_notifications()

    def action_leave(self) -> None:
        """Close without a result."""
        self.dismiss(None)


class Page(VerticalScroll):
    """Scrolling text with vi keys."""

    BINDINGS: ClassVar[list[BindingType]] = SCROLL_KEYS


class Reader(Dialog[bool]):
    """A page of text; `y` copies `copy`, which the result True asks for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,i,enter", "leave", "Close", show=False),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self, title: str, body: Content, *, hint: str = "") -> None:
        super().__init__()
        self._title = title
        self._body = body
        self._hint = hint

    def compose(self) -> ComposeResult:
        """The page in its frame."""
        with Page(classes="frame", id="page") as page:
            page.border_title = Content(self._title)
            page.border_subtitle = Content(" · ".join(filter(None, (self._hint, "j k scroll", "esc close"))))
            yield Static(self._body, markup=False)

    def action_copy(self) -> None:
        """Close and ask for the copy."""
        self.dismiss(True)
