"""The line of keys at the bottom, painted as one line: what can be pressed where the focus is, the rest dimmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.binding import ActiveBinding
from textual.content import Content
from textual.widget import Widget

from tui_chain.tui.actions import RANK
from tui_chain.tui.host_rows import DIM

if TYPE_CHECKING:
    from textual.screen import Screen

GAP = 2
"""Cells between two keys."""


def _rank(active: ActiveBinding) -> int:
    """The place of a binding in the table of actions, by its id; one that is not in it stands last."""
    return RANK.get(active.binding.id or "", len(RANK))


class KeyLine(Widget):
    """Shows the keys of the screen, as many as there is room for; a click on one presses it.

    Textual's own footer makes a widget for each key, and all of them anew with every move of a cursor.
    """

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[range, str]] = []
        self._keys = Content()

    def on_mount(self) -> None:
        """Follow what can be pressed."""
        self.screen.bindings_updated_signal.subscribe(self, self._updated)

    def on_resize(self) -> None:
        """Lay the keys out for another width."""
        self._keys = self._laid_out()
        self.refresh()

    def _updated(self, _: Screen[object]) -> None:
        keys = self._laid_out()
        if not keys.is_same(self._keys):
            self._keys = keys
            self.refresh()

    def render(self) -> Content:
        """The keys."""
        return self._keys

    def _laid_out(self) -> Content:
        """The keys beside each other; one for which there is no room is left out as a whole."""
        parts: list[Content] = []
        self._places, column = [], 0
        for active in sorted(self.screen.active_bindings.values(), key=_rank):
            binding = active.binding
            if not binding.show:
                continue
            key, text = self.app.get_key_display(binding), binding.description
            end = column + len(key) + 1 + len(text)
            if end > self.size.width:
                break
            self._places.append((range(column, end), binding.key))
            style, words = ("bold $accent", "") if active.enabled else (DIM, DIM)
            parts.append(Content.assemble((key, style), (f" {text}", words)))
            column = end + GAP
        return Content(" " * GAP).join(parts)

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        offset = event.get_content_offset(self)
        key = next((key for place, key in self._places if offset is not None and offset.x in place), None)
        if key is not None:
            self.app.simulate_key(key)
