"""The instructions for clients: folded, in groups by what is typed, with a box that filters them by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tui_chain.advise.html.blocks import code, folded
from tui_chain.advise.html.markup import Content, Markup, foreign, tag
from tui_chain.clients.advice import Advice

_SHELL = "sh"
"""The language of commands and variables, which are a group; each other piece is named by its language."""
_COMMANDS, _CODE = "Commands and variables", "Code and files"


def instructions_list(advice: Iterable[Advice], make: Callable[[Advice], str]) -> Markup:
    """Return the advice in groups; `make` gives the command that makes the file it needs, or nothing."""
    groups: dict[str, list[Markup]] = {_COMMANDS: [], _CODE: []}
    for one in advice:
        groups[_COMMANDS if one.language == _SHELL else _CODE].append(_piece(one, make(one)))
    rows = [
        tag("div", {"class": "group"}, tag("h3", None, f"{title} ", _count(pieces)), _grid(pieces))
        for title, pieces in groups.items()
        if pieces
    ]
    return tag("div", {"class": "instructions"}, _filter(), rows)


def _count(pieces: list[Markup]) -> Markup:
    return tag("span", {"class": "count"}, str(len(pieces)))


def _grid(pieces: list[Markup]) -> Markup:
    return tag("div", {"class": "grid"}, pieces)


def _filter() -> Markup:
    """The box is shown by the script, which makes it work."""
    box = {"type": "search", "id": "filter", "autocomplete": "off", "spellcheck": "false"}
    field = tag("label", None, "Show clients named ", tag("input", {**box, "placeholder": "a part of the name"}))
    return tag("p", {"class": "filter", "hidden": True}, field, tag("output", {"for": "filter", "id": "shown"}))


def _piece(one: Advice, make: str) -> Markup:
    effect = one.effect.value if one.effect is not None else ""
    badge = tag("span", {"class": f"badge {effect}"}, effect) if effect else None
    language = tag("span", {"class": "muted"}, one.language) if one.language != _SHELL else None
    summary = (tag("strong", None, one.client), language, badge)
    return folded(summary, list(_content(one, make)), **{"class": "client"})


def _content(one: Advice, make: str) -> Iterator[Content]:
    if one.text:
        yield tag("p", None, foreign(one.text))
    if make:
        yield tag("p", None, "It needs a file of another kind:")
        yield code(make)
    yield code(one.code)
    if one.order:
        yield tag("p", {"class": "muted"}, f"Which setting wins: {one.order}.")
    if one.undo:
        yield tag("p", None, "To undo it:")
        yield code(one.undo)
