"""What dialogs share, and the two that only show: a page to read and a question that a key answers."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize, ScreenResume
from textual.geometry import Size
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.strip import Strip
from textual.widgets import OptionList, Static

from tui_chain.core.failure import Failure
from tui_chain.tui.messages import CopyRequested
from tui_chain.tui.panes.base import CURSOR_KEYS
from tui_chain.tui.resizes import SureResizes
from tui_chain.tui.toasts import toast
from tui_chain.tui.widgets.text_view import TextView

SHADE = 0.6
"""How much of the colour of the background lies over what stands behind a dialog."""

SETTLED = 0.25
"""Seconds after which a screen behind has laid itself out for another size of the terminal."""

TIGHT = 76
"""Columns below which not every hint of a dialog fits on its border."""


class Dialog(ModalScreen[ScreenResultType]):
    """A modal window that esc closes without a result."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close"),
        Binding("ctrl+c", "copy_or_help_quit", "Copy what is selected", show=False),
        # of a box for text it takes back what was typed
        Binding("ctrl+z", "app.suspend_process", "Suspend", show=False),
    ]

    _backdrop: list[Strip] | None = None
    _fitted: Size | None = None
    _opened = False

    def render_line(self, y: int) -> Strip:
        """Paint a line of what stands behind the dialog."""
        if self._backdrop is None:
            self._backdrop = self._shaded_screen()
        style = self.visual_style.rich_style
        line = self._backdrop[y] if y < len(self._backdrop) else Strip([])
        return line.adjust_cell_length(self.size.width, style)

    def on_compose(self) -> None:
        """Take the breakpoints from the screen below: after the first layout everything would be styled again."""
        below, app = self._below, self.app
        names = (name for _, name in [*(app.HORIZONTAL_BREAKPOINTS or ()), *(app.VERTICAL_BREAKPOINTS or ())])
        self.update_classes({name: below.has_class(name) for name in names}, animate=False)

    def on_mount(self) -> None:
        """Fit in before the first layout."""
        SureResizes().watch(self)
        self._fitted = self.app.size
        self.fit(self._fitted)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Leave the styles as they are at the first time, when everything has just been styled."""
        event.refresh_styles = self.stack_updates > 0

    def on_resize(self, event: Resize) -> None:
        """Fit into another size, with another picture of what stands behind, and again once that is laid out."""
        if event.size != self.outer_size:
            return  # the layout for it comes next, and sends it again
        if event.size != self._fitted:
            self._fitted = event.size
            self.fit(event.size)
            self.picture_again()
            self.set_timer(SETTLED, self.picture_again)
        if not self._opened and self._below.outer_size == event.size:
            # the first layout is what sends this; by default all screens would be laid out once more
            event.prevent_default()
        self._opened = True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that came before the dialog stood, as where a job opened it, or after its end, is none of its."""
        return self.is_mounted and self.is_active and super().check_action(action, parameters)

    def fit(self, size: Size) -> None:
        """Show what there is room for: called before the first layout, and after that for another size."""

    def picture_again(self) -> None:
        """Take another picture of what stands behind the dialog."""
        self._backdrop = None
        self.refresh()

    def _shaded_screen(self) -> list[Strip]:
        """The screen below as it is now: to shade it anew with each of its changes takes longer than the dialog."""
        shaded = BackgroundScreen(self._below, self.styles.background.with_alpha(SHADE))
        console = self.app.console
        options = console.options.update(width=self.size.width, height=self.size.height)
        return [Strip(line) for line in Segment.split_lines(console.render(shaded, options))]

    @property
    def _below(self) -> Screen[object]:
        stack = self.app.screen_stack
        return stack[max(stack.index(self) - 1, 0)]

    async def action_copy_or_help_quit(self) -> None:
        """Copy what is selected with the mouse, else say how to quit."""
        selected = self.get_selected_text()
        if selected:
            self.app.copy_to_clipboard(selected)
        else:
            await self.app.run_action("help_quit")

    @property
    def is_tight(self) -> bool:
        """Whether there are so few columns that hints have to be short."""
        return self.app.size.width < TIGHT

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


class Page(TextView):
    """The text of a dialog; `o` opens it in the user's pager, `O` in the user's editor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open_text(False)", "Pager", show=False),
        Binding("O", "open_text(True)", "Editor", show=False),
    ]

    @work(group="pager", exclusive=True, exit_on_error=False)
    async def action_open_text(self, edit: bool) -> None:
        """Show the text in another program, which has the terminal until it ends."""
        from tui_chain.tui.pager import editor_command, open_text, pager_command

        command = (editor_command if edit else pager_command)(os.environ)
        failed = command if isinstance(command, Failure) else await open_text(self.app, self.plain, command)
        if failed is not None:
            toast(self, str(failed), "warning")


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
        keys = ("y copies" if copy else "", more_keys, "/ search", "o pager", "esc close")
        self._keys = " · ".join(filter(None, keys))
        self._heading = heading
        self._body = body
        self._copy = copy
        self._subject = subject

    def compose(self) -> ComposeResult:
        """The page in its frame."""
        page = Page(self._body, classes="frame", id="page")
        page.border_title = Content(self._heading)
        page.border_subtitle = self._keys
        yield page

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
    YES: ClassVar[str] = "y"

    def __init__(self, title: str, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._texts = (title, question, yes, no)

    def compose(self) -> ComposeResult:
        """The question and its two keys."""
        title, question, yes, no = self._texts
        with Vertical(classes="frame", id="confirm") as frame:
            frame.border_title = Content(title)
            yield Static(
                Content.assemble(question, "\n\n", (self.YES, "bold"), f" {yes}   ", ("n", "bold"), f" {no}"),
                markup=False,
            )

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)


class InsideScreen(ConfirmScreen, inherit_bindings=False):
    """Asks whether a request may go inside the network: ctrl+y says yes, a key that nothing else has."""

    YES = "ctrl+y"
    BINDINGS: ClassVar[list[BindingType]] = [
        *Dialog.BINDINGS,
        Binding(YES, "answer(True)", "Yes"),
        Binding("n", "answer(False)", "No"),
    ]


def confirm(app: App[None], question: ConfirmScreen, go_on: Callable[[], object]) -> None:
    """Ask, and go on after a yes."""

    def answered(yes: bool | None) -> None:
        if yes:
            go_on()

    app.push_screen(question, answered)
