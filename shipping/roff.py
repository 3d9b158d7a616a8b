"""Text as roff, the language of manual pages (groff_man(7))."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MARKED = re.compile(r"`([^`\n]+)`")


def escape(text: str) -> str:
    """Text as it shall be read: no character of it is a command, and `-` is the one that is typed."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", escaped, flags=re.MULTILINE)


def bold(text: str) -> str:
    """Text in bold."""
    return f"\\fB{escape(text)}\\fP"


def italic(text: str) -> str:
    """Text in italics: what stands for another value."""
    return f"\\fI{escape(text)}\\fP"


def prose(text: str) -> str:
    """A paragraph on one line; what stands in backticks is bold."""
    pieces = _MARKED.split(" ".join(text.split()))
    line = "".join(bold(piece) if number % 2 else _inside(piece) for number, piece in enumerate(pieces))
    return f"\\&{line}" if line.startswith((".", "'")) else line


def _inside(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-")


def section(title: str) -> str:
    """The heading of a section."""
    return f".SH {title}"


def subsection(title: str) -> str:
    """The heading of a part of a section."""
    return f'.SS "{escape(title)}"'


def paragraphs(texts: Iterable[str]) -> list[str]:
    """Paragraphs, one below the other; the first stands directly below its heading."""
    lines: list[str] = []
    for text in texts:
        lines += [".PP"] * bool(lines) + [prose(text)]
    return lines


def entry(term: str, text: str) -> list[str]:
    """An entry of a list: `term`, roff already, and what is said of it."""
    return [".TP", term, prose(text)]


def example(lines: Iterable[str]) -> list[str]:
    """Lines as they are typed."""
    return [".RS 4", ".EX", *map(escape, lines), ".EE", ".RE"]
