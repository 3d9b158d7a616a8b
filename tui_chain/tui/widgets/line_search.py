"""A search in lines of text that is typed, shown and ended by keys, as `widgets.text_view` has it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from textual.content import Content

from tui_chain.tui.widgets.text_view import Hit, find

HIT, CURRENT = "bold underline $text-warning", "bold reverse"
"""The styles of a hit, and of the one that is gone to."""


@dataclass
class LineSearch:
    """What is searched for, whether it is typed still, its hits in the lines, and which of them is gone to.

    `origin` is the line that was the first seen when the search began.
    """

    needle: str = ""
    typing: bool = False
    hits: list[Hit] = field(default_factory=list)
    current: int = 0
    origin: int = 0

    @property
    def active(self) -> bool:
        """Whether a search is open: text is typed for it, or hits are shown."""
        return self.typing or bool(self.needle)

    @property
    def line(self) -> int | None:
        """The number of the line, from 0, of the hit that is gone to."""
        return self.hits[self.current].line if self.hits else None

    def look(self, texts: Sequence[str]) -> None:
        """Find the hits in other lines, without going to another one."""
        self.hits = find(texts, self.needle)
        self.current = min(self.current, max(len(self.hits) - 1, 0))

    def take(self, key: str, character: str | None, texts: Sequence[str], top: int) -> bool:
        """Take a key that belongs to a search in `texts`, of which the line `top` is the first seen; else False."""
        if self.typing:
            return self._type(key, character, texts)
        if key == "slash":
            self.needle, self.typing, self.hits, self.origin = "", True, [], top
        elif not self.needle or key not in {"n", "N", "escape"}:
            return False
        elif key == "escape":
            self.needle, self.hits = "", []
        elif self.hits:
            self.current = (self.current + (1 if key == "n" else -1)) % len(self.hits)
        return True

    def _type(self, key: str, character: str | None, texts: Sequence[str]) -> bool:
        if key in {"enter", "escape"}:
            self.typing = False
            self.needle = self.needle if key == "enter" else ""
        elif key == "backspace":
            self.needle = self.needle[:-1]
        elif character is not None and character.isprintable():
            self.needle += character
        else:
            return False
        self.hits = find(texts, self.needle)
        place = bisect_left(self.hits, (self.origin, 0, 0))
        self.current = place if place < len(self.hits) else 0
        return True

    def marked(self, number: int, line: Content) -> Content:
        """A line with its hits."""
        for place, hit in enumerate(self.hits):
            if hit.line == number:
                line = line.stylize(CURRENT if place == self.current else HIT, hit.start, hit.end)
        return line

    @property
    def prompt(self) -> str:
        """What is searched for, which of how many hits is shown, and the keys."""
        if self.typing:
            return f"/{self.needle}▏ {self._count} enter · esc".replace("  ", " ")
        return f"/{self.needle}  {self._count} · n N · esc ends"

    @property
    def _count(self) -> str:
        if not self.needle:
            return ""
        return f"{self.current + 1} of {len(self.hits)}" if self.hits else "no match"
