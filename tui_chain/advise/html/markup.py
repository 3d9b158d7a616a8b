"""HTML and SVG made of values: every text is escaped by being put in, and only `Markup` is not."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

from tui_chain.core.text import safe_text

_VOID = frozenset({"meta", "input", "br"})


class Markup(str):
    """HTML or SVG in which every text is escaped."""

    __slots__ = ()


Content = str | Iterable["Content"] | None
"""What stands in an element: texts, which are escaped, markup, which is not, and several of them."""
Attributes = Mapping[str, object]
"""Attributes by name; False and None leave one out, True gives it without a value."""


def tag(name: str, attributes: Attributes | None = None, *content: Content) -> Markup:
    """Return an element; `name` and the names of attributes are never foreign."""
    opening = "".join(_attribute(key, value) for key, value in (attributes or {}).items())
    return Markup(f"<{name}{opening}>" if name in _VOID else f"<{name}{opening}>{join(content)}</{name}>")


def join(content: Content) -> Markup:
    """Put texts and markup behind one another."""
    if content is None:
        return Markup()
    if isinstance(content, str):
        return content if isinstance(content, Markup) else escaped(content)
    return Markup("".join(map(join, content)))


def foreign(text: str) -> Markup:
    """Return a text of a certificate or server, kept apart from the writing direction around it."""
    return tag("bdi", None, text)


def escaped(text: str) -> Markup:
    """Escape a text for element content and for attributes; controls and bidi characters are shown as escapes.

    What comes from certificates passed `safe_text` before; here nothing of the kind gets through that did not.
    """
    lines = (safe_text(line, 10 * len(line) + 1) for line in text.split("\n"))
    return Markup(html.escape("\n".join(lines)))


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escaped(str(value))}"'
