"""Trusting a private root: the user's act, by its fingerprint from a second source."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui_chain.core.failure import Failure
from tui_chain.engine.private_root import RootQuestion, plan_trust_file
from tui_chain.repair.write import write
from tui_chain.trust.pinned import TYPED_DIGITS, ConfirmedRoot, confirm_typed
from tui_chain.tui.background import in_background
from tui_chain.tui.host_rows import BAD, DIM
from tui_chain.tui.screens.dialog import Dialog


class DigitInput(Input):
    """Remembers whether its text was pasted: digits that are copied were not compared."""

    pasted = False

    def on_paste(self) -> None:
        """Remember; Textual calls the handler of `Input` too."""
        self.pasted = True


class RootScreen(Dialog[ConfirmedRoot]):
    """Says what trusting means, and asks for the first digits of the SHA-256; a warning has to be read first."""

    def __init__(self, question: RootQuestion) -> None:
        super().__init__()
        self._question = question
        self._warned = False
        self._writing = False

    def compose(self) -> ComposeResult:
        """The root, what it means, the digits, the file."""
        question = self._question
        with Vertical(classes="frame", id="root") as frame:
            frame.border_title = "Trust a private root"
            frame.border_subtitle = "enter confirms · tab to the file · esc close"
            yield Static(
                Content.assemble((question.root.subject, "bold"), f"\n{_in_two_lines(question.shown)}"), markup=False
            )
            yield Static(Content(question.meaning), markup=False)
            if question.warning is not None:
                yield Static(Content.styled(f"✗ {question.warning}", BAD), markup=False)
            text = f"The first {TYPED_DIGITS} hex digits of its SHA-256, from a second source:"
            yield Static(Content.styled(text, DIM), markup=False)
            yield DigitInput(id="root-digits", compact=True, placeholder="type them here; a paste does not count")
            later = "A trust file to write it to, for later runs; empty: it is trusted in this run alone."
            yield Static(Content.styled(later, DIM), markup=False)
            yield Input(id="root-file", compact=True, placeholder="FILE.pem")
            yield Static(id="root-fault", markup=False)

    def on_mount(self) -> None:
        """Begin with the digits."""
        self.query_one("#root-digits").focus()

    def action_leave(self) -> None:
        """Close, but not in the middle of writing."""
        if not self._writing:
            self.dismiss(None)

    @on(Input.Submitted)
    def _entered(self) -> None:
        if self._writing:
            return
        box, question = self.query_one(DigitInput), self._question
        result = confirm_typed(
            question.root, box.value, pasted=box.pasted, warned=self._warned, warning=question.warning
        )
        if isinstance(result, Failure):
            text = f"{result} Enter again once you have read it." if self._unread() else str(result)
            self._warned = True
            box.pasted = False
            box.value = box.value if self._unread() else ""
            self._show_fault(text)
            return
        name = self.query_one("#root-file", Input).value.strip()
        self._writing = True
        if name:
            self._save(Path(name), result)
        else:
            self.dismiss(result)

    def _unread(self) -> bool:
        return self._question.warning is not None and not self._warned

    @work(group="save", exclusive=True, exit_on_error=False)
    async def _save(self, path: Path, confirmed: ConfirmedRoot) -> None:
        """Add the root to the trust file that was named, where what stands in it stays, then close."""
        result = await in_background(lambda: self._written(path, confirmed), "trust file")
        if isinstance(result, Failure):
            self._writing = False
            self._show_fault(str(result))
        else:
            self.dismiss(confirmed)

    def _written(self, path: Path, confirmed: ConfirmedRoot) -> Path | Failure:
        plan = plan_trust_file(path, self._question.root, confirmed)
        return plan if isinstance(plan, Failure) else write(plan, replace=True)

    def _show_fault(self, text: str) -> None:
        self.query_one("#root-fault", Static).update(Content.styled(f"✗ {text}", BAD))


def _in_two_lines(fingerprint: str) -> str:
    """Sixteen bytes a line, so that no byte is broken where there are few columns."""
    return f"{fingerprint[:48]}\n{fingerprint[48:]}"
