"""Signs of 16 by 16: each meaning has a shape of its own beside its colour, and a word stands beside it."""

from __future__ import annotations

from collections.abc import Mapping

from tui_chain.advise.html.markup import Markup, tag
from tui_chain.advise.path_nodes import Standing
from tui_chain.core.status import Severity, Status

TONES: Mapping[Status, str] = {
    Status.COMPLETE: "good",
    Status.REPAIRABLE: "info",
    Status.PARTIAL: "warn",
    Status.UNTRUSTED: "bad",
    Status.INCOMPLETE: "bad",
    Status.INVALID: "bad",
    Status.REFUSED: "bad",
    Status.UNREACHABLE: "bad",
}
"""The tone of each status: a class of the style, which gives it a colour."""
SEVERITIES: Mapping[Severity, str] = {Severity.FATAL: "bad", Severity.RISK: "warn", Severity.COSMETIC: "calm"}
"""The tone of each severity."""
STANDINGS: Mapping[Standing, str] = {
    Standing.SERVED: "served",
    Standing.FOUND: "found",
    Standing.MISSING: "missing",
    Standing.TRUSTED: "trusted",
    Standing.UNTRUSTED: "untrusted",
    Standing.UNUSED: "unused",
}
"""The class of the style for each standing."""


_TICK = tag("path", {"class": "mark", "d": "M4.5 8.3 7 10.8 11.5 5.6"})
_CROSS = tag("path", {"class": "mark", "d": "M5.2 5.2 10.8 10.8M10.8 5.2 5.2 10.8"})
_SHIELD = "M8 1 14 3.2V8c0 3.6-2.6 6-6 7.2C4.6 14 2 11.6 2 8V3.2Z"
_BANG = tag("path", {"class": "mark", "d": "M8 5.6V9M8 11.4V11.6"})
_QUESTION = tag("path", {"class": "line", "d": "M6 6.2a2 2 0 1 1 2.7 1.9C8.2 8.3 8 8.6 8 9.2M8 11.3V11.5"})
_DISC = tag("circle", {"class": "fill", "cx": 8, "cy": 8, "r": 7})
_TRIANGLE = tag("path", {"class": "fill", "d": "M8 1.2 15.4 14.4H.6Z"})

_SIGNS: Mapping[str, Markup] = {
    "good": Markup(_DISC + _TICK),
    "bad": Markup(tag("path", {"class": "fill", "d": "M5 1H11L15 5V11L11 15H5L1 11V5Z"}) + _CROSS),
    "warn": Markup(_TRIANGLE + _BANG),
    "info": Markup(tag("path", {"class": "fill", "d": "M6 1H10V6H15V10H10V15H6V10H1V6H6Z"})),
    "calm": tag("circle", {"class": "fill", "cx": 8, "cy": 8, "r": 3}),
    "served": tag("circle", {"class": "fill", "cx": 8, "cy": 8, "r": 6.5}),
    "found": Markup(tag("path", {"class": "fill", "d": "M8 .8 15.2 8 8 15.2.8 8Z"})),
    "missing": Markup(
        tag("rect", {"class": "line dashed", "x": 1.2, "y": 1.2, "width": 13.6, "height": 13.6, "rx": 2}) + _QUESTION
    ),
    "trusted": Markup(tag("path", {"class": "fill", "d": _SHIELD}) + _TICK),
    "untrusted": Markup(
        tag("path", {"class": "line", "d": _SHIELD}) + tag("path", {"class": "line", "d": "M3 13.4 13 2.8"})
    ),
    "unused": tag("path", {"class": "line", "d": "M8 2 14.6 13.8H1.4Z"}),
}


def icon(tone: str, **place: object) -> Markup:
    """Return a sign that readers of the page's structure pass over; `place` are its x and y inside a drawing."""
    attributes = {"class": f"icon {tone}", "width": 16, "height": 16, "viewBox": "0 0 16 16", **place}
    return tag("svg", {**attributes, "aria-hidden": "true", "focusable": "false"}, _SIGNS[tone])


def worded(tone: str, word: str) -> Markup:
    """Return a sign and its word, in the tone's colour."""
    return tag("span", {"class": f"worded {tone}"}, icon(tone), " ", word)
