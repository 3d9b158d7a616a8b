"""The path as a drawing: a card for each certificate, leaf first, and what was served beside the path.

The drawing is as wide as its place and its texts are broken for 300 units, so that it needs no scaling at 360 px.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_chain.advise.html.icons import STANDINGS, icon
from tui_chain.advise.html.markup import Markup, tag
from tui_chain.advise.path_nodes import PathNode, PathNodes, Standing, validity
from tui_chain.core.status import Severity
from tui_chain.core.text import colon_hex

NAME_COLUMNS, TEXT_COLUMNS = 30, 40
"""Characters of a name in bold, and of other texts, that fit into a card on the narrowest screen."""
MAX_UNUSED = 4
"""Certificates that are drawn beside the path; the others are counted."""
_LEFT, _TOP, _GAP = 14, 12, 38
_HEX_LINE = 48
_MEANINGS = {
    Standing.SERVED: "The server sent it in the handshake.",
    Standing.FOUND: "The server does not send it; it was found elsewhere.",
    Standing.MISSING: "It was neither sent nor found.",
    Standing.TRUSTED: "A trust anchor: the trust store has it.",
    Standing.UNTRUSTED: "A root that the trust store does not have.",
    Standing.UNUSED: "Sent, but the path does not need it.",
}
_GLYPHS = {Severity.FATAL: "✗", Severity.RISK: "!", Severity.COSMETIC: "·"}


@dataclass(frozen=True)
class TextLine:
    """A line of a card: its text, the class of the style that it has, and the units from the line above."""

    text: str
    style: str
    step: int


def path_drawing(nodes: PathNodes, now: datetime) -> Markup:
    """Draw the path and what is beside it, with the signs explained; `now` is aware."""
    path = _drawing(nodes.path, now, "path", "The certification path, leaf first")
    legend = tag("ul", {"class": "legend"}, [_legend(one) for one in Standing if _shown(one, nodes)])
    if not nodes.unused:
        return tag("div", {"class": "drawing"}, path, tag("div", {"class": "beside"}, legend))
    heading = tag("h3", None, "Served beside the path")
    drawn = _drawing(nodes.unused[:MAX_UNUSED], now, "beside", "Not in the path")
    more = len(nodes.unused) - MAX_UNUSED
    rest = tag("p", {"class": "muted"}, f"and {more} more, in the list of certificates") if more > 0 else None
    return tag("div", {"class": "drawing"}, path, tag("div", {"class": "beside"}, legend, heading, drawn, rest))


def _shown(standing: Standing, nodes: PathNodes) -> bool:
    return any(node.standing is standing for node in nodes.all)


def _legend(standing: Standing) -> Markup:
    sign = STANDINGS[standing]
    return tag(
        "li", {"class": sign}, icon(sign), tag("div", None, standing.value, tag("small", None, _MEANINGS[standing]))
    )


def _drawing(nodes: Sequence[PathNode], now: datetime, name: str, title: str) -> Markup:
    cards: list[Markup] = []
    height = 0
    for place, node in enumerate(nodes):
        below = nodes[place + 1] if name == "path" and place + 1 < len(nodes) else None
        lines = tuple(_lines(node, now))
        tall = _TOP + sum(line.step for line in lines) + _TOP
        cards.append(_card(node, lines, height, tall))
        height += tall + (_GAP if below is not None else 12)
        if below is not None:
            cards.append(_link(below, height - _GAP))
    named = {"aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-text"}
    known = {"role": "img", **named, "class": f"cards {name}"}
    described = (
        tag("title", {"id": f"{name}-title"}, title),
        tag("desc", {"id": f"{name}-text"}, _description(nodes, now)),
    )
    return tag("svg", {**known, "width": "100%", "height": height - 10}, *described, cards)


def _description(nodes: Iterable[PathNode], now: datetime) -> str:
    """The drawing in sentences, for those who do not see it."""
    return " ".join(f"{place}. {_sentence(node, now)}" for place, node in enumerate(nodes, 1))


def _sentence(node: PathNode, now: datetime) -> str:
    one = node.certificate
    dates = f"; {validity(one, now)}" if one is not None else ""
    codes = "".join(f"; {found.code}" for found in node.findings)
    return f"{node.label}: {node.standing.value}, {node.where}{dates}{codes}."


def _card(node: PathNode, lines: Iterable[TextLine], top: int, height: int) -> Markup:
    """A card, which cuts what does not fit; the whole subject shows where a pointer rests."""
    sign = STANDINGS[node.standing]
    frame = {"class": "box", "x": 1, "y": 1, "height": height - 2, "rx": 8}
    inner = [tag("title", None, node.subject), tag("rect", frame)]
    if node.standing is Standing.TRUSTED:
        inner.append(tag("rect", {"class": "box inner", "x": 4, "y": 4, "height": height - 8, "rx": 6}))
    inner.append(icon(sign, x=_LEFT, y=_TOP))
    y = _TOP
    for line in lines:
        y += line.step
        x = _LEFT + 23 if line.style == "standing" else _LEFT
        inner.append(tag("text", {"class": line.style, "x": x, "y": y}, line.text))
    return tag("svg", {"class": f"card {sign}", "x": 0, "y": top, "width": "100%", "height": height}, inner)


def _link(issuer: PathNode, top: int) -> Markup:
    """The arrow from a certificate to its issuer."""
    missing = issuer.standing is Standing.MISSING
    text = "its issuer is missing" if missing else "signed by"
    line = tag("path", {"class": "edge", "d": f"M22 {top}V{top + _GAP - 7}"})
    head = tag("path", {"class": "head", "d": f"M16 {top + _GAP - 9}H28L22 {top + _GAP - 1}Z"})
    word = tag("text", {"class": "small", "x": 38, "y": top + 23}, text)
    return tag("g", {"class": "link open" if missing else "link"}, line, head, word)


def _lines(node: PathNode, now: datetime) -> Iterator[TextLine]:
    yield TextLine(node.standing.value.upper(), "standing", 13)
    for place, text in enumerate(broken(node.label, NAME_COLUMNS, 2)):
        yield TextLine(text, "name", 19 if place else 24)
    if node.subject != node.label and node.subject != f"CN={node.label}":
        yield from _small(node.subject, 2)
    yield from _small(node.where, 2)
    one = node.certificate
    if one is not None:
        yield TextLine(validity(one, now), "dates" if one.valid_at(now) else "dates bad", 19)
        digest = colon_hex(one.sha256)
        for place in range(0, len(digest), _HEX_LINE):
            yield TextLine(digest[place : place + _HEX_LINE].rstrip(":"), "digest", 16 if place == 0 else 13)
    for found in node.findings:
        yield TextLine(f"{_GLYPHS[found.severity]} {found.code}", f"code {found.severity}", 18)


def _small(text: str, at_most: int) -> Iterator[TextLine]:
    for place, line in enumerate(broken(text, TEXT_COLUMNS, at_most)):
        yield TextLine(line, "small", 15 if place else 17)


def broken(text: str, columns: int, at_most: int) -> tuple[str, ...]:
    """Break a text into lines of `columns`, where Chinese and the like take two; what is too much ends with `…`."""
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < at_most:
        end = _fitting(rest, columns)
        if end < len(rest):
            space = max(rest.rfind(sign, 0, end) for sign in " ,/")
            end = space + 1 if space > columns // 2 else end
        lines.append(rest[:end].strip())
        rest = rest[end:].strip()
    if rest:
        lines[-1] = f"{lines[-1][: _fitting(lines[-1], columns - 1)]}…"
    return tuple(lines)


def _fitting(text: str, columns: int) -> int:
    """How many characters of a text are at most so wide."""
    width = 0
    for place, sign in enumerate(text):
        width += 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else not unicodedata.combining(sign)
        if width > columns:
            return place
    return len(text)
