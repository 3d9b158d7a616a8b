"""Writing the bundle: where, which bytes, and what they would replace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure
from tui_chain.repair.kinds import SUFFIXES, WORDS, Kind, Output
from tui_chain.repair.write import WritePlan, plan_write, write
from tui_chain.tui.rows import BAD, DIM, OK, WARN
from tui_chain.tui.screens.dialog import Dialog, Page

_LINE_STYLES = {"+": OK, "-": BAD, "@": DIM}
# a DER file holds one certificate, so that kind is several files: `tlschain fix --as der` writes those
KINDS = tuple(kind for kind in Kind if kind is not Kind.DER)


class WriteScreen(Dialog[tuple[Kind, Path]]):
    """Shows the exact bytes, or the difference to what stands there; replacing asks for a key of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "next_kind", "Kind", priority=True)]

    def __init__(self, make: Callable[[Kind], Output | Failure], base: str) -> None:
        super().__init__()
        self._make = make
        self._base = base
        self._kind = KINDS[0]
        self._output = make(self._kind)
        self._plan: WritePlan | Failure | None = None

    @property
    def _data(self) -> bytes:
        return b"" if isinstance(self._output, Failure) else self._output.data

    def action_next_kind(self) -> None:
        """Make the next kind of file, under the name that fits it."""
        self._kind = KINDS[(KINDS.index(self._kind) + 1) % len(KINDS)]
        self._output = self._make(self._kind)
        self.query_one("#write-kind", Static).update(_kind_words(self._kind))
        self.query_one("#write-path", Input).value = self._base + SUFFIXES[self._kind]
        self._look()

    def compose(self) -> ComposeResult:
        """The path, what writing there means, the bytes, the buttons."""
        with Vertical(classes="frame", id="write") as frame:
            frame.border_title = "Write the bundle"
            frame.border_subtitle = "enter writes · F2 another kind · tab to the buttons · esc close"
            yield Static(_kind_words(self._kind), id="write-kind", markup=False)
            yield Input(self._base + SUFFIXES[self._kind], id="write-path", compact=True, select_on_focus=False)
            yield Static(id="write-said", markup=False)
            with Page(id="write-bytes"):
                yield Static(id="write-shown", markup=False)
            with Horizontal(id="write-buttons"):
                yield Button("Write", id="do-write", variant="success", compact=True)
                yield Button("Replace the file", id="do-replace", variant="error", compact=True)
                yield Button("Cancel", id="do-cancel", compact=True)

    def on_mount(self) -> None:
        """Look at the suggested place."""
        self.query_one("#write-path", Input).focus()
        self._look()

    @on(Input.Changed, "#write-path")
    def _look(self) -> None:
        text = self.query_one("#write-path", Input).value.strip()
        self._plan = self._planned(text)
        self.query_one("#write-said", Static).update(_meaning(self._plan, len(self._data)))
        self.query_one("#write-shown", Static).update(self._shown())
        replaces = _replaces(self._plan)
        self.query_one("#do-replace").display = replaces
        self.query_one("#do-write").display = not replaces

    def _planned(self, text: str) -> WritePlan | Failure:
        if isinstance(self._output, Failure):
            return self._output
        return plan_write(Path(text), self._data) if text else Failure("file", "Name a file.")

    def _shown(self) -> Content:
        if isinstance(self._output, Failure):
            return Content()
        if isinstance(self._plan, WritePlan) and _replaces(self._plan):
            differing = [*self._plan.certificates().lines(), *(self._plan.difference() if self._plan.is_text else ())]
            return Content("\n").join(Content.styled(line, _LINE_STYLES.get(line[:1], "")) for line in differing)
        if not self._output.is_text:
            return Content("\n").join(Content(one.subject) for one in self._output.certificates)
        return Content(self._data.decode("ascii"))

    @on(Input.Submitted, "#write-path")
    def _entered(self) -> None:
        if _replaces(self._plan):
            self.query_one("#do-replace").focus()
            return
        self._write(replace=False)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "do-cancel":
            self.dismiss(None)
        else:
            self._write(replace=event.button.id == "do-replace")

    def _write(self, *, replace: bool) -> None:
        if not isinstance(self._plan, WritePlan):
            self.query_one("#write-path").focus()
            return
        result = write(self._plan, replace=replace)
        if isinstance(result, Failure):
            self._look()
            self.query_one("#write-said", Static).update(Content.styled(f"✗ {result}", BAD))
            return
        self.dismiss((self._kind, result))


def _kind_words(kind: Kind) -> Content:
    return Content.assemble((f"{kind.value}: ", "bold"), WORDS[kind])


def _replaces(plan: WritePlan | Failure | None) -> bool:
    return isinstance(plan, WritePlan) and plan.old is not None and not plan.unchanged


def _meaning(plan: WritePlan | Failure, size: int) -> Content:
    if isinstance(plan, Failure):
        return Content.styled(f"✗ {plan}", BAD)
    where = safe_text(str(plan.path), 400)
    if plan.old is None:
        return Content.styled(f"✚ new file {where}, {size} bytes", OK)
    if plan.unchanged:
        return Content.styled(f"✓ {where} holds exactly these bytes already", OK)
    return Content.styled(f"! {where} exists; replacing it changes this:", WARN)
