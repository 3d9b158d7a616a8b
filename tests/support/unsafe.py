"""What no terminal, file or widget may get of a stranger's text."""

from __future__ import annotations

import unicodedata

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def unsafe_in(text: str) -> set[str]:
    """Return the characters that act on a terminal or hide; a line feed is none."""
    return {char for char in text if char != "\n" and unicodedata.category(char) in UNSAFE}
