"""Trusting a private root: the user's act, by its fingerprint from a second source."""

from __future__ import annotations

from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui_chain.core.failure import Failure
from tui_chain.engine.private_root import RootQuestion, plan_trust_file
from tui_chain.repair.write import write
from tui_chain.trust.pinned import TYPED_DIGITS, ConfirmedRoot, confirm_typed
from tui_chain.tui.rows import BAD, DIM
from tui_chain.tui.screens.dialog import Dialog


class DigitInput(Input):
    """Remembers whether its text was pasted: digits that are copied were not compared."""

    pasted = False

    def _on_paste(self, _: events.Paste) -> None:
        self.pasted = True  # the toolkit calls Input's own handler too


class RootScreen(Dialog[ConfirmedRoot]):
    """Says what trusting means, and asks for the first digits of the SHA-256; a warning has to be read first."""

    def __init__(self, question: RootQuestion) -> None:
        super().__init__()
        self._question = question
        self._warned = False

    def compose(self) -> ComposeResult:
        """The root, what it means, the digits, the file."""
        asked = self._question
        with Vertical(classes="frame", id="root") as frame:
            frame.border_title = "Trust a private root"
            frame.border_subtitle = "enter confirms · tab to the file · esc close"
            yield Static(
                Content.assemble((asked.root.subject, "bold"), f"\n{_in_two_lines(asked.shown)}"), markup=False
            )
            yield Static(Content(asked.meaning), markup=False)
            if asked.warning is not None:
                yield Static(Content.styled(f"✗ {asked.warning}", BAD), markup=False)
            words = f"The first {TYPED_DIGITS} hex digits of its SHA-256, from a second source:"
            yield Static(Content.styled(words, DIM), markup=False)
            yield DigitInput(id="root-digits", compact=True, placeholder="type them here; a paste does not count")
            later = "A trust file for --trust, to trust it in later runs too; empty: in this run alone."
            yield Static(Content.styled(later, DIM), markup=False)
            yield Input(id="root-file", compact=True, placeholder="FILE.pem")
            yield Static(id="root-said", markup=False)

    def on_mount(self) -> None:
        """Begin with the digits."""
        self.query_one("#root-digits").focus()

    @on(Input.Submitted)
    def _entered(self) -> None:
        box, asked = self.query_one(DigitInput), self._question
        result = confirm_typed(asked.root, box.value, pasted=box.pasted, warned=self._warned, warning=asked.warning)
        if isinstance(result, Failure):
            words = f"{result} Enter again once you have read it." if self._unread() else str(result)
            self._warned = True
            box.pasted = False
            box.value = box.value if self._unread() else ""
            self._say(words)
            return
        failure = self._save(result)
        if failure is not None:
            self._say(str(failure))
            return
        self.dismiss(result)

    def _unread(self) -> bool:
        return self._question.warning is not None and not self._warned

    def _save(self, confirmed: ConfirmedRoot) -> Failure | None:
        """Add the root to the trust file that was named; what stands in it stays."""
        name = self.query_one("#root-file", Input).value.strip()
        if not name:
            return None
        plan = plan_trust_file(Path(name), self._question.root, confirmed)
        result = plan if isinstance(plan, Failure) else write(plan, replace=True)
        return result if isinstance(result, Failure) else None

    def _say(self, words: str) -> None:
        self.query_one("#root-said", Static).update(Content.styled(f"✗ {words}", BAD))


def _in_two_lines(fingerprint: str) -> str:
    """Sixteen bytes a line, so that no byte is broken where there are few columns."""
    return f"{fingerprint[:48]}\n{fingerprint[48:]}"
