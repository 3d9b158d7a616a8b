"""A folder of trust files: each with its verdict, as it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from tui_chain.audit.audit import Auditor
from tui_chain.audit.summary import content_summary
from tui_chain.core.failure import Failure
from tui_chain.core.status import Severity
from tui_chain.core.text import plural, safe_text
from tui_chain.tui.background import guarded
from tui_chain.tui.host_rows import BAD, DIM, NEW, OK, SEVERITY_LOOK
from tui_chain.tui.render import lines, with_keys
from tui_chain.tui.screens.audit_render import WIDE, facts, finding_text, one_line
from tui_chain.tui.screens.audited_file import AuditedFile
from tui_chain.tui.screens.dialog import Dialog, Page
from tui_chain.tui.toasts import toast
from tui_chain.tui.trust_files import TrustFiles
from tui_chain.tui.widgets.row_list import ListRow, RowList

MAX_FINDINGS = 12
"""Findings of a file that are kept to be shown under the list; the file itself is read again when it is opened."""


@dataclass(frozen=True)
class FolderEntry:
    """A file of the folder: its row, and what is shown of it when the cursor comes to it."""

    row: ListRow
    detail: Content
    severity: Severity | None = None
    read: bool = False


class FolderScreen(Dialog[None]):
    """The files by name, audited one after the other; enter opens one on a screen that `screen_of` makes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("i", "open", "Open")]

    def __init__(
        self,
        trust_files: TrustFiles,
        folder: Path,
        files: tuple[Path, ...],
        screen_of: Callable[[Path], Dialog[None]],
    ) -> None:
        super().__init__()
        self._screen_of = screen_of
        self._trust_files = trust_files
        self._folder = folder
        self._files = sorted(files, key=lambda file: file.name)
        self._entries = [_unread(file) for file in self._files]

    def compose(self) -> ComposeResult:
        """The list, and what was found of the file under the cursor."""
        with Vertical(classes="frame -whole", id="folder") as frame:
            frame.border_title = Content.assemble(("Audit of a folder", "bold"), f"  {safe_text(str(self._folder))}")
            frame.border_subtitle = "enter opens · j k move · esc close"
            yield RowList(0, "Files", "files")
            yield Page(id="folder-below", classes="detail")

    def on_mount(self) -> None:
        """List the names, then read."""
        row_list = self.query_one(RowList)
        row_list.set_class(True, "-open")
        row_list.show(len(self._entries), lambda place: self._entries[place].row, _widths)
        row_list.focus()
        self._read_all()

    def _unforeseen(self, failure: Failure) -> None:
        toast(self, str(failure), "error")

    @work(group="folder", exclusive=True, exit_on_error=False)
    async def _read_all(self) -> None:
        await guarded(self._read(), self._unforeseen)

    async def _read(self) -> None:
        auditor = await self._trust_files.auditor()
        for place in range(len(self._files)):
            await self._read_one(place, auditor)
            self._title(place + 1)

    async def _read_one(self, place: int, auditor: Auditor | Failure) -> None:
        file = self._files[place]
        found = auditor if isinstance(auditor, Failure) else await self._trust_files.audit(file, auditor)
        self._entries[place] = self._entry(file, found)
        self.query_one(RowList).refresh()
        if place == self.query_one(RowList).place:
            self._show_outcome()

    @work(group="file", exclusive=True, exit_on_error=False)
    async def _read_again(self, place: int) -> None:
        """Audit a file anew: it may have been written meanwhile."""
        await guarded(self._again(place), self._unforeseen)

    async def _again(self, place: int) -> None:
        await self._read_one(place, await self._trust_files.auditor())
        self._title(sum(entry.read for entry in self._entries))

    def _entry(self, file: Path, found: AuditedFile | Failure) -> FolderEntry:
        if isinstance(found, Failure):
            text = Content.styled(with_keys(str(found)), BAD)
            return FolderEntry(_row(file, ("✗", BAD), "", ("cannot be read", BAD)), text, Severity.FATAL, read=True)
        severity = found.audit.severity
        glyph = SEVERITY_LOOK[severity] if severity is not None else ("✓", OK)
        findings = [finding_text(one) for one in found.audit.findings[:MAX_FINDINGS]]
        more = len(found.audit.findings) - MAX_FINDINGS
        rest = [Content.styled(f"and {plural(more, 'finding')} more: enter shows all", DIM)] if more > 0 else []
        text = lines([facts(found, self._trust_files.clock()), *findings, *rest])
        return FolderEntry(
            _row(file, glyph, content_summary(found.audit), one_line(found)), text, severity, read=True
        )

    def _title(self, read: int) -> None:
        fatal = sum(entry.severity is Severity.FATAL for entry in self._entries)
        risk = sum(entry.severity is Severity.RISK for entry in self._entries)
        counts = ", ".join([f"{fatal} fatal"] * bool(fatal) + [f"{risk} at risk"] * bool(risk)) or "nothing serious"
        going = f"{read} of {len(self._files)} read" if read < len(self._files) else plural(read, "file")
        self.query_one(RowList).title(f"{going} · {counts}", BAD if fatal else "")

    @on(RowList.Moved)
    def _cursor_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._show_outcome()

    def _show_outcome(self) -> None:
        place = self.query_one(RowList).place
        text = self._entries[place].detail if place is not None else Content()
        self.query_one(Page).update(text)

    @on(RowList.Chosen)
    def _row_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Audit the file under the cursor on a screen of its own."""
        place = self.query_one(RowList).place
        if place is not None:

            def closed(_: None) -> None:
                self._read_again(place)

            self.app.push_screen(self._screen_of(self._files[place]), closed)


def _unread(file: Path) -> FolderEntry:
    return FolderEntry(_row(file, ("◌", NEW), "", ("not read yet", DIM)), Content())


def _row(file: Path, glyph: tuple[str, str], content: str, text: tuple[str, str]) -> ListRow:
    return glyph, (safe_text(file.name), ""), (content, ""), text


def _widths(room: int) -> tuple[int, ...]:
    """Glyph, name, what it is where there is room for that, and its findings."""
    content = 30 if room >= WIDE else 0
    return 2, max(room - 2 - content - 32, 8), content, 32
