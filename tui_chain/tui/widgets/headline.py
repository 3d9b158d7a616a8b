"""The line on top: the host, its verdict, and the next key to press."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui_chain.core.text import elide_middle
from tui_chain.tui.actions import keymap_of, with_user_keys
from tui_chain.tui.host_rows import DIM, STATUS_LOOK, HostRow, next_key, verdict_label

SEPARATOR = " · "
NARROW = 100
"""Cells below which the line is said shorter: `does not send its intermediate · f to find it`."""
LEAST_NAME = 16
"""Cells that the name of the host has, if there are as many beside the key."""


class Headline(Widget):
    """One line that never loses the next key: the text before it gives way first."""

    row: reactive[HostRow | None] = reactive(None)
    placeholder: reactive[str] = reactive("Loading")
    hidden: reactive[str] = reactive("")

    def __init__(self, marks: Callable[[], int]) -> None:
        super().__init__(id="headline")
        self._marks = marks

    def _without_host(self) -> Content:
        if self.placeholder:
            return Content.styled(self.placeholder, "bold")
        shown, key = (self.hidden, "esc clears the filter") if self.hidden else ("No host yet", "press a to add one")
        key = with_user_keys(key, keymap_of(self.app))
        return Content.assemble((shown, "bold"), (f"{SEPARATOR}{key}", DIM))

    def render(self) -> Content:
        """Lay the line out for the width there is."""
        row, width = self.row, self.size.width
        content = self._without_host() if row is None else _host_line(row, width, self._marks(), keymap_of(self.app))
        return content.truncate(width, ellipsis=True)


def _host_line(row: HostRow, width: int, marks: int, keymap: Mapping[str, str]) -> Content:
    glyph, style = ("◌", "$text-accent") if row.busy else STATUS_LOOK[row.status]
    fixed = f"{glyph} {row.word}"
    key = _key(with_user_keys(_step(row, marks), keymap), width, cell_len(fixed))
    room = width - cell_len(fixed) - cell_len(key) - 2 - len(SEPARATOR)
    text = verdict_label(row) if not row.busy else ""
    text = _short(text) if width < NARROW or cell_len(text) > room // 2 else text
    least = min(LEAST_NAME, max(room, 0))
    name = elide_middle(row.target.display, max(room - min(cell_len(text), 12) - len(SEPARATOR), least))
    left = room - cell_len(name) - len(SEPARATOR)
    shown = Content(text).truncate(left, ellipsis=True) if text and left > 8 else Content()
    return Content.assemble(
        (name, "bold"),
        "  ",
        (fixed, style),
        SEPARATOR if shown else "",
        shown,
        (SEPARATOR, DIM),
        (key, "bold $text-accent"),
    )


def _step(row: HostRow, marks: int) -> str:
    """What to press next; where hosts are marked, keys act on those and not on the one that is shown."""
    if not marks or row.busy or row.question:
        return next_key(row)
    return f"press f to fix the {marks} marked, w to write"


def _key(key: str, width: int, fixed: int) -> str:
    """The next step; where it has no room beside a name and `fixed` cells, only its first key."""
    if width >= NARROW:
        return key
    short = key.replace("press ", "")
    if LEAST_NAME + 2 + fixed + len(SEPARATOR) + cell_len(short) <= width:
        return short
    return short.rpartition(" · ")[2].partition(", ")[0]


def _short(text: str) -> str:
    plain = text.removeprefix("the server ").replace("intermediate certificate", "intermediate")
    return plain.replace(" client families", "")
