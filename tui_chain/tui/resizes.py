"""Tells widgets of each new size that they get, also where Textual does not."""

from __future__ import annotations

from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget


class SureResizes:
    """After each layout of a screen, sends `Resize` to every widget that has another size than after the one before.

    Textual does so where two layouts differ. A widget that is painted after a style has changed and before the
    layout for it has all widgets arranged in passing, and the layout then sees no difference: what lays itself out
    on `Resize` would stay as it was, a pane that was opened blank (textual 8.2, `Compositor.full_map` and `reflow`).
    Where both send one, the widget gets the later one alone.
    """

    def __init__(self) -> None:
        self._sizes: dict[Widget, Size] = {}

    def watch(self, screen: Screen[ScreenResultType]) -> None:
        """Look at a screen that has been mounted, as long as it is there."""
        screen.screen_layout_refresh_signal.subscribe(screen, self._laid_out, immediate=True)

    def _laid_out(self, screen: Screen[object]) -> None:
        before, self._sizes = self._sizes, {each: each.outer_size for each in screen.walk_children(Widget)}
        for widget, size in self._sizes.items():
            if before.get(widget, size) != size:
                widget.post_message(Resize(size, widget.virtual_size, widget.container_size))
