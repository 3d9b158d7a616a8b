"""The line on top: the host, its verdict, and the next key to press."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui_chain.core.text import elide_middle
from tui_chain.tui.host_rows import DIM, STATUS_LOOK, HostRow, next_key, verdict_label

SEPARATOR = " · "
NARROW = 100
"""Cells below which the line is said shorter: `does not send its intermediate · f to find it`."""


class Headline(Widget):
    """One line that never loses the next key: the text before it gives way first."""

    row: reactive[HostRow | None] = reactive(None)
    placeholder: reactive[str] = reactive("Loading")
    hidden: reactive[str] = reactive("")

    def _without_host(self) -> Content:
        if self.placeholder:
            return Content.styled(self.placeholder, "bold")
        shown, key = (self.hidden, "esc clears the filter") if self.hidden else ("No host yet", "press a to add one")
        return Content.assemble((shown, "bold"), (f"{SEPARATOR}{key}", DIM))

    def render(self) -> Content:
        """Lay the line out for the width there is."""
        row = self.row
        if row is None:
            return self._without_host()
        glyph, style = ("◌", "$text-accent") if row.busy else STATUS_LOOK[row.status]
        key = next_key(row)
        narrow = self.size.width < NARROW
        key = key.removeprefix("press ") if narrow else key
        fixed = f"{glyph} {row.word}"
        room = self.size.width - len(fixed) - len(key) - 2 - len(SEPARATOR)
        text = verdict_label(row) if not row.busy else ""
        text = _short(text) if narrow or len(text) > room // 2 else text
        name = elide_middle(row.target.display, max(room - min(len(text), 12) - len(SEPARATOR), 16))
        left = room - len(name) - len(SEPARATOR)
        shown = f"{SEPARATOR}{_cut(text, left)}" if text and left > 8 else ""
        return Content.assemble(
            (name, "bold"), "  ", (fixed, style), shown, (SEPARATOR, DIM), (key, "bold $text-accent")
        )


def _short(text: str) -> str:
    plain = text.removeprefix("the server ").replace("intermediate certificate", "intermediate")
    return plain.replace(" client families", "")


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"
