"""A search in lines of text that is typed, pasted, shown and ended by keys, for every widget that shows lines."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from textual.content import Content

HIT, CURRENT = "bold underline $text-warning", "bold reverse"
"""The styles of a hit, and of the one that is gone to."""


class Hit(NamedTuple):
    """Where the text that is searched for stands: the characters from `start` to before `end` of a line."""

    line: int
    start: int
    end: int


def find(texts: Sequence[str], needle: str) -> list[Hit]:
    """Where `needle` stands in lines, top to bottom; capital letters count where it has some."""
    if not needle:
        return []
    pattern = re.compile(re.escape(needle), 0 if any(map(str.isupper, needle)) else re.IGNORECASE)
    return [Hit(number, *match.span()) for number, text in enumerate(texts) for match in pattern.finditer(text)]


@dataclass
class LineSearch:
    """What is searched for, whether it is typed still, its hits in the lines, and which of them is gone to.

    `origin` is the line, and the character in it, that was the first seen when the search began.
    """

    needle: str = ""
    typing: bool = False
    hits: list[Hit] = field(default_factory=list)
    current: int = 0
    origin: tuple[int, int] = (0, 0)

    @property
    def active(self) -> bool:
        """Whether a search is open: text is typed for it, or hits are shown."""
        return self.typing or bool(self.needle)

    @property
    def hit(self) -> Hit | None:
        """The hit that is gone to."""
        return self.hits[self.current] if self.hits else None

    @property
    def place(self) -> int:
        """The number of the hit that is gone to, from 1; 0 where there is none."""
        return self.current + 1 if self.hits else 0

    def look(self, texts: Sequence[str]) -> None:
        """Find the hits in other lines, without going to another one."""
        self.hits = find(texts, self.needle)
        self.current = min(self.current, max(len(self.hits) - 1, 0))

    def begin(self, needle: str, texts: Sequence[str], top: tuple[int, int]) -> None:
        """Find `needle` and go to its first hit at or below `top`; an empty text ends the search."""
        self.typing, self.origin = False, top
        self._find(needle, texts)

    def takes(self, character: str | None) -> bool:
        """Whether a character belongs to what is typed."""
        return self.typing and character is not None and character.isprintable()

    def take(self, key: str, character: str | None, texts: Sequence[str], top: tuple[int, int]) -> bool:
        """Take a key that belongs to a search in `texts`, of which `top` is the first that is seen; else False."""
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

    def paste(self, text: str, texts: Sequence[str]) -> bool:
        """Take the first line of what is pasted while a search is typed; else False."""
        if self.typing:
            pasted = next(iter(text.splitlines()), "")
            self._find(self.needle + "".join(filter(str.isprintable, pasted)), texts)
        return self.typing

    def _type(self, key: str, character: str | None, texts: Sequence[str]) -> bool:
        """Edit what is searched for; enter keeps the search, esc and backspace before the first character end it."""
        needle = self.needle
        if key == "enter":
            self.typing = False
        elif key == "escape" or (key == "backspace" and not needle):
            self.typing, needle = False, ""
        elif key == "backspace":
            needle = needle[:-1]
        elif key == "ctrl+u":
            needle = ""
        elif character is not None and character.isprintable():
            needle += character
        else:
            return False
        self._find(needle, texts)
        return True

    def _find(self, needle: str, texts: Sequence[str]) -> None:
        self.needle, self.hits = needle, find(texts, needle)
        place = bisect_left(self.hits, (*self.origin, 0))
        self.current = place if place < len(self.hits) else 0

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
            return f"/{self.needle}▏ {self.count_text} enter · esc".replace("  ", " ")
        return f"/{self.needle}  {self.count_text} · n N · esc ends"

    @property
    def count_text(self) -> str:
        """Which of how many hits is gone to."""
        if not self.needle:
            return ""
        return f"{self.place} of {len(self.hits)}" if self.hits else "no match"
