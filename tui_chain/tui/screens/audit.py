"""The audit of a trust file that a person names; fixing it, and refreshing a bundle of ours."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from tui_chain.audit.fix import FixedFile, fix_file
from tui_chain.audit.refresh import State
from tui_chain.audit.summary import fix_summary, fixes_something, not_written_over
from tui_chain.core.failure import Failure
from tui_chain.core.text import first_few, plural, safe_text
from tui_chain.repair.file_header import Header
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.tui.background import guarded, in_background
from tui_chain.tui.host_rows import BAD, DIM, NEW, HostRow
from tui_chain.tui.screens.audit_view import AuditView
from tui_chain.tui.screens.audited_file import AuditedFile, changed_meanwhile
from tui_chain.tui.screens.dialog import ConfirmScreen
from tui_chain.tui.screens.folder import FolderScreen
from tui_chain.tui.screens.save import Draft, Form, Saved, SaveScreen
from tui_chain.tui.toasts import toast
from tui_chain.tui.trust_files import TrustFiles
from tui_chain.tui.widgets.path_input import PathInput

MAX_LEFT_OUT = 3
"""Certificates that a fixed file does not have which the dialog names."""


class AuditScreen(AuditView):
    """Reads what is named on top, a file or a folder; `w` fixes the file, `r` refreshes a bundle of ours."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "fix", "Write the fixed file"),
        Binding("r", "refresh", "Refresh"),
        Binding("b", "path", "Another file"),
    ]

    def __init__(self, trust_files: TrustFiles, row: HostRow | None = None, path: Path | None = None) -> None:
        """Begin with the file that is suggested for `row`; with `path` that file alone is shown."""
        super().__init__(trust_files)
        self._row = row
        self._path = path
        self._named = ""

    def head(self) -> ComposeResult:
        """The box for the path, or the path."""
        if self._path is None:
            yield PathInput("", "audit-path")
        else:
            yield Static(Content.styled(safe_text(str(self._path), 400), "bold"), markup=False)

    def keys(self) -> tuple[str, ...]:
        """In the box those of the box, elsewhere those of this file."""
        if isinstance(self.focused, PathInput):
            return "enter reads", "→ completes", "tab lists"
        ours = self._audited is not None and isinstance(self._audited.ours, Header)
        more = (*(["r refresh"] if ours else []), *(["b path"] if self._path is None else []))
        # enter shows the details too
        lists = ["1-3"] if self.is_tight else ["1-3 list", "i details"]
        return *lists, "y copy", "w fix", *more

    def begin(self) -> None:
        """Read the file that was named or is suggested."""
        if self._path is not None:
            self._read(self._path, go=True)
        else:
            self._suggest()

    @work(group="suggest", exclusive=True, exit_on_error=False)
    async def _suggest(self) -> None:
        suggested, box = await self._trust_files.suggested(self._row), self.query_one(PathInput)
        if suggested and not box.value:
            box.value = suggested
            box.action_select_all()
            self._read(Path(suggested), go=False)

    # reading

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """Take the verdict away while another path is typed: it is not on that one."""
        if self._audited is None:
            return
        is_current = event.value.strip() == self._named
        self.show_verdict(is_current=is_current)
        if is_current:
            self.show_facts()
        else:
            shown = safe_text(self._named, 400)
            self.show_status(f"enter reads this path; below is what {shown} holds", DIM)

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
        self.show_verdict(is_current=self._named == str(path))
        self.show_status(f"◌ reading {safe_text(str(path))}", NEW)
        self._audit(path, go=go)

    @work(group="audit", exclusive=True, exit_on_error=False)
    async def _audit(self, path: Path, *, go: bool) -> None:
        await guarded(self._reading(path, go=go), self._unforeseen)

    def _unforeseen(self, failure: Failure) -> None:
        self.show_status(f"✗ {failure}", BAD)

    async def _reading(self, path: Path, *, go: bool) -> None:
        found = await self._trust_files.open(path)
        if isinstance(found, AuditedFile):
            self._named = str(path)
            self.show(found)
            if go:
                self.action_list("findings" if found.audit.findings else "certificates")
            return
        self.show(None)
        if isinstance(found, Failure):
            self.show_status(f"✗ {found}", BAD)
            return

        self.show_status(f"a folder of {plural(len(found), 'trust file')}; enter lists them again", DIM)
        files = self._trust_files
        self.app.push_screen(FolderScreen(files, path, found, lambda file: AuditScreen(files, path=file)))

    # fixing

    def action_fix(self) -> None:
        """Make the fixed file, and show what it would change before it is written."""
        if self._audited is not None:
            self._make_fixed(self._audited)

    @work(group="fix", exclusive=True, exit_on_error=False)
    async def _make_fixed(self, audited: AuditedFile) -> None:
        await guarded(self._fix(audited), self._unforeseen)

    async def _fix(self, audited: AuditedFile) -> None:
        auditor = audited.auditor
        self.show_status("◌ making the fixed file", NEW)
        made = await in_background(lambda: fix_file(audited.audit, auditor.prover, auditor.at), "mend")
        self.show_facts()
        if isinstance(made, Failure):
            toast(self, str(made), "error")
        elif not fixes_something(audited.audit, made):
            toast(self, "Writing it anew would fix nothing.")
        else:
            self.app.push_screen(_fixed_dialog(audited, made), self._saved)

    def _saved(self, saved: Saved | None) -> None:
        """Show where it stands, and read again the file that was written over."""
        if saved is None:
            return
        toast(self, f"Wrote {safe_text(str(saved.path), 400)}.", path=saved.path)
        if self._audited is not None:
            self._read(self._audited.path, go=False)

    # refreshing a bundle of ours

    def action_refresh(self) -> None:
        """Ask whether the hosts of the bundle may be probed anew."""
        audited = self._audited
        if audited is None:
            return
        header = audited.ours
        question = header if isinstance(header, Failure) else self._trust_files.question(header)
        if isinstance(header, Failure) or isinstance(question, Failure):
            toast(self, str(question), "warning")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._ask_hosts(audited, header)

        self.app.push_screen(
            ConfirmScreen("Refresh this bundle?", question, "refresh the bundle", "do not"), answered
        )

    @work(group="refresh", exclusive=True, exit_on_error=False)
    async def _ask_hosts(self, audited: AuditedFile, header: Header) -> None:
        await guarded(self._refresh_bundle(audited, header), self._unforeseen)

    async def _refresh_bundle(self, audited: AuditedFile, header: Header) -> None:
        from tui_chain.tui.screens.refresh import RefreshScreen, change_label

        self.show_status(
            f"◌ asking {plural(len(header.hosts), 'host')}; esc closes, they are asked all the same", NEW
        )
        found = await self._trust_files.refresh(audited.data, header)
        self.show_facts()
        if isinstance(found, Failure):
            toast(self, str(found), "error")
            return
        working = tuple(one.target for one in found.news if one.state in {State.WORKS, State.SOON})
        self._stands(header, audited.path, working)

        def closed(saved: Saved | None) -> None:
            if saved is not None:
                self._stands(header, saved.path, header.hosts)
            self._saved(saved)

        change = await in_background(lambda: change_label(audited, found.output), "difference")
        self.app.push_screen(RefreshScreen(audited, found, str(change)), closed)

    def _stands(self, header: Header, path: Path, targets: tuple[str, ...]) -> None:
        """The commands of x and the question at the end are about the client bundle."""
        if header.kind == OutputKind.CLIENT:
            self._trust_files.remember_bundle(path, targets)


def _fixed_dialog(audited: AuditedFile, made: FixedFile) -> SaveScreen:
    """The dialog that writes the fixed file: over the old one, or under a new name where that has to stay."""
    stays, place = not_written_over(audited.audit), audited.path
    if stays is not None:
        place = place.with_name(f"{place.stem}-fixed.pem")
    # a name that cannot be shown is not put into a box either
    name = str(place) if str(place).isprintable() else "fixed.pem"
    left_out = first_few([one.text for one in made.left_out], MAX_LEFT_OUT, " · ")
    text = " · ".join(filter(None, (fix_summary(audited.audit, made), stays, left_out)))
    form = Form("fixed", text, "", lambda: changed_meanwhile(audited) or Draft(made.data))
    return SaveScreen("Write the fixed file", [form], name)
