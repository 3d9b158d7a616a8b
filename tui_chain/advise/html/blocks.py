"""The blocks of a document, and tables, lists and code, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tui_chain.advise.document import Code, Document, DocumentBlock, Heading, ItemList, Paragraph, Table
from tui_chain.advise.html.frame import page
from tui_chain.advise.html.markup import Content, Markup, foreign, tag


def to_html(document: Document) -> str:
    """Return the document as one HTML file: nothing from outside, every text escaped."""
    heading = tag("header", {"class": "plain"}, tag("h1", None, foreign(document.title)))
    main = tag("main", None, [block(part) for part in document.parts])
    return page(document.title, heading, main)


def block(part: DocumentBlock, deeper: int = 0) -> Markup:
    """Return a block of a document; its headings are `deeper` by so many levels than in the document."""
    match part:
        case Heading(text, level):
            return tag(f"h{min(level + deeper, 6)}", None, foreign(text))
        case Paragraph(text):
            return tag("p", None, foreign(text))
        case ItemList(items, numbered):
            return tag("ol" if numbered else "ul", None, [tag("li", None, foreign(item)) for item in items])
        case Code(text):
            return code(text)
        case Table(names, rows):
            return table(names, [[foreign(cell) for cell in row] for row in rows])


def code(text: str) -> Markup:
    """Return text to copy as it stands; the page's script puts a button beside it."""
    return tag("div", {"class": "code"}, tag("pre", None, tag("code", None, text.rstrip("\n"))))


def table(names: Sequence[str], rows: Iterable[Sequence[Content]], caption: str = "") -> Markup:
    """Return a table that becomes a list of cards on narrow screens; the first cell of a row is its heading.

    Its roles are written down since a browser forgets them where cells are shown as blocks.
    """
    line, column = {"role": "row"}, {"role": "columnheader", "scope": "col"}
    head = tag("thead", {"role": "rowgroup"}, tag("tr", line, [tag("th", column, name) for name in names]))
    body = tag("tbody", {"role": "rowgroup"}, [tag("tr", line, _cells(names, row)) for row in rows])
    title = tag("caption", {"class": "unseen"}, caption) if caption else None
    return tag("table", {"role": "table"}, title, head, body)


def _cells(names: Sequence[str], row: Sequence[Content]) -> Iterator[Markup]:
    for place, (name, cell) in enumerate(zip(names, row, strict=True)):
        known = {"role": "cell"} if place else {"role": "rowheader", "scope": "row"}
        yield tag("td" if place else "th", {**known, "data-name": name}, tag("div", None, cell))


def folded(summary: Content, *content: Content, **attributes: object) -> Markup:
    """Return content that is shown when its summary is opened, and always in print."""
    return tag("details", attributes, tag("summary", None, summary), tag("div", {"class": "inside"}, content))


def facts(pairs: Iterable[tuple[str, Content]]) -> Markup:
    """Return names with their values; those without a value are left out."""
    known = [(name, value) for name, value in pairs if value]
    return tag("dl", {"class": "facts"}, [tag("div", None, tag("dt", None, n), tag("dd", None, v)) for n, v in known])


def section(name: str, title: str, *content: Content) -> Markup:
    """Return a section with its heading; `name` is what the page's list of sections leads to."""
    heading = tag("h2", {"id": f"{name}-heading"}, title)
    return tag("section", {"id": name, "aria-labelledby": f"{name}-heading"}, heading, content)
