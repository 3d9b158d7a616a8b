"""What has become of a bundle of ours: host by host, and the file that should stand there instead."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui_chain.audit.refresh import HostNews, Refreshed, State
from tui_chain.audit.summary import outcome_summary, replacement_refused
from tui_chain.core.text import safe_text
from tui_chain.repair.difference import certificate_difference
from tui_chain.repair.output import Output
from tui_chain.repair.output_kinds import DESCRIPTIONS
from tui_chain.tui.background import in_background
from tui_chain.tui.host_rows import BAD, DIM, NEW, OK, WARN
from tui_chain.tui.render import lines, with_keys
from tui_chain.tui.screens.audited_file import AuditedFile, changed_meanwhile
from tui_chain.tui.screens.dialog import ConfirmScreen, Dialog, Page, confirm
from tui_chain.tui.screens.save import Draft, Form, Saved, SaveScreen
from tui_chain.tui.toasts import toast
from tui_chain.tui.widgets.row_list import ListCell, ListRow, RowList

LOOK: dict[State, ListCell] = {
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
    State.UNKNOWN: "Some hosts were not reached: whether the bundle works for those is unknown.",
}


class RefreshScreen(Dialog[Saved]):
    """A row for each host; `w` shows the new file, where there is one, and writes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "write", "Write the new file")]

    def __init__(self, audited: AuditedFile, found: Refreshed, change: str) -> None:
        """Show what was found; `change` says what the new file would change, as `change_label` has it."""
        super().__init__()
        self._audited = audited
        self._found = found
        self._change = change

    def compose(self) -> ComposeResult:
        """The outcome, the hosts, and what was found of the one under the cursor."""
        glyph, style = LOOK[self._found.state]
        with Vertical(classes="frame", id="refresh") as frame:
            frame.border_title = Content.assemble(
                ("A bundle refreshed", "bold"), "  ", (f"{glyph} {self._found.state.value}", style)
            )
            written = "w writes the new file · " if self._found.output or self._found.unaccepted else ""
            frame.border_subtitle = f"{written}j k move · esc close"
            yield Static(self._outcome(), id="refresh-outcome", classes="gap-below", markup=False)
            yield RowList(0, "Hosts", "news")
            yield Page(id="refresh-below", classes="detail")

    def _outcome(self) -> Content:
        style = LOOK[self._found.state][1]
        outcome = outcome_summary(self._found, "w shows it, and writes it in the place of the old one.")
        rows = [
            Content(safe_text(str(self._audited.path), 400)),
            Content.styled(MEANING[self._found.state], style),
            Content(with_keys(outcome)),
        ]
        if self._change:
            rows += [Content.styled(self._change, DIM)]
        return lines(row for row in rows if row.plain)

    def on_mount(self) -> None:
        """List the hosts."""
        row_list = self.query_one(RowList)
        row_list.set_class(True, "-open")
        row_list.show(len(self._found.news), lambda place: _row(self._found.news[place]), self._widths)
        counted = [(state, sum(one.state is state for one in self._found.news)) for state in State]
        row_list.title(", ".join(f"{count} {state.value}" for state, count in counted if count))
        row_list.focus()

    def _widths(self, room: int) -> tuple[int, ...]:
        """State, host, and why: the port of a long name is at its end, which stays."""
        name = min(max((len(one.target) for one in self._found.news), default=0) + 2, room // 2)
        return 14, name, max(room - 14 - name, 8)

    @on(RowList.Moved)
    def _cursor_moved(self, event: RowList.Moved) -> None:
        event.stop()
        place = self.query_one(RowList).place
        if place is not None:
            one = self._found.news[place]
            glyph, style = LOOK[one.state]
            text = Content.assemble(
                (safe_text(one.target, 400), "bold"), (f"\n{glyph} {one.state.value}\n", style), with_keys(one.text)
            )
            self.query_one(Page).update(text)

    def action_write(self) -> None:
        """Show the new file and what it would change; one that rests on another anchor only after a yes."""
        output, failure = self._found.unaccepted, self._found.failure
        if output is None or failure is None:
            self._show(self._found)
            return
        question = ConfirmScreen("Another anchor?", failure.message, "show the new file", "leave the old one")
        confirm(self.app, question, lambda: self._show(replace(self._found, output=output, failure=None)))

    @work(group="replace", exclusive=True, exit_on_error=False)
    async def _show(self, found: Refreshed) -> None:
        output, audited = found.output, self._audited
        refused = await in_background(lambda: replacement_refused(audited.path, audited.data, found), "replacement")
        if output is None:
            toast(self, outcome_summary(found, "") or "There is no new file to write.")
        elif refused is not None:
            toast(self, str(refused), "error")
        else:
            data = output.data
            form = Form(
                output.kind.value, DESCRIPTIONS[output.kind], "", lambda: changed_meanwhile(audited) or Draft(data)
            )
            self.app.push_screen(SaveScreen("Replace the bundle", [form], str(audited.path)), self._written)

    def _written(self, saved: Saved | None) -> None:
        if saved is not None:
            self.dismiss(saved)


def _row(one: HostNews) -> ListRow:
    glyph, style = LOOK[one.state]
    return (f"{glyph} {one.state.value}", style), (safe_text(one.target), ""), (with_keys(one.text), "")


def change_label(audited: AuditedFile, output: Output | None) -> str:
    """What the new file would change, and when it expires; empty without one. Computes a difference."""
    if output is None:
        return ""
    first = output.bundle.expiry if output.bundle is not None else None
    expires = f"; expires {first.at:%Y-%m-%d}, with {first.name}" if first is not None else ""
    return f"{output.summary}: {certificate_difference(audited.data, output.data).summary}{expires}"
