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

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")


def to_markdown(document: Document) -> str:
    """Return the document as Markdown (CommonMark and tables), foreign text escaped."""
    parts = [f"# {markdown_text(document.title)}", *("\n".join(_markdown(part)) for part in document.parts)]
    return "\n\n".join(parts) + "\n"


def markdown_text(text: str) -> str:
    """Escape a text so that Markdown shows it as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


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
    return "| " + " | ".join(markdown_text(cell) if escape else cell for cell in cells) + " |"
