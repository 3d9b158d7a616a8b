"""A folder of trust files: each with its verdict, as it is read."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui_chain.audit.audit import Auditor
from tui_chain.audit.summary import content_summary
from tui_chain.core.failure import Failure
from tui_chain.core.status import Severity
from tui_chain.core.text import plural, safe_text
from tui_chain.tui.background import guarded
from tui_chain.tui.paint import lines
from tui_chain.tui.rows import BAD, DIM, NEW, OK, SEVERITY_LOOK
from tui_chain.tui.screens.audit_paint import WIDE, facts, finding_words, one_line
from tui_chain.tui.screens.desk import Desk, look_quietly
from tui_chain.tui.screens.dialog import Dialog, Page
from tui_chain.tui.screens.looking import Looked
from tui_chain.tui.screens.part import Part, Row

MAX_TOLD = 12
"""Findings of a file that are kept to be shown under the list; the file itself is read again when it is opened."""


@dataclass(frozen=True)
class Entry:
    """A file of the folder: its row, and what is said of it when the cursor comes to it."""

    row: Row
    words: Content
    severity: Severity | None = None
    read: bool = False


class FolderScreen(Dialog[None]):
    """The files by name, audited one after the other; enter opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("i", "open", "Open")]

    def __init__(self, desk: Desk, folder: Path, files: tuple[Path, ...]) -> None:
        super().__init__()
        self._desk = desk
        self._folder = folder
        self._files = sorted(files, key=lambda file: file.name)
        self._entries = [_unread(file) for file in self._files]

    def compose(self) -> ComposeResult:
        """The list, and what was found of the file under the cursor."""
        with Vertical(classes="frame", id="folder") as frame:
            frame.border_title = Content.assemble(("Audit of a folder", "bold"), f"  {safe_text(str(self._folder))}")
            frame.border_subtitle = "enter opens · j k move · esc close"
            yield Part(0, "Files", "files")
            with Page(id="folder-below"):
                yield Static(id="folder-detail", markup=False)

    def on_mount(self) -> None:
        """List the names, then read."""
        part = self.query_one(Part)
        part.set_class(True, "-open")
        part.show(len(self._entries), lambda place: self._entries[place].row, _widths)
        part.focus()
        self._work(self._read())

    def _work(self, work: Awaitable[None]) -> None:
        self.run_worker(guarded(work, self._unforeseen), group="folder", exit_on_error=False)

    def _unforeseen(self, failure: Failure) -> None:
        self.notify(str(failure), severity="error", markup=False)

    async def _read(self) -> None:
        auditor = await self._desk.auditor()
        for place in range(len(self._files)):
            await self._read_one(place, auditor)
            self._title(place + 1)

    async def _read_one(self, place: int, auditor: Auditor | Failure) -> None:
        file = self._files[place]
        found = auditor if isinstance(auditor, Failure) else await look_quietly(file, auditor)
        self._entries[place] = self._entry(file, found)
        self.query_one(Part).refresh()
        if place == self.query_one(Part).place:
            self._tell()

    async def _read_again(self, place: int) -> None:
        """Look again at a file that may have been mended."""
        await self._read_one(place, await self._desk.auditor())
        self._title(sum(entry.read for entry in self._entries))

    def _entry(self, file: Path, found: Looked | Failure) -> Entry:
        if isinstance(found, Failure):
            words = Content.styled(str(found), BAD)
            return Entry(_row(file, ("✗", BAD), "", ("cannot be read", BAD)), words, Severity.FATAL, read=True)
        severity = found.audit.severity
        glyph = SEVERITY_LOOK[severity] if severity is not None else ("✓", OK)
        told = [finding_words(one) for one in found.audit.findings[:MAX_TOLD]]
        words = lines([facts(found, self._desk.clock()), *told])
        return Entry(_row(file, glyph, content_summary(found.audit), one_line(found)), words, severity, read=True)

    def _title(self, read: int) -> None:
        fatal = sum(entry.severity is Severity.FATAL for entry in self._entries)
        risk = sum(entry.severity is Severity.RISK for entry in self._entries)
        told = ", ".join([f"{fatal} fatal"] * bool(fatal) + [f"{risk} at risk"] * bool(risk)) or "nothing serious"
        going = f"{read} of {len(self._files)} read" if read < len(self._files) else plural(read, "file")
        self.query_one(Part).title(f"{going} · {told}", BAD if fatal else "")

    @on(Part.Moved)
    def _cursor_moved(self, event: Part.Moved) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        place = self.query_one(Part).place
        words = self._entries[place].words if place is not None else Content()
        self.query_one("#folder-below").scroll_home(animate=False)
        self.query_one("#folder-detail", Static).update(words)

    @on(Part.Chosen)
    def _row_chosen(self, event: Part.Chosen) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Audit the file under the cursor on a screen of its own."""
        from tui_chain.tui.screens.audit import AuditScreen

        place = self.query_one(Part).place
        if place is not None:
            screen = AuditScreen(self._desk, path=self._files[place])
            self.app.push_screen(screen, lambda _: self._work(self._read_again(place)))


def _unread(file: Path) -> Entry:
    return Entry(_row(file, ("◌", NEW), "", ("not read yet", DIM)), Content())


def _row(file: Path, glyph: tuple[str, str], content: str, words: tuple[str, str]) -> Row:
    return glyph, (safe_text(file.name), ""), (content, ""), words


def _widths(room: int) -> tuple[int, ...]:
    """Glyph, name, what it is where there is room for that, and its findings."""
    content = 30 if room >= WIDE else 0
    return 2, max(room - 2 - content - 32, 8), content, 32
