"""A small document, and its forms as plain text and Markdown; `html.blocks` makes it an HTML file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading below the title; `level` is 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Some sentences."""

    text: str


@dataclass(frozen=True)
class ItemList:
    """Short texts, numbered where their order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under column names; every row has as many cells as there are names."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Code:
    """Text to copy as it stands; `language` is the word that Markdown has for it."""

    text: str
    language: str = ""


DocumentBlock = Heading | Paragraph | ItemList | Table | Code


@dataclass(frozen=True)
class Document:
    """A title and what follows it. All texts are plain: every form escapes them in its own way."""

    title: str
    parts: tuple[DocumentBlock, ...]


# -- plain text


def to_text(document: Document) -> str:
    """Return the document as plain text; code keeps its columns, for an indented PEM file is none."""
    return "\n\n".join([document.title, *("\n".join(_text(part)) for part in document.parts)])


def _text(part: DocumentBlock) -> Iterator[str]:
    match part:
        case Heading(text) | Paragraph(text):
            yield text
        case ItemList(items, numbered):
            yield from (f"  {f'{place}.' if numbered else '-'} {item}" for place, item in enumerate(items, 1))
        case Code(text):
            yield text.rstrip("\n")
        case Table(names, rows):
            widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
            for row in (names, *rows):
                yield "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


# -- Markdown
#
# Escapes alone do not do: GitHub and GitLab look for mentions, references, addresses, emoji and formulas in the text
# that a reader sees, behind the escapes. What they leave alone is code. So a word that could be more becomes code.

_LEADING, _TRAILING = "(\"'“‘„«", ".,;:)\"'”’»…?"
"""Punctuation around a word that stays outside its code."""
_TOKEN = re.compile(rf"(?P<lead>[{_LEADING}]*)`(?P<code>[^`]+)`(?P<trail>[{_TRAILING}]*)(?!\S)|\S+")
"""What a sentence shows as code, between two grave accents that stand at the borders of words; or a word."""
_RISKY = re.compile(
    r"""
    [@#$~^|<>\[\]{}`\\*_]               # mentions, references, formulas, HTML, links, tables, emphasis, code
    | [!&%]\S                           # images, character references, merge requests, epics, milestones
    | // | :.*: | [^\W\d_][\w+.-]*:\S   # addresses, emoji, schemes, ports
    | \S\.[^\W\d_] | ^www\.             # names of hosts
    | ^[0-9a-f]{7,64}$                  # commits
    | ^(?:gh|gl)-\d                     # issues
    """,
    re.IGNORECASE | re.VERBOSE,
)
_RISKY_AT_START = re.compile(r"[=+-]+|\d{1,9}[.)]|/.*", re.DOTALL)
"""Items and numbers of lists, rules, lines under headings, and what GitLab takes for a quick action."""
_PIPE = "&#124;"
"""A pipe in a table, where the real one ends a cell, in code too; readers disagree on a backslash before it."""


def to_markdown(document: Document) -> str:
    """Return the document as Markdown (CommonMark and tables), in which foreign text is nothing but text."""
    parts = [f"# {markdown_text(document.title)}", *("\n".join(_markdown(part)) for part in document.parts)]
    return "\n\n".join(parts) + "\n"


def markdown_text(text: str, *, in_table: bool = False) -> str:
    """Write a text so that Markdown shows it as it is, on one line; words that could be more become code.

    `in_table` is for a cell of a table, where a pipe is written as a character reference (CommonMark 0.31 sections
    2.5 and 6.1; GitHub Flavored Markdown 0.29 sections 4.10 and 6.9).
    """
    return " ".join(_pieces(text, in_table=in_table))


def _pieces(text: str, *, in_table: bool) -> Iterator[str]:
    line = " ".join(text.split())
    for found in _TOKEN.finditer(line):
        if found["code"] is not None:
            yield f"{found['lead']}{_code(found['code'], in_table=in_table)}{found['trail']}"
        elif found.start() == 0 and _RISKY_AT_START.fullmatch(found[0]):
            yield _code(found[0], in_table=in_table)
        else:
            yield _word(found[0], in_table=in_table)


def _word(word: str, *, in_table: bool) -> str:
    body = word.lstrip(_LEADING)
    core = body.rstrip(_TRAILING)
    if not (_RISKY.search(body) or _RISKY.search(core)):
        return word
    lead, _, trail = word.partition(core)
    if trail.startswith(")") and "(" in core:
        core, trail = f"{core})", trail[1:]
    return f"{lead}{_code(core, in_table=in_table)}{trail}"


def _code(text: str, *, in_table: bool) -> str:
    """Write a code span, or in a table one for each piece between pipes."""
    if in_table and "|" in text:
        return _PIPE.join(_span(piece) if piece.strip() else piece for piece in text.split("|"))
    return _span(text)


def _span(text: str) -> str:
    """Write a code span; its fence is longer than any run of grave accents in it."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    apart = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{apart}{text}{apart}{fence}"


def _markdown(part: DocumentBlock) -> Iterator[str]:
    match part:
        case Heading(text, level):
            yield f"{'#' * level} {markdown_text(text)}"
        case Paragraph(text):
            yield markdown_text(text)
        case ItemList(items, numbered):
            signs = (f"{place}." if numbered else "-" for place in range(1, len(items) + 1))
            yield from (f"{sign} {markdown_text(item)}" for sign, item in zip(signs, items, strict=True))
        case Code(text, language):
            yield from _fenced(text, language)
        case Table(names, rows):
            yield _row(names)
            yield _row(("---",) * len(names), escape=False)
            yield from map(_row, rows)


def _fenced(text: str, language: str) -> Iterator[str]:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield fence + language
    yield text.rstrip("\n")
    yield fence


def _row(cells: tuple[str, ...], *, escape: bool = True) -> str:
    return "| " + " | ".join(markdown_text(cell, in_table=True) if escape else cell for cell in cells) + " |"
