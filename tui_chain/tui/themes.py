"""The theme to begin with, and a colour of it for what is new."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping

from textual.color import Color

from tui_chain.core.text import safe_text

THEME, ANSI_THEME = "tokyo-night", "ansi-dark"
"""The themes where TEXTUAL_THEME names none, the second in a terminal of 16 colours; the palette changes it."""
NEAR_COLOURS = 40.0
"""Distance of two colours that are taken for one, of 765 (a weighted Euclidean one, "redmean")."""
NEAR_THEMES = 3
"""Names of themes that are offered in place of one that there is not."""


def known_theme(name: str, known: Iterable[str], usual: str = THEME) -> tuple[str, str]:
    """The theme of that name, or the `usual` one where it is empty or unknown; and a notice where it is unknown."""
    names = sorted(known)
    if not name or name in names:
        return name or usual, ""
    near = difflib.get_close_matches(name.casefold(), names, NEAR_THEMES)
    others = f"near to it: {', '.join(near)}" if near else f"there are {', '.join(names)}"
    return usual, f"There is no theme {safe_text(name, 40)!r} ({others}); the screen is in {usual}."


def _distance(one: Color, other: Color) -> float:
    red = (one.r + other.r) / 512
    squares = [(a - b) ** 2 for a, b in zip(one.rgb, other.rgb, strict=True)]
    return math.sqrt(sum(share * square for share, square in zip((2 + red, 4, 3 - red), squares, strict=True)))


def colour_of_new(variables: Mapping[str, str]) -> str:
    """The first accent of a theme that is none of the colours of its statuses."""
    statuses = [Color.parse(variables[f"text-{name}"]) for name in ("success", "warning", "error")]
    accents = [variables[f"text-{name}"] for name in ("accent", "secondary", "primary")]
    apart = (one for one in accents if min(_distance(Color.parse(one), each) for each in statuses) >= NEAR_COLOURS)
    return next(apart, accents[0])
