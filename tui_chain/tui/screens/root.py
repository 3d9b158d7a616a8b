"""Trusting a private root: the user's act, by its fingerprint from a second source."""

from __future__ import annotations

import re
from pathlib import Path

from rich.segment import Segment
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Input, Static

from tui_chain.core.failure import Failure
from tui_chain.core.text import first_few, safe_text
from tui_chain.engine.private_root import RootQuestion, plan_trust_file
from tui_chain.repair.write import WritePlan, write
from tui_chain.trust.pinned import TYPED_DIGITS, ConfirmedRoot, confirm_typed
from tui_chain.tui.background import in_background
from tui_chain.tui.host_rows import BAD, DIM, WARN
from tui_chain.tui.screens.dialog import Dialog

MAX_NAMED = 3
"""Certificates that the difference of a trust file names."""


class DigitInput(Input):
    """Remembers whether any of its text was pasted, until it is empty again."""

    pasted = False

    def on_paste(self) -> None:
        """Remember; Textual calls the handler of `Input` too."""
        self.pasted = True

    def action_paste(self) -> None:
        """Remember what ctrl+v brings as well."""
        self.pasted = True
        super().action_paste()

    @on(Input.Changed)
    def _emptied(self) -> None:
        self.pasted = self.pasted and bool(self.value)


class RootScreen(Dialog[ConfirmedRoot]):
    """Says what trusting means, and asks for the SHA-256 from a second source; a warning has to be read first.

    No digit of it is shown, nor anything of the screen behind, where the certificate may stand with its fingerprint.
    """

    def __init__(self, question: RootQuestion, copied: str = "") -> None:
        """Ask `question`; `copied` is what was copied from this program last, which is no second source."""
        super().__init__()
        self._question = question
        self._copied = re.sub(r"[^0-9a-f]", "", copied.lower())
        self._warned = False
        self._writing = False
        self._shown: WritePlan | None = None

    def compose(self) -> ComposeResult:
        """The root, what it means, the digits, the file."""
        question = self._question
        with Vertical(classes="frame", id="root") as frame:
            frame.border_title = "Trust a private root"
            frame.border_subtitle = "enter confirms · tab to the file · esc close"
            yield Static(Content.styled(question.root.subject, "bold"), markup=False)
            yield Static(Content(question.meaning), markup=False)
            if question.warning is not None:
                yield Static(Content.styled(f"✗ {question.warning}", BAD), markup=False)
            text = f"The first {TYPED_DIGITS} hex digits of its SHA-256, or all of them, from a second source:"
            yield Static(Content.styled(text, DIM), markup=False)
            yield DigitInput(id="root-digits", compact=True, placeholder="type them, or paste the whole fingerprint")
            later = "A trust file to write it to, for later runs; empty: it is trusted in this run alone."
            yield Static(Content.styled(later, DIM), markup=False)
            yield Input(id="root-file", compact=True, placeholder="FILE.pem")
            yield Static(id="root-fault", markup=False)

    def on_mount(self) -> None:
        """Begin with the digits."""
        self.query_one("#root-digits").focus()

    def _shaded_screen(self) -> list[Strip]:
        """Nothing but the background."""
        return [Strip([Segment(" " * self.size.width)])] * self.size.height

    def action_leave(self) -> None:
        """Close, but not in the middle of writing."""
        if not self._writing:
            self.dismiss(None)

    @on(Input.Submitted)
    def _entered(self) -> None:
        if self._writing:
            return
        result = self._confirmed()
        if isinstance(result, Failure):
            self._refuse(result)
            return
        name = self.query_one("#root-file", Input).value.strip()
        self._writing = True
        if name:
            self._save(Path(name), result)
        else:
            self.dismiss(result)

    def _confirmed(self) -> ConfirmedRoot | Failure:
        box, question = self.query_one(DigitInput), self._question
        if box.pasted and question.root.sha256 in self._copied:
            return Failure(
                "root",
                "This fingerprint was copied from here, where the server could have put any.",
                "Get it from the people who run the root.",
            )
        return confirm_typed(
            question.root, box.value, pasted=box.pasted, warned=self._warned, warning=question.warning
        )

    def _refuse(self, failure: Failure) -> None:
        box, unread = self.query_one(DigitInput), self._question.warning is not None and not self._warned
        self._warned = True
        if not unread:
            box.value = ""
        self._show_fault(f"{failure} Enter again once you have read it." if unread else str(failure))

    @work(group="save", exclusive=True, exit_on_error=False)
    async def _save(self, path: Path, confirmed: ConfirmedRoot) -> None:
        """Add the root to the trust file that was named, where what stands in it stays, then close."""
        result = await in_background(lambda: self._written(path, confirmed), "trust file")
        if isinstance(result, Failure):
            self._writing = False
            self._show_fault(str(result))
        elif isinstance(result, WritePlan):
            self._writing, self._shown = False, result
            self.query_one("#root-fault", Static).update(_difference(result))
        else:
            self.dismiss(confirmed)

    def _written(self, path: Path, confirmed: ConfirmedRoot) -> Path | WritePlan | Failure:
        """Write the file; over one that exists the plan is returned first, to be shown, and written the next time."""
        plan = plan_trust_file(path, self._question.root, confirmed)
        if isinstance(plan, Failure):
            return plan
        seen = plan.old is None or plan.unchanged or plan == self._shown
        return write(plan, replace=True) if seen else plan

    def _show_fault(self, text: str) -> None:
        self.query_one("#root-fault", Static).update(Content.styled(f"✗ {text}", BAD))


def _difference(plan: WritePlan) -> Content:
    """What would come into a trust file that exists, and what stays, without a fingerprint."""
    change = plan.certificates()
    rows = [f"+ {one.subject}" for one in change.added]
    rows += [f"  {first_few([one.subject for one in change.kept], MAX_NAMED, '; ')}"] if change.kept else []
    head = f"! {safe_text(plan.path.name, 60)} exists: {change.summary}. Enter again writes it."
    return Content.assemble((head, WARN), "\n" + "\n".join(rows))
