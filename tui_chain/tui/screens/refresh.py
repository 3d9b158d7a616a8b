"""What has become of a bundle of ours: host by host, and the file that should stand there instead."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui_chain.audit.refresh import HostNews, Refreshed, State
from tui_chain.audit.summary import outcome_summary, replacement_refused
from tui_chain.core.text import safe_text
from tui_chain.repair.bundle import earliest_expiry
from tui_chain.repair.difference import certificate_difference
from tui_chain.repair.output import Output
from tui_chain.repair.output_kinds import DESCRIPTIONS
from tui_chain.tui.paint import lines
from tui_chain.tui.rows import BAD, DIM, NEW, OK, WARN
from tui_chain.tui.screens.dialog import Dialog, Page
from tui_chain.tui.screens.looking import Looked, changed_meanwhile
from tui_chain.tui.screens.part import Cell, Part, Row
from tui_chain.tui.screens.save import Draft, Form, Saved, SaveScreen

LOOK: dict[State, Cell] = {
    State.WORKS: ("✓", OK),
    State.SOON: ("!", WARN),
    State.FAILS: ("✗", BAD),
    State.NOT_NEEDED: ("·", NEW),
    State.UNKNOWN: ("⊘", WARN),
}
MEANING = {
    State.WORKS: "The bundle works and is needed: it stays as it is.",
    State.SOON: "The bundle works, but not for long.",
    State.FAILS: "The bundle does not work any more.",
    State.NOT_NEEDED: "No host needs the bundle any more: the servers send all that clients need.",
    State.UNKNOWN: "Not every host was reached, and of those nothing can be said.",
}


class RefreshScreen(Dialog[Saved]):
    """A row for each host; `w` shows the new file, where there is one, and writes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "write", "Write the new file")]

    def __init__(self, looked: Looked, found: Refreshed, at: datetime) -> None:
        super().__init__()
        self._looked = looked
        self._found = found
        self._at = at

    def compose(self) -> ComposeResult:
        """The outcome, the hosts, and what is said of the one under the cursor."""
        glyph, style = LOOK[self._found.state]
        with Vertical(classes="frame", id="refresh") as frame:
            frame.border_title = Content.assemble(
                ("A bundle looked after", "bold"), "  ", (f"{glyph} {self._found.state.value}", style)
            )
            written = "w writes the new file · " if self._found.output is not None else ""
            frame.border_subtitle = f"{written}j k move · esc close"
            yield Static(self._outcome(), id="refresh-outcome", markup=False)
            yield Part(0, "Hosts", "news")
            with Page(id="refresh-below"):
                yield Static(id="refresh-detail", markup=False)

    def _outcome(self) -> Content:
        style = LOOK[self._found.state][1]
        told = [
            Content(safe_text(str(self._looked.path), 400)),
            Content.styled(MEANING[self._found.state], style),
            Content(outcome_summary(self._found, "w shows it, and writes it in the place of the old one.")),
        ]
        output = self._found.output
        if output is not None:
            told += [Content.styled(self._change(output), DIM)]
        return lines(part for part in told if part.plain)

    def _change(self, output: Output) -> str:
        """What the new file would change, and until when it works."""
        ends = earliest_expiry(output.bundle.core or output.certificates) if output.bundle is not None else None
        until = f"; works until {ends:%Y-%m-%d}" if ends is not None else ""
        return f"{output.summary}: {certificate_difference(self._looked.data, output.data).summary}{until}"

    def on_mount(self) -> None:
        """List the hosts."""
        part = self.query_one(Part)
        part.set_class(True, "-open")
        part.show(len(self._found.news), lambda place: _row(self._found.news[place]), self._widths)
        counted = [(state, sum(one.state is state for one in self._found.news)) for state in State]
        part.title(", ".join(f"{count} {state.value}" for state, count in counted if count))
        part.focus()

    def _widths(self, room: int) -> tuple[int, ...]:
        """State, host, and why: the port of a long name is at its end, which stays."""
        name = min(max((len(one.target) for one in self._found.news), default=0) + 2, room // 2)
        return 14, name, max(room - 14 - name, 8)

    @on(Part.Moved)
    def _cursor_moved(self, event: Part.Moved) -> None:
        event.stop()
        place = self.query_one(Part).place
        if place is not None:
            one = self._found.news[place]
            glyph, style = LOOK[one.state]
            words = Content.assemble(
                (safe_text(one.target, 400), "bold"), (f"\n{glyph} {one.state.value}\n", style), one.words
            )
            self.query_one("#refresh-detail", Static).update(words)

    def action_write(self) -> None:
        """Show the new file and what it would change."""
        output, path = self._found.output, self._looked.path
        refused = replacement_refused(path, self._looked.data, self._found)
        if output is None:
            self.notify(outcome_summary(self._found, "") or "There is no new file to write.", markup=False)
        elif refused is not None:
            self.notify(str(refused), severity="error", markup=False)
        else:
            looked, data = self._looked, output.data
            form = Form(
                output.kind.value, DESCRIPTIONS[output.kind], "", lambda: changed_meanwhile(looked) or Draft(data)
            )
            self.app.push_screen(SaveScreen("Replace the bundle", [form], str(path)), self._written)

    def _written(self, saved: Saved | None) -> None:
        if saved is not None:
            self.dismiss(saved)


def _row(one: HostNews) -> Row:
    glyph, style = LOOK[one.state]
    return (f"{glyph} {one.state.value}", style), (safe_text(one.target), ""), (one.words, "")
