"""What dialogs share, and the two that only show: a page to read and a question that a key answers."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import OptionList, Static

from tui_chain.tui.messages import CopyRequested
from tui_chain.tui.panes.base import CURSOR_KEYS, SCROLL_KEYS


class Dialog(ModalScreen[ScreenResultType]):
    """A modal window that esc closes without a result."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close"),
        Binding("ctrl+c", "copy_or_help_quit", "Copy what is selected", show=False),
        # of a box for text it takes back what was typed
        Binding("ctrl+z", "app.suspend_process", "Suspend", show=False),
    ]

    async def action_copy_or_help_quit(self) -> None:
        """Copy what is selected with the mouse, else say how to quit."""
        selected = self.get_selected_text()
        if selected:
            self.app.copy_to_clipboard(selected)
        else:
            await self.app.run_action("help_quit")

    def on_show(self) -> None:
        """Take away what was said in passing: it would cover the dialog."""
        self.app.clear_notifications()

    def action_leave(self) -> None:
        """Close without a result."""
        self.dismiss(None)


class ChoiceList(OptionList):
    """A list of choices with vi keys; what cannot be chosen is passed over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *CURSOR_KEYS,
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
    ]


class Page(VerticalScroll):
    """Scrolling text with vi keys."""

    BINDINGS: ClassVar[list[BindingType]] = SCROLL_KEYS


class PageScreen(Dialog[None]):
    """A page of text; `y` copies `copy`, where there is something to copy, which `subject` names."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,i,enter", "leave", "Close", show=False),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(
        self, heading: str, body: Content, *, copy: str = "", subject: str = "", more_keys: str = ""
    ) -> None:
        super().__init__()
        keys = ("y copies" if copy else "", more_keys, "j k scroll", "esc close")
        self._keys = " · ".join(filter(None, keys))
        self._heading = heading
        self._body = body
        self._copy = copy
        self._subject = subject

    def compose(self) -> ComposeResult:
        """The page in its frame."""
        with Page(classes="frame", id="page") as page:
            page.border_title = Content(self._heading)
            page.border_subtitle = self._keys
            yield Static(self._body, markup=False)

    def action_copy(self) -> None:
        """Close and copy."""
        if self._copy:
            self.app.post_message(CopyRequested(self._copy, self._subject))
        self.dismiss(None)


class ConfirmScreen(Dialog[bool]):
    """Asks `question`; y says yes, n or esc no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n", "answer(False)", "No"),
    ]
    can_focus = True

    def __init__(self, title: str, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._texts = (title, question, yes, no)

    def compose(self) -> ComposeResult:
        """The question and its two keys."""
        title, question, yes, no = self._texts
        with Vertical(classes="frame", id="confirm") as frame:
            frame.border_title = Content(title)
            yield Static(
                Content.assemble(question, "\n\n", ("y", "bold"), f" {yes}   ", ("n", "bold"), f" {no}"), markup=False
            )

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)
