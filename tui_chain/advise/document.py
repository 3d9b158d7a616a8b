"""A small document and its three forms: plain text, Markdown, and one HTML file."""

from __future__ import annotations

import html
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


# -- HTML

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }}
pre {{ background: #f4f4f4; padding: .8rem; overflow-x: auto; }}
table {{ border-collapse: collapse; display: block; overflow-x: auto; }}
th, td {{ border: 1px solid #bbb; padding: .3rem .6rem; text-align: left; overflow-wrap: anywhere; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #161616; color: #e6e6e6; }}
  pre {{ background: #262626; }}
}}
</style>
</head>
<body>
<h1>{title}</h1>
"""


def to_html(document: Document) -> str:
    """Return the document as one HTML file: no script, nothing from outside, every text escaped."""
    parts = ["\n".join(_html(part)) for part in document.parts]
    return _HEAD.format(title=html.escape(document.title)) + "\n".join(parts) + "\n</body>\n</html>\n"


def _html(part: DocumentBlock) -> Iterator[str]:
    match part:
        case Heading(text, level):
            yield f"<h{level}>{html.escape(text)}</h{level}>"
        case Paragraph(text):
            yield f"<p>{html.escape(text)}</p>"
        case ItemList(items, numbered):
            name = "ol" if numbered else "ul"
            yield f"<{name}>"
            yield from (f"<li>{html.escape(item)}</li>" for item in items)
            yield f"</{name}>"
        case Code(text):
            yield f"<pre><code>{html.escape(text.rstrip(chr(10)))}</code></pre>"
        case Table(names, rows):
            yield f"<table><thead>{_cells('th', names)}</thead><tbody>"
            yield from (_cells("td", row) for row in rows)
            yield "</tbody></table>"


def _cells(name: str, cells: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{name}>{html.escape(cell)}</{name}>" for cell in cells) + "</tr>"
