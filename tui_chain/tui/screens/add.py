"""Adding hosts: one, or a pasted list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from tui_chain.core.failure import Failure
from tui_chain.core.text import plural
from tui_chain.net.host_list import BadLine, Host, HostList, parse_host_list
from tui_chain.probe.pasted import Additions, GivenChain, parse_additions
from tui_chain.tui.background import in_background
from tui_chain.tui.host_rows import BAD, DIM, OK
from tui_chain.tui.messages import Noted
from tui_chain.tui.screens.dialog import Dialog
from tui_chain.tui.toasts import toast

HELP = """host, host:port, [v6]:port, a URL, or smtp+starttls://host · paste a list for many
behind it sni=NAME, connect-to=HOST, proxy=URL … and a label, if you like
without a connection: `host < chain.pem`, or paste the host and below it what openssl s_client -showcerts printed"""

MAX_REASONS = 200
"""Wrong lines that are shown with their reasons; the rest is counted."""


class HostText(TextArea):
    """Text in which enter adds the hosts; a list comes by pasting, or line by line with ctrl+j."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # before the text area takes the key as a new line
        Binding("enter", "enter", "Enter", show=False, priority=True),
    ]

    class Entered(Message):
        """Enter was pressed."""

    def action_enter(self) -> None:
        """Hand the lines over."""
        self.post_message(self.Entered())

    def on_key(self, event: events.Key) -> None:
        """Start another line, in its turn: what is typed ahead would come before what a binding does."""
        if event.key == "ctrl+j":
            event.stop()
            event.prevent_default()
            self.insert("\n")


class AddScreen(Dialog[str]):
    """Takes targets; wrong lines stay in the box with the reason, right ones come onto the list at once.

    `add` puts them there and returns a sentence on that, which is the result once no line is wrong.
    """

    def compose(self) -> ComposeResult:
        """The box, and below it what is wrong."""
        with Vertical(classes="frame", id="add") as frame:
            frame.border_title = "Add hosts"
            yield Static(Content.styled(HELP, DIM), markup=False)
            yield HostText(id="add-text", classes="gap-above", show_line_numbers=True, compact=True)
            with VerticalScroll(id="add-below", classes="gap-above"):
                yield Static(id="add-status", classes="fit", markup=False)

    def __init__(self, add: Callable[[Additions], str]) -> None:
        super().__init__()
        self._add = add

    def on_mount(self) -> None:
        """Begin in the box."""
        self._show_result(Additions())
        self.query_one(HostText).focus()

    @on(TextArea.Changed)
    def _changed(self) -> None:
        # files are read when enter is pressed, not while their names are typed
        text = self.query_one(HostText).text
        found = Additions() if "-----BEGIN " in text or "<" in text else Additions(*_split(parse_host_list(text)))
        self._show_result(found, f"{plural(found.count, 'host')} to add" if found.count else "")

    def _show_result(self, found: Additions, fact: str = "") -> None:
        """Show a fact on the right lines, and the reasons of the wrong ones."""
        shown = [Content.styled(str(line), BAD) for line in found.bad[:MAX_REASONS]]
        if len(found.bad) > MAX_REASONS:
            shown.append(Content.styled(f"and {plural(len(found.bad) - MAX_REASONS, 'wrong line')} more", BAD))
        if fact:
            shown.insert(0, Content.styled(fact, OK))
        self.query_one("#add-status", Static).update(Content("\n").join(shown))
        self.query_one("#add-below").display = bool(shown)
        self._name_keys(reasons=bool(found.bad))

    def _name_keys(self, *, reasons: bool) -> None:
        keys = ["enter adds", "ctrl+j new line", *(["tab reasons"] if reasons else []), "esc"]
        self.query_one("#add").border_subtitle = " · ".join(keys)

    @on(HostText.Entered)
    def _entered(self) -> None:
        self._take(self.query_one(HostText).text)

    @work(group="add", exclusive=True, exit_on_error=False)
    async def _take(self, text: str) -> None:
        """Read the lines, and the files that they name; what is right comes onto the list once all is."""
        found = await in_background(lambda: parse_additions(text), "additions")
        if isinstance(found, Failure):
            toast(self, str(found), "error")
        else:
            self._take_additions(text, found)

    def _take_additions(self, text: str, found: Additions) -> None:
        box = self.query_one(HostText)
        if found.bad and box.text != text:
            # its good lines cannot be told from the edited ones: all stay in the box until the next enter
            return
        added = self._add(found) if found.count else ""
        if not found.bad:
            if found.count:
                self.dismiss(added)
            return
        if "-----BEGIN " not in text:
            found = self._keep_wrong_lines(text, found)
        self._show_result(found, f"✓ {added}" if added else "")
        self.picture_again()
        if added:
            self.app.post_message(Noted(added))

    def _keep_wrong_lines(self, text: str, found: Additions) -> Additions:
        """Leave the wrong lines of a text in the box, and number them as they stand there."""
        box, written = self.query_one(HostText), text.splitlines()
        with box.prevent(TextArea.Changed):
            box.text = "\n".join(written[line.number - 1] for line in found.bad)
        box.move_cursor(box.document.end)
        return replace(found, bad=tuple(replace(line, number=at) for at, line in enumerate(found.bad, start=1)))


def _split(listed: HostList) -> tuple[tuple[Host, ...], tuple[GivenChain, ...], tuple[BadLine, ...]]:
    return listed.hosts, (), listed.bad
