"""The audit of a trust file that a person names; mending it, and looking after a bundle of ours."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from tui_chain.audit.fix import FixedFile, fix_file
from tui_chain.audit.refresh import State
from tui_chain.audit.summary import fix_summary, fixes_something, not_written_over
from tui_chain.core.failure import Failure
from tui_chain.core.text import plural, safe_text
from tui_chain.repair.file_header import Header
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.tui.background import guarded, in_background
from tui_chain.tui.rows import BAD, DIM, NEW
from tui_chain.tui.screens.audit_view import AuditView
from tui_chain.tui.screens.confirm import ConfirmScreen
from tui_chain.tui.screens.desk import Desk
from tui_chain.tui.screens.looking import Looked, changed_meanwhile
from tui_chain.tui.screens.path_input import PathInput
from tui_chain.tui.screens.save import Draft, Form, Saved, SaveScreen


class AuditScreen(AuditView):
    """Reads what is named on top, a file or a folder; `w` mends the file, `r` refreshes a bundle of ours."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "mend", "Mend"),
        Binding("r", "refresh", "Refresh"),
        Binding("b", "path", "Another file"),
    ]

    def __init__(self, desk: Desk, suggested: str = "", path: Path | None = None) -> None:
        """Begin with the file that is `suggested`; with `path` that file is shown and no other can be named."""
        super().__init__(desk)
        self._suggested = suggested
        self._path = path

    def head(self) -> ComposeResult:
        """The box for the path, or the path."""
        if self._path is None:
            yield PathInput(self._suggested, "audit-path")
        else:
            yield Static(Content.styled(safe_text(str(self._path), 400), "bold"), markup=False)

    def keys(self) -> tuple[str, ...]:
        """In the box those of the box, elsewhere those of this file."""
        if isinstance(self.focused, PathInput):
            return "enter reads", "tab completes", "↓ to the lists"
        ours = self._looked is not None and isinstance(self._looked.ours, Header)
        more = (*(["r refresh"] if ours else []), *(["b path"] if self._path is None else []))
        return "1-3 list", "i details", "y copy", "w mend", *more

    def begin(self) -> None:
        """Read the file that was named or is suggested."""
        if self._path is not None:
            self._read(self._path, go=True)
        elif self._suggested:
            self._read(Path(self._suggested), go=False)

    # reading

    @on(Input.Submitted)
    def _entered(self) -> None:
        typed = self.query_one(PathInput).value.strip()
        if typed:
            self._read(Path(typed), go=True)

    def action_path(self) -> None:
        """Go to the path, to name another file."""
        if self._path is None:
            self.query_one(PathInput).focus()

    def _read(self, path: Path, *, go: bool) -> None:
        """Audit what stands at a path; `go` leads to the list that matters then."""
        self.say(f"◌ reading {safe_text(str(path))}", NEW)
        self._work(self._reading(path, go=go), "audit")

    def _work(self, work: Awaitable[None], group: str) -> None:
        """Do something in the background, in the place of what its group did before."""
        self.run_worker(guarded(work, self._unforeseen), group=group, exclusive=True, exit_on_error=False)

    def _unforeseen(self, failure: Failure) -> None:
        self.say(f"✗ {failure}", BAD)

    async def _reading(self, path: Path, *, go: bool) -> None:
        found = await self._desk.open(path)
        if isinstance(found, Looked):
            self.show(found)
            if go:
                self.action_part("findings" if found.audit.findings else "certificates")
            return
        self.show(None)
        if isinstance(found, Failure):
            self.say(f"✗ {found}", BAD)
            return
        from tui_chain.tui.screens.folder import FolderScreen

        self.say(f"a folder of {plural(len(found), 'trust file')}; enter lists them again", DIM)
        self.app.push_screen(FolderScreen(self._desk, path, found))

    # mending

    def action_mend(self) -> None:
        """Make the mended file, and show what it would change before it is written."""
        if self._looked is not None:
            self._work(self._mend(self._looked), "mend")

    async def _mend(self, looked: Looked) -> None:
        auditor = looked.auditor
        self.say("◌ making the mended file", NEW)
        made = await in_background(lambda: fix_file(looked.audit, auditor.prover, auditor.at), "mend")
        self.say_facts()
        if isinstance(made, Failure):
            self.notify(str(made), severity="error", markup=False)
        elif not fixes_something(looked.audit, made):
            self.notify("Writing it anew would mend nothing.", markup=False)
        else:
            self.app.push_screen(_mended_dialog(looked, made), self._saved)

    def _saved(self, saved: Saved | None) -> None:
        """Say where it stands, and look again at the file that was written over."""
        if saved is None:
            return
        self.notify(f"Wrote {safe_text(str(saved.path), 400)}.", markup=False)
        if self._looked is not None:
            self._read(self._looked.path, go=False)

    # looking after a bundle of ours

    def action_refresh(self) -> None:
        """Ask whether the hosts of the bundle may be asked anew."""
        looked = self._looked
        if looked is None:
            return
        header = looked.ours
        question = header if isinstance(header, Failure) else self._desk.question(header)
        if isinstance(header, Failure) or isinstance(question, Failure):
            self.notify(str(question), severity="warning", markup=False)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._work(self._refresh(looked, header), "refresh")

        self.app.push_screen(ConfirmScreen("Look after this bundle?", question, "ask them", "leave it"), answered)

    async def _refresh(self, looked: Looked, header: Header) -> None:
        from tui_chain.tui.screens.refresh import RefreshScreen

        self.say(f"◌ asking {plural(len(header.hosts), 'host')}; esc closes, they are asked all the same", NEW)
        found = await self._desk.refresh(looked.data, header)
        self.say_facts()
        if isinstance(found, Failure):
            self.notify(str(found), severity="error", markup=False)
            return
        working = tuple(one.target for one in found.news if one.state in {State.WORKS, State.SOON})
        self._stands(header, looked.path, working)

        def closed(saved: Saved | None) -> None:
            if saved is not None:
                self._stands(header, saved.path, header.hosts)
            self._saved(saved)

        self.app.push_screen(RefreshScreen(looked, found, self._desk.clock()), closed)

    def _stands(self, header: Header, path: Path, targets: tuple[str, ...]) -> None:
        """The commands of x and the question at the end are about the client bundle."""
        if header.kind == OutputKind.CLIENT:
            self._desk.stands(path, targets)


def _mended_dialog(looked: Looked, made: FixedFile) -> SaveScreen:
    """The dialog that writes the mended file: over the old one, or under a new name where that has to stay."""
    stays, place = not_written_over(looked.audit), looked.path
    if stays is not None:
        place = place.with_name(f"{place.stem}-mended.pem")
    # a name that cannot be shown is not put into a box either
    name = str(place) if str(place).isprintable() else "mended.pem"
    words = " · ".join(filter(None, (fix_summary(looked.audit, made), stays)))
    form = Form("mended", words, "", lambda: changed_meanwhile(looked) or Draft(made.data))
    return SaveScreen("Write the mended file", [form], name)
