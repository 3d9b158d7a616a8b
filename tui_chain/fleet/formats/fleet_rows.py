"""The hosts of a fleet's page: a table body each, with its row and what is wrong below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from tui_chain.advise.html.blocks import facts, folded
from tui_chain.advise.html.icons import SEVERITIES, TONES, icon
from tui_chain.advise.html.markup import Content, Markup, foreign, tag
from tui_chain.core.text import days_text, plural, safe_text, whole_days
from tui_chain.fleet.formats.writer import refusing
from tui_chain.fleet.policy import WORST_FIRST, Level
from tui_chain.results.values import FindingResult, HostResult

MAX_FINDINGS = 8
"""Findings of a host that are shown."""
COLUMNS = ("host", "status", "first to expire", "clients", "findings")
_SIGNS = ("good", "info", "warn", "bad", "calm")


class FleetRow(NamedTuple):
    """A host as it is kept until the end; its first `end`, the `days` to that and its `tone`, None where unknown.

    `headline` is what is to be said of it in one line, `ends` the name of the issuer that ends first, empty where
    that is the leaf. `details` are markup.
    """

    target: str
    label: str
    status: str
    level: Level
    headline: str
    end: datetime | None
    days: float | None
    tone: str | None
    ends: str
    accepting: int
    families: int
    codes: tuple[tuple[str, str], ...]
    details: Markup | None


def host_body(row: FleetRow, now: datetime) -> Markup:
    """A host as a table body, so that its two rows sort and hide together; its numbers are what is sorted by."""
    days = "-" if row.days is None else f"{row.days:.2f}"
    keys = f"{_RANKS[row.level]} {days} {row.accepting} {len(row.codes)}"
    cells = (
        tag("th", {"role": "rowheader", "scope": "row", "data-name": COLUMNS[0]}, tag("div", None, host_name(row))),
        _cell(1, sign(_STATUSES.get(row.status, "calm"), row.status)),
        _cell(2, (days_left(row, now), tag("small", None, ending_certificate(row)) if row.ends else None)),
        _cell(3, f"{row.accepting} of {row.families}" if row.families else "not asked"),
        _cell(4, [(_code(*code), " ") for code in row.codes] or "none"),
    )
    more = _more(row) if row.level is not Level.OK else None
    return tag(
        "tbody",
        {"role": "rowgroup", "data-keys": keys, "data-status": row.status},
        tag("tr", {"role": "row"}, cells),
        more,
    )


_RANKS = {level: rank for rank, level in enumerate(WORST_FIRST)}


def _cell(place: int, content: Content) -> Markup:
    return tag("td", {"role": "cell", "data-name": COLUMNS[place]}, tag("div", None, content))


def _more(row: FleetRow) -> Markup:
    """What is wrong with a host, below its row and as wide as the table."""
    text = foreign(row.headline)
    content = folded(text, row.details) if row.details is not None else tag("p", None, text)
    return tag("tr", {"role": "row", "class": "more"}, tag("td", {"role": "cell", "colspan": len(COLUMNS)}, content))


def host_name(row: FleetRow) -> Content:
    """Return the target, and its label below."""
    return foreign(row.target), tag("small", None, foreign(row.label)) if row.label else None


def ending_certificate(row: FleetRow) -> Content:
    """Return which certificate of the host's path ends first."""
    return ("CA certificate ", foreign(row.ends)) if row.ends else "leaf"


def days_left(row: FleetRow, now: datetime) -> Content:
    """Return how long the host's path is valid still, in its tone."""
    if row.end is None or row.tone is None:
        return "unknown"
    words = f"expired {plural(-whole_days(row.end, now), 'day')} ago" if row.end < now else days_text(row.end, now)
    return tag("span", {"class": f"left {row.tone}", "title": f"{row.end:%Y-%m-%d %H:%M} UTC"}, words)


def _code(code: str, severity: str) -> Markup:
    return tag("code", {"class": severity_tone(severity)}, code)


_STATUSES: Mapping[str, str] = {str(status): tone for status, tone in TONES.items()}
_TONES: Mapping[str, str] = {str(severity): tone for severity, tone in SEVERITIES.items()}


def severity_tone(word: str) -> str:
    """The tone of a severity, which another version may have written."""
    return _TONES.get(word, "warn")


def host_details(reasons: Iterable[str], result: HostResult) -> Markup:
    """Return what is folded below a host: its findings, who refuses it, and why it fails by the policy."""
    shown, more = result.findings[:MAX_FINDINGS], len(result.findings) - MAX_FINDINGS
    items = [*map(_finding, shown), *([tag("li", {"class": "calm"}, f"and {more} more")] if more > 0 else [])]
    names = refusing(result)
    found = facts(
        (
            ("Fails by", [tag("p", None, foreign(one)) for one in reasons]),
            ("Fault", "" if result.blame == "nobody" else result.blame),
            ("Refused by", "; ".join(names)),
            ("Reached at", result.address or ""),
            ("Bundle", _bundle(result)),
        )
    )
    return Markup((tag("ul", {"class": "findings"}, items) if items else "") + found)


def _finding(found: FindingResult) -> Markup:
    tone = severity_tone(found.severity)
    about = (tag("strong", None, foreign(safe_text(found.subject, 100))), ": ") if found.subject else None
    return tag(
        "li",
        {"class": tone},
        tag("div", None, sign(tone, found.severity), tag("code", None, found.code)),
        tag("p", None, about, foreign(found.message)),
        tag("p", {"class": "hint"}, foreign(found.hint)) if found.hint else None,
    )


def _bundle(result: HostResult) -> str:
    accepting = [one.with_bundle.ok for one in result.clients if one.with_bundle is not None]
    return f"with the proven CA bundle {sum(accepting)} of {len(accepting)} families accept it" if accepting else ""


# small parts


def signs() -> Markup:
    """The signs that the rows show, once for all of them."""
    symbols = [icon(tone, id=f"sign-{tone}") for tone in _SIGNS]
    return tag("div", {"hidden": True}, symbols)


def sign(tone: str, word: str) -> Markup:
    """A sign and its word, as `icons.worded`; the sign stands once in the page."""
    sign = tag("svg", {"class": "icon", "width": 16, "height": 16, "aria-hidden": "true"}, _USES[tone])
    return tag("span", {"class": f"worded {tone}"}, sign, " ", word)


_USES = {tone: tag("use", {"href": f"#sign-{tone}"}) for tone in _SIGNS}
