"""The names of the columns above the host list."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.widget import Widget


class HostHeads(Widget):
    """The names of the columns above the list; laid out when they are painted, as wide as the list is then."""

    def __init__(self, heads: Callable[[], Content]) -> None:
        super().__init__()
        self._content = heads

    def render(self) -> Content:
        """Lay them out."""
        return self._content()
