"""Saving a file: as what, where, which bytes, and what they would change; every front door to a disk is this one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute
from tui_chain.core.text import safe_text
from tui_chain.repair.write import WritePlan, free_name, numbered, plan_write, write
from tui_chain.tui.host_row import BAD, DIM, OK, WARN
from tui_chain.tui.screens.dialog import Dialog, Page

MAX_SHOWN = 4000
"""Lines of a file or a difference that are laid out; a whole trust store has 3,000."""
_LINE_STYLES = {"+": OK, "-": BAD, "@": DIM}


@dataclass(frozen=True)
class Draft:
    """What would be written: its bytes, and how they are shown; None shows them as text.

    `merged` gives the bytes that add to an existing file what it lacks, from that file's bytes; None where a file
    of this form cannot be added to. `more` are further files that belong to it, named NAME-2, NAME-3 and so on.
    """

    data: bytes
    shown: Content | None = None
    merged: Callable[[bytes], bytes | Failure] | None = None
    more: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Form:
    """One form that the file can have: its name, what it is for, how its file name ends, and how it is made."""

    name: str
    words: str
    suffix: str
    make: Callable[[], Draft | Failure]


@dataclass(frozen=True)
class Saved:
    """What was written: the name of its form, and where it stands."""

    form: str
    path: Path


class Manner(Enum):
    """What is done with a file that stands there."""

    REPLACE = "replacing it"
    MERGE = "adding what it lacks"


class SaveScreen(Dialog[Saved]):
    """Shows the exact bytes, or the difference to what stands there; an existing file asks for a key of its own.

    What is shown is what is done: the manner is chosen, shown, and only then there is a button that does it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "next_form", "Form", priority=True),
        Binding("f3", "next_manner", "Replace or add", priority=True),
        Binding("f4", "backup", "Backup", priority=True),
        Binding("f5", "other_name", "Another name", priority=True),
    ]

    def __init__(self, title: str, forms: Sequence[Form], base: str) -> None:
        super().__init__()
        self._title = title
        self._forms = tuple(forms)
        self._base = base
        self._manner = Manner.REPLACE
        self._keeps_old = False
        self._place(self._forms[0])

    def _place(self, form: Form) -> None:
        self._form = form
        self._draft = form.make()
        self._plans: tuple[WritePlan, ...] | Failure = Failure("file", "Name a file.")

    def compose(self) -> ComposeResult:
        """The path, what writing there means, the bytes, the buttons."""
        with Vertical(classes="frame", id="write") as frame:
            frame.border_title = Content(self._title)
            frame.border_subtitle = f"enter writes{' · F2 another kind' if len(self._forms) > 1 else ''} · esc close"
            yield Static(id="write-kind", markup=False)
            yield Input(self._base + self._form.suffix, id="write-path", compact=True, select_on_focus=False)
            yield Static(id="write-said", markup=False)
            yield Static(id="write-choices", markup=False)
            with Page(id="write-bytes"):
                yield Static(id="write-shown", markup=False)
            with Horizontal(id="write-buttons"):
                yield Button("Write", id="do-write", variant="success", compact=True)
                yield Button("Replace the file", id="do-replace", variant="error", compact=True)
                yield Button("Cancel", id="do-cancel", compact=True)

    def on_mount(self) -> None:
        """Look at the suggested place."""
        self.query_one("#write-path", Input).focus()
        self.query_one("#write-kind", Static).update(self._form_words())

    # what is asked for

    def action_next_form(self) -> None:
        """Make the next form of the file, under the name that fits it."""
        if len(self._forms) < 2:
            return
        typed, suggested = self.query_one("#write-path", Input).value, self._base + self._form.suffix
        self._place(self._forms[(self._forms.index(self._form) + 1) % len(self._forms)])
        self._manner = Manner.REPLACE
        self.query_one("#write-kind", Static).update(self._form_words())
        # a name that was typed is kept, but for its ending
        mine = Path(typed).with_suffix(Path(self._form.suffix).suffix) if Path(typed).name else Path(typed)
        self._rename(self._base + self._form.suffix if typed == suggested else str(mine))

    def action_next_manner(self) -> None:
        """Change between replacing the file and adding to it."""
        if self._exists and self._merges is not None:
            self._manner = Manner.MERGE if self._manner is Manner.REPLACE else Manner.REPLACE
            self._look()

    def action_backup(self) -> None:
        """Keep the old file beside the new one, or do not."""
        if self._exists:
            self._keeps_old = not self._keeps_old
            self._look()

    def action_other_name(self) -> None:
        """Take a name that no file has."""
        if self._exists and isinstance(self._plans, tuple):
            typed = Path(self.query_one("#write-path", Input).value)
            self._rename(str(typed.with_name(free_name(typed.expanduser()).name)))

    def _rename(self, path: str) -> None:
        box = self.query_one("#write-path", Input)
        if box.value == path:
            self._look()
        box.value = path
        box.cursor_position = len(path)
        box.focus()

    # what it would do

    @property
    def _merges(self) -> Callable[[bytes], bytes | Failure] | None:
        return None if isinstance(self._draft, Failure) else self._draft.merged

    @property
    def _exists(self) -> bool:
        """Whether a file with other bytes stands there, whatever is done with it."""
        if isinstance(self._plans, Failure) or isinstance(self._draft, Failure):
            return self._manner is Manner.MERGE
        return any(plan.old is not None and plan.old != self._draft.data for plan in self._plans[:1])

    @on(Input.Changed, "#write-path")
    def _typed(self) -> None:
        self._manner = Manner.REPLACE
        self._look()

    def _look(self) -> None:
        self._plans = self._planned(self.query_one("#write-path", Input).value.strip())
        self.query_one("#write-said", Static).update(self._meaning())
        self.query_one("#write-shown", Static).update(self._shown())
        exists, merging = self._exists, self._manner is Manner.MERGE
        self.query_one("#do-write", Button).display = not exists
        self.query_one("#do-replace", Button).display = exists
        self.query_one("#do-replace", Button).label = "Add to the file" if merging else "Replace the file"
        choices = self.query_one("#write-choices", Static)
        choices.display = exists
        choices.update(self._choices())

    def _planned(self, text: str) -> tuple[WritePlan, ...] | Failure:
        if isinstance(self._draft, Failure):
            return self._draft
        if not text:
            return Failure("file", "Name a file.")
        path = Path(text)
        first = self._merged_plan(path) if self._manner is Manner.MERGE else plan_write(path, self._draft.data)
        if isinstance(first, Failure):
            return first
        plans = [first]
        for number, data in enumerate(self._draft.more, start=2):
            beside = plan_write(numbered(path, number), data)
            if isinstance(beside, Failure):
                return beside
            if beside.old is not None and not beside.unchanged:
                return Failure("exists", f"{safe_text(str(beside.path))} is there too.", "Name another file.")
            plans.append(beside)
        return tuple(plans)

    def _merged_plan(self, path: Path) -> WritePlan | Failure:
        standing = plan_write(path, b"")
        if isinstance(standing, Failure) or self._merges is None:
            return standing
        merged = self._merges(standing.old or b"")
        return merged if isinstance(merged, Failure) else WritePlan(standing.path, merged, standing.old)

    # how it is said

    def _form_words(self) -> Content:
        place = f" {self._forms.index(self._form) + 1}/{len(self._forms)}" if len(self._forms) > 1 else ""
        return Content.assemble((self._form.name, "bold"), (place, DIM), ": ", self._form.words)

    def _meaning(self) -> Content:
        if isinstance(self._plans, Failure):
            return Content.styled(f"✗ {self._plans}", BAD)
        plan = self._plans[0]
        where = _where(plan.path)
        if plan.unchanged:
            held = "has all of these already" if self._manner is Manner.MERGE else "holds exactly these bytes already"
            return Content.styled(f"✓ {where} {held}", OK)
        if plan.old is None:
            more = f", and {len(self._plans) - 1} more beside it" if len(self._plans) > 1 else ""
            return Content.styled(f"✚ new file {where}, {len(plan.data)} bytes{more}", OK)
        return Content.styled(f"! {where} exists; {self._manner.value} changes this:", WARN)

    def _choices(self) -> Content:
        """The keys for a file that stands there."""
        other = "replace it" if self._manner is Manner.MERGE else "add to it"
        backup = "the old file stays as a backup" if self._keeps_old else "keep a backup"
        keys = [("F3", f"{other} instead")] if self._merges is not None else []
        keys += [("F4", backup), ("F5", "another name")]
        return Content("   ").join(Content.assemble((key, "bold"), f" {words}") for key, words in keys)

    def _shown(self) -> Content:
        if isinstance(self._plans, Failure) or isinstance(self._draft, Failure):
            return Content()
        plan = self._plans[0]
        if plan.old is not None and not plan.unchanged:
            differing = [*plan.certificates().lines(), *(plan.difference() if plan.is_text else ())]
            return _laid_out(differing, styled=True)
        if self._draft.shown is not None:
            return self._draft.shown
        return _laid_out([safe_text(line) for line in plan.data.decode("utf-8", "replace").splitlines()])

    # doing it

    @on(Input.Submitted, "#write-path")
    def _entered(self) -> None:
        if self._exists:
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
        if isinstance(self._plans, Failure):
            self.query_one("#write-path").focus()
            return
        for plan in reversed(self._plans):
            result = write(plan, replace=replace, backup=self._keeps_old)
            if isinstance(result, Failure):
                self._look()
                self.query_one("#write-said", Static).update(Content.styled(f"✗ {result}", BAD))
                return
        self.dismiss(Saved(self._form.name, self._plans[0].path))


def _where(path: Path) -> str:
    """A path as text, from here where it is below."""
    here = absolute(Path())
    below = None if isinstance(here, Failure) or not path.is_relative_to(here) else path.relative_to(here)
    return safe_text(str(below or path), 400)


def _laid_out(rows: Sequence[str], *, styled: bool = False) -> Content:
    """Lines below one another, no more than a screen can lay out at once."""
    shown = [Content.styled(line, _LINE_STYLES.get(line[:1], "")) if styled else Content(line) for line in rows]
    if len(shown) > MAX_SHOWN:
        shown = [*shown[:MAX_SHOWN], Content.styled(f"and {len(rows) - MAX_SHOWN} lines more", DIM)]
    return Content("\n").join(shown)
