"""Saving a file: as what, where, which bytes, and what they would change; every front door to a disk is this one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute
from tui_chain.core.text import safe_text
from tui_chain.repair.file_header import same_but_notes
from tui_chain.repair.write import WritePlan, free_name, numbered, plan_merge, plan_write, write_all
from tui_chain.tui.background import in_background
from tui_chain.tui.host_rows import BAD, DIM, NEW, OK, WARN
from tui_chain.tui.render import line_list
from tui_chain.tui.screens.dialog import Dialog, Page


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
    purpose: str
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


@dataclass(frozen=True)
class SaveChoice:
    """What is asked for: a draft of this form, at the path that was typed, in this manner."""

    form: Form
    draft: Draft
    path: str
    manner: Manner


@dataclass(frozen=True)
class SavePlan:
    """What saving would do: for which choice, the files that would be written, and what is shown of that.

    `exists` says that a file with other bytes stands there, whatever is done with it.
    """

    choice: SaveChoice
    files: tuple[WritePlan, ...] | Failure
    meaning: Content
    shown: Content
    exists: bool


class SaveScreen(Dialog[Saved]):
    """Shows the exact bytes, or the difference to what stands there; an existing file asks for a key of its own.

    What is shown is what is done: the manner is chosen, shown, and only then there is a button that does it. The disk
    is read and written, and differences are computed, off the event loop.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "next_form", "Form", priority=True),
        Binding("f3", "next_manner", "Replace or add", priority=True),
        Binding("f4", "backup", "Backup", priority=True),
        Binding("f5", "other_name", "Another name", priority=True),
    ]

    def __init__(self, heading: str, forms: Sequence[Form], base: str) -> None:
        super().__init__()
        self._heading = heading
        self._forms, self._form = tuple(forms), forms[0]
        self._base = base
        self._manner = Manner.REPLACE
        self._keeps_old = False
        self._draft: Draft | Failure | None = None
        self._plan: SavePlan | None = None
        self._seen: Draft | None = None
        self._fault: Failure | None = None
        self._entered_early = self._writing = False

    def compose(self) -> ComposeResult:
        """The path, what writing there means, the bytes, the buttons."""
        with Vertical(classes="frame -tall", id="write") as frame:
            frame.border_title = Content(self._heading)
            frame.border_subtitle = f"enter writes{' · F2 another kind' if len(self._forms) > 1 else ''} · esc close"
            yield Static(id="write-kind", markup=False)
            yield Input(
                self._base + self._form.suffix, id="write-path", classes="path", compact=True, select_on_focus=False
            )
            yield Static(id="write-meaning", markup=False)
            yield Static(id="write-choices", markup=False)
            yield Page(id="write-bytes", classes="rest")
            with Horizontal(id="write-buttons"):
                yield Button("Write", id="do-write", variant="success", compact=True)
                yield Button("Replace the file", id="do-replace", variant="error", compact=True)
                yield Button("Cancel", id="do-cancel", compact=True)

    def on_mount(self) -> None:
        """Make the first form for the suggested place."""
        self.query_one("#write-path", Input).focus()
        self._make()

    @property
    def _path(self) -> str:
        return self.query_one("#write-path", Input).value

    @property
    def _choice(self) -> SaveChoice | None:
        """What is asked for now, once there is a draft."""
        draft = self._draft
        return SaveChoice(self._form, draft, self._path.strip(), self._manner) if isinstance(draft, Draft) else None

    @property
    def _ready(self) -> SavePlan | None:
        """The plan, if it is for what is asked for now; none while one is carried out."""
        plan = self._plan
        return plan if plan is not None and not self._writing and plan.choice == self._choice else None

    # what is asked for

    def action_leave(self) -> None:
        """Close, but not in the middle of writing."""
        if not self._writing:
            self.dismiss(None)

    def action_next_form(self) -> None:
        """Make the next form of the file, under the name that fits it."""
        if len(self._forms) < 2 or self._writing:
            return
        typed, suggested = self._path, self._base + self._form.suffix
        self._form = self._forms[(self._forms.index(self._form) + 1) % len(self._forms)]
        self._manner = Manner.REPLACE
        self._make()
        # a name that was typed is kept, but for its ending
        mine = Path(typed).with_suffix(Path(self._form.suffix).suffix) if Path(typed).name else Path(typed)
        self._rename(self._base + self._form.suffix if typed == suggested else str(mine))

    def action_next_manner(self) -> None:
        """Change between replacing the file and adding to it."""
        plan = self._ready
        if plan is not None and plan.exists and plan.choice.draft.merged is not None:
            self._manner = Manner.MERGE if self._manner is Manner.REPLACE else Manner.REPLACE
            self._look()

    def action_backup(self) -> None:
        """Keep the old file beside the new one, or do not."""
        plan = self._ready
        if plan is not None and plan.exists:
            self._keeps_old = not self._keeps_old
            self._show()

    def action_other_name(self) -> None:
        """Take a name that no file has."""
        plan = self._ready
        if plan is not None and plan.exists and not isinstance(plan.files, Failure):
            self._name_anew(Path(self._path))

    @work(group="name", exclusive=True, exit_on_error=False)
    async def _name_anew(self, typed: Path) -> None:
        free = await in_background(lambda: free_name(typed.expanduser()), "name")
        # what was typed meanwhile stays, and so does the name under which the file is being written
        if not isinstance(free, Failure) and not self._writing and Path(self._path) == typed:
            self._rename(str(typed.with_name(free.name)))

    def _rename(self, path: str) -> None:
        box = self.query_one("#write-path", Input)
        box.value = path
        box.cursor_position = len(path)
        box.focus()

    # what it would do

    def _make(self) -> None:
        """Make the draft of the form, then look at the place; what was planned and entered was for another form."""
        self._draft = self._plan = None
        self._entered_early, self._fault = False, None
        self.workers.cancel_group(self, "plan")
        self.query_one("#write-kind", Static).update(self._form_label())
        self._lay_out(Content.styled("◌ making it", NEW), Content(), exists=False)
        self._make_draft(self._form)

    @work(group="draft", exclusive=True, exit_on_error=False)
    async def _make_draft(self, form: Form) -> None:
        self._draft = await in_background(form.make, "draft")
        self._look()

    @on(Input.Changed, "#write-path")
    def _typed(self) -> None:
        if not self._writing:
            self._manner, self._fault, self._entered_early = Manner.REPLACE, None, False
            self._look()

    def _look(self) -> None:
        """Plan anew, once there is a draft; until then nothing can be written."""
        self._plan, choice = None, self._choice
        if isinstance(self._draft, Failure):
            self._show_fault(self._draft)
        elif choice is not None:
            self._make_plan(choice)

    @work(group="plan", exclusive=True, exit_on_error=False)
    async def _make_plan(self, choice: SaveChoice) -> None:
        plan = await in_background(lambda: plan_save(choice), "plan")
        if choice != self._choice:
            return
        if isinstance(plan, Failure):
            self._show_fault(plan)
            return
        self._plan, was_seen = plan, self._seen is choice.draft
        self._show()
        if self._entered_early and (was_seen or plan.exists or isinstance(plan.files, Failure)):
            self._enter()
        elif self._entered_early:
            again = Content.assemble(plan.meaning, (" · enter again writes it", "bold"))
            self.query_one("#write-meaning", Static).update(again)

    # what is shown

    def _form_label(self) -> Content:
        place = f" {self._forms.index(self._form) + 1}/{len(self._forms)}" if len(self._forms) > 1 else ""
        return Content.assemble((self._form.name, "bold"), (place, DIM), ": ", self._form.purpose)

    def _show_fault(self, fault: Failure) -> None:
        """Show why there is no file at all."""
        self._lay_out(Content.styled(f"✗ {fault}", BAD), Content(), exists=False)

    def _show(self) -> None:
        plan = self._plan
        if plan is not None:
            meaning = plan.meaning if self._fault is None else Content.styled(f"✗ {self._fault}", BAD)
            self._lay_out(meaning, plan.shown, exists=plan.exists)
            self._seen = plan.choice.draft

    def _lay_out(self, meaning: Content, shown: Content, *, exists: bool) -> None:
        self.query_one("#write-meaning", Static).update(meaning)
        self.query_one(Page).update(shown)
        self.query_one("#do-write", Button).display = not exists
        replace = self.query_one("#do-replace", Button)
        replace.display = exists
        replace.label = "Add to the file" if self._manner is Manner.MERGE else "Replace the file"
        choices = self.query_one("#write-choices", Static)
        choices.display = exists
        choices.update(self._choices())

    def _choices(self) -> Content:
        """The keys for a file that stands there."""
        other = "replace it" if self._manner is Manner.MERGE else "add to it"
        backup = "the old file stays as a backup" if self._keeps_old else "keep a backup"
        merges = self._plan is not None and self._plan.choice.draft.merged is not None
        keys = [("F3", f"{other} instead")] if merges else []
        keys += [("F4", backup), ("F5", "another name")]
        return Content("   ").join(Content.assemble((key, "bold"), f" {text}") for key, text in keys)

    # doing it

    @on(Input.Submitted, "#write-path")
    def _enter(self) -> None:
        """Write a new file; over one that stands there a button decides. Before there is a plan, remember it."""
        if self._writing:
            return
        plan = self._ready
        self._entered_early = plan is None
        if plan is not None and plan.exists:
            self.query_one("#do-replace").focus()
        elif plan is not None:
            self._write(replace=False)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "do-cancel":
            self.action_leave()
        else:
            self._write(replace=event.button.id == "do-replace")

    def _write(self, *, replace: bool) -> None:
        """Do what is shown."""
        plan = self._ready
        if plan is None:
            return
        if isinstance(plan.files, Failure):
            self.query_one("#write-path").focus()
            return
        self._writing = True
        self._write_files(plan.choice.form, plan.files, replace=replace, backup=self._keeps_old)

    @work(group="write", exclusive=True, exit_on_error=False)
    async def _write_files(self, form: Form, files: tuple[WritePlan, ...], *, replace: bool, backup: bool) -> None:
        self._fault = await in_background(lambda: write_all(files, replace=replace, backup=backup), "write")
        if self._fault is None:
            self.dismiss(Saved(form.name, files[0].path))
        else:
            self._writing = False
            self._look()


def plan_save(choice: SaveChoice) -> SavePlan:
    """What it would do to save what is asked for; reads what stands there, and blocks."""
    files = _planned(choice.draft, choice.path, choice.manner)
    return SavePlan(
        choice, files, _meaning(files, choice.manner), _shown(choice.draft, files), _exists(choice, files)
    )


def _exists(choice: SaveChoice, files: tuple[WritePlan, ...] | Failure) -> bool:
    if isinstance(files, Failure):
        return choice.manner is Manner.MERGE
    old, data = files[0].old, choice.draft.data
    return old is not None and old != data and not same_but_notes(old, data)


def _planned(draft: Draft, text: str, manner: Manner) -> tuple[WritePlan, ...] | Failure:
    if not text:
        return Failure("file", "Name a file.")
    path = Path(text)
    merged = draft.merged if manner is Manner.MERGE else None
    first = plan_write(path, draft.data) if merged is None else plan_merge(path, merged)
    if isinstance(first, Failure):
        return first
    files = [first]
    for number, data in enumerate(draft.more, start=2):
        beside = plan_write(numbered(path, number), data)
        if isinstance(beside, Failure):
            return beside
        if beside.old is not None and not beside.unchanged:
            return Failure("exists", f"{safe_text(str(beside.path))} is there too.", "Name another file.")
        files.append(beside)
    return tuple(files)


def _meaning(files: tuple[WritePlan, ...] | Failure, manner: Manner) -> Content:
    """What would be done, in a line."""
    if isinstance(files, Failure):
        return Content.styled(f"✗ {files}", BAD)
    first, where = files[0], _where(files[0].path)
    if first.unchanged:
        held = "has all of these already" if manner is Manner.MERGE else "holds this already"
        return Content.styled(f"✓ {where} {held}", OK)
    if first.old is None:
        more = f", and {len(files) - 1} more beside it" if len(files) > 1 else ""
        return Content.styled(f"✚ new file {where}, {len(first.data)} bytes{more}", OK)
    return Content.styled(f"! {where} exists; {manner.value} changes this:", WARN)


def _shown(draft: Draft, files: tuple[WritePlan, ...] | Failure) -> Content:
    """The bytes of the file, or the difference to those that stand there."""
    if isinstance(files, Failure):
        return Content()
    first = files[0]
    if first.old is not None and not first.unchanged:
        differing = [*first.certificates().lines(), *(first.difference() if first.is_text else ())]
        return line_list(differing, changes=True)
    if draft.shown is not None:
        return draft.shown
    return line_list([safe_text(line) for line in first.data.decode("utf-8", "replace").splitlines()])


def _where(path: Path) -> str:
    """A path as text, from here where it is below."""
    here = absolute(Path())
    below = None if isinstance(here, Failure) or not path.is_relative_to(here) else path.relative_to(here)
    return safe_text(str(below or path), 400)
