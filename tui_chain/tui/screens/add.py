"""Adding hosts: one, or a pasted list."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from tui_chain.certs.text import plural
from tui_chain.probe.hostlist import Host, HostList, parse_host_list
from tui_chain.tui.screens.dialog import Dialog

HELP = "host, host:port, [v6]:port, a URL, or smtp+starttls://host · a label may follow · paste a list for many"


class HostText(TextArea):
    """Text in which enter adds the hosts; a list comes by pasting, or line by line with ctrl+j."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+j", "newline", "New line", show=False)]

    class Entered(Message):
        """Enter was pressed."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Entered())
            return
        await super()._on_key(event)

    def action_newline(self) -> None:
        """Start another line."""
        self.insert("\n")


class AddScreen(Dialog[tuple[Host, ...]]):
    """Takes targets; wrong lines stay in the box with the reason, right ones are added."""

    def compose(self) -> ComposeResult:
        """The box, and below it what is wrong."""
        with Vertical(classes="frame", id="add") as frame:
            frame.border_title = "Add hosts"
            frame.border_subtitle = "enter adds · ctrl+j new line · esc close"
            yield Static(Content.styled(HELP, "$text-muted"), markup=False)
            yield HostText(id="add-text", show_line_numbers=True, compact=True)
            yield Static(id="add-said", markup=False)

    def __init__(self) -> None:
        super().__init__()
        self._good: dict[str, Host] = {}

    def on_mount(self) -> None:
        """Begin in the box."""
        self.query_one(HostText).focus()

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._say(parse_host_list(self.query_one(HostText).text))

    def _say(self, found: HostList) -> None:
        said = [Content.styled(str(line), "$text-error") for line in found.bad[:8]]
        if len(found.bad) > 8:
            said.append(Content.styled(f"and {len(found.bad) - 8} more", "$text-error"))
        if found.hosts:
            said.insert(0, Content.styled(f"{plural(len(found.hosts), 'host')} to add", "$text-success"))
        self.query_one("#add-said", Static).update(Content("\n").join(said))

    @on(HostText.Entered)
    def _entered(self) -> None:
        box = self.query_one(HostText)
        found = parse_host_list(box.text)
        self._good |= {str(host.target): host for host in found.hosts}
        if not found.bad:
            if self._good:
                self.dismiss(tuple(self._good.values()))
            return
        lines = box.text.splitlines()
        box.text = "\n".join(lines[line.number - 1] for line in found.bad)
        box.move_cursor(box.document.end)

    def action_leave(self) -> None:
        """Close; what was right so far is added."""
        self.dismiss(tuple(self._good.values()) or None)
