"""The menu of what can be copied of a certificate and its host: a line for each, and the letter that copies it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from tui_chain.core.text import colon_hex, elide_middle, plural, safe_text
from tui_chain.tui.host_rows import DIM
from tui_chain.tui.render import lines
from tui_chain.tui.screens.dialog import Dialog
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem

MAX_URL = 2000
"""Characters of a URL."""
BUNDLE = "b"
"""The letter of the bundle, which is made when it is asked for."""
NAME_CELLS, WIDTH = 15, 72
"""Cells of the column of names, and of the whole menu."""


@dataclass(frozen=True)
class CopyEntry:
    """What a letter copies: its name, the text that is copied, what is shown of it, and how a notice names it."""

    key: str
    name: str
    text: str
    shown: str
    subject: str


def certificate_entries(certificates: Sequence[Certificate]) -> Iterator[CopyEntry]:
    """What can be copied of one certificate or of several, a line each."""
    if not certificates:
        return
    one = len(certificates) == 1
    label = f"the certificate {certificates[0].label}" if one else f"the {plural(len(certificates), 'certificate')}"
    pem = "".join(map(to_pem, certificates))
    yield CopyEntry("y", "PEM", pem, f"{label}, {len(pem) / 1024:.1f} KB", label)
    for key, name, texts in (
        ("s", "SHA-256", [colon_hex(one.sha256) for one in certificates]),
        ("n", "serial number", [f"{one.serial:x}" for one in certificates if one.serial is not None]),
        ("d", "subject", [one.subject for one in certificates]),
        ("a", "names", [name for one in certificates for name in one.alternative_names.texts()]),
        ("u", "AIA URLs", [safe_text(url, MAX_URL) for one in certificates for url in one.issuer_urls]),
    ):
        if texts:
            yield CopyEntry(key, name, "\n".join(texts), ", ".join(texts), f"the {name} of {label}")


def command_entry(commands: Sequence[str]) -> CopyEntry:
    """The command lines that do the same as the screen has done with hosts."""
    return CopyEntry("c", "command line", "\n".join(commands), commands[0], plural(len(commands), "command line"))


def bundle_entry(text: str) -> CopyEntry:
    """The proven bundle of a host, which `text` describes."""
    return CopyEntry(BUNDLE, "bundle", "", text, "the bundle")


class CopyScreen(Dialog[CopyEntry]):
    """Lists what there is to copy; a letter takes one, enter the first. Keys that are typed ahead count."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"take('{key}')", show=False) for key in "ysndaucb"),
        Binding("enter", "take_first", "Copy"),
        Binding("q", "leave", "Close", show=False),
    ]
    can_focus = True

    def __init__(self, heading: str, entries: tuple[CopyEntry, ...]) -> None:
        super().__init__()
        self._heading = heading
        self._entries = entries

    def compose(self) -> ComposeResult:
        """The entries in their frame."""
        frame = Static(classes="frame", id="copy", markup=False)
        frame.border_title = Content(self._heading)
        frame.border_subtitle = f"a letter copies · enter {self._entries[0].key} · esc close"
        yield frame

    def fit(self, size: Size) -> None:
        """Show of each text as much as there is room for."""
        room = min(size.width, WIDTH) - NAME_CELLS - 8
        self.query_one("#copy", Static).update(lines(_line(entry, room) for entry in self._entries))

    def action_take(self, key: str) -> None:
        """Close with the entry of a letter, if it is in the list."""
        entry = next((entry for entry in self._entries if entry.key == key), None)
        if entry is not None:
            self.dismiss(entry)

    def action_take_first(self) -> None:
        """Close with the first entry."""
        self.dismiss(self._entries[0])


def _line(entry: CopyEntry, room: int) -> Content:
    return Content.assemble(
        (f"{entry.key}  ", "bold"), f"{entry.name:<{NAME_CELLS}}", (elide_middle(entry.shown, room), DIM)
    )
