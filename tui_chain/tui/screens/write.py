"""Writing the bundle: where, which bytes, and what they would replace."""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure
from tui_chain.repair.write import WritePlan, plan_write, write
from tui_chain.tui.rows import BAD, DIM, OK, WARN
from tui_chain.tui.screens.dialog import Dialog, Page

_LINE_STYLES = {"+": OK, "-": BAD, "@": DIM}


class WriteScreen(Dialog[Path]):
    """Shows the exact bytes, or the difference to what stands there; replacing asks for a key of its own."""

    def __init__(self, data: bytes, suggestion: str) -> None:
        super().__init__()
        self._data = data
        self._suggestion = suggestion
        self._plan: WritePlan | Failure | None = None

    def compose(self) -> ComposeResult:
        """The path, what writing there means, the bytes, the buttons."""
        with Vertical(classes="frame", id="write") as frame:
            frame.border_title = "Write the bundle"
            frame.border_subtitle = "enter writes · tab to the bytes and buttons · esc close"
            yield Input(self._suggestion, id="write-path", compact=True, select_on_focus=False)
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
        self._plan = plan_write(Path(text), self._data) if text else Failure("file", "Name a file.")
        self.query_one("#write-said", Static).update(_meaning(self._plan, len(self._data)))
        self.query_one("#write-shown", Static).update(self._shown())
        replaces = _replaces(self._plan)
        self.query_one("#do-replace").display = replaces
        self.query_one("#do-write").display = not replaces

    def _shown(self) -> Content:
        if isinstance(self._plan, WritePlan) and _replaces(self._plan):
            differing = self._plan.difference()
            return Content("\n").join(Content.styled(line, _LINE_STYLES.get(line[:1], "")) for line in differing)
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
        self.dismiss(result)


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
