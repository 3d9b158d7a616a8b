"""One HTML page for a fleet: counts by status, when paths end, and a table that sorts and filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from tui_chain.advise.html.blocks import facts, folded, section, table
from tui_chain.advise.html.frame import frame, own
from tui_chain.advise.html.icons import SEVERITIES, TONES, icon
from tui_chain.advise.html.markup import Content, Markup, foreign, tag
from tui_chain.core.status import Severity, Status
from tui_chain.core.text import days_text, plural, safe_text, whole_days
from tui_chain.fleet.formats.expiry_drawing import HostEnd, ending_tones, expiry_drawing
from tui_chain.fleet.formats.writer import refusing
from tui_chain.fleet.policy import WORST_FIRST, DatedCertificate, Level, Policy, first_to_expire, worst_level
from tui_chain.results.joint import JointFinding
from tui_chain.results.values import FindingResult, HostResult

MAX_DETAILS = 2000
"""Hosts with details: those that need work, in their order; of the others there is the row."""
MAX_FINDINGS = 8
"""Findings of a host that are shown."""
NEXT = 10
"""Hosts that are named as the next to expire."""
_FOLDER = "tui_chain.fleet.formats"
_DAY = timedelta(days=1)
_LEVELS = {Level.CRITICAL: "bad", Level.WARNING: "warn", Level.UNKNOWN: "calm", Level.OK: "good"}
_WORDS = {
    Level.CRITICAL: ("needs work", "need work"),
    Level.WARNING: ("will need work soon or has a risk", "will need work soon or have a risk"),
    Level.UNKNOWN: ("was not reached", "were not reached"),
    Level.OK: ("is well", "are well"),
}
_LEGEND = {"bad": "over, or within the critical time", "warn": "expires soon", "good": "later"}
_COLUMNS = ("host", "status", "first to expire", "clients", "findings")
T = TypeVar("T")
_SIGNS = ("good", "info", "warn", "bad", "calm")


class FleetRow(NamedTuple):
    """A host as it is kept until the end; `days` to its first end and `tone` of that, None where unknown.

    `ends` is the name of the issuer that ends first, empty where that is the leaf. `details` are markup.
    """

    target: str
    label: str
    status: str
    level: Level
    headline: str
    days: float | None
    tone: str | None
    ends: str
    accepting: int
    families: int
    codes: tuple[tuple[str, str], ...]
    details: Markup | None


@dataclass(eq=False)
class HTMLWriter:
    """Keeps a row for each host until the end, since the counts stand first; `now` is aware."""

    policy: Policy
    now: datetime
    _rows: list[FleetRow] = field(default_factory=list)
    _joint: list[JointFinding] = field(default_factory=list)
    _known: dict[object, object] = field(default_factory=dict)
    _details: int = 0
    _first_probe: datetime | None = None
    _last_probe: datetime | None = None

    def begin(self) -> Iterator[str]:
        """Yield nothing: the counts stand first."""
        return iter(())

    def add(self, result: HostResult) -> Iterator[str]:
        """Keep the host's row."""
        self._first_probe = min(self._first_probe or result.time, result.time)
        self._last_probe = max(self._last_probe or result.time, result.time)
        level, first = self.policy.level_of(result, self.now), first_to_expire(result)
        details = None
        if level is not Level.OK and self._details < MAX_DETAILS:
            self._details += 1
            details = _details(self.policy.stricter_reasons(result, self.now), result)
        codes = tuple(dict.fromkeys((found.code, found.severity) for found in result.findings))
        self._rows.append(
            FleetRow(
                result.target,
                result.label,
                self._once(result.status),
                level,
                self._once(safe_text(result.headline)),
                None if first is None else (first.end - self.now) / _DAY,
                None if first is None else self._tone(result, first),
                "" if first is None or first.leaf else self._once(first.label),
                sum(one.as_served.ok for one in result.clients),
                len(result.clients),
                self._once(codes),
                details,
            )
        )
        return iter(())

    def joint(self, finding: JointFinding) -> Iterator[str]:
        """Keep the finding."""
        self._joint.append(finding)
        return iter(())

    def end(self) -> Iterator[str]:
        """Yield the page, a host at a time."""
        title = f"TLS fleet report: {plural(len(self._rows), 'host')}"
        opening, closing = frame(title, own("fleet_page.css", _FOLDER), own("fleet_page.js", _FOLDER))
        yield f"{opening}{_skip()}{_signs()}{self._header()}\n"
        yield f'<main id="main" tabindex="-1">{self._overview()}{self._expiries()}{self._together()}\n'
        yield from self._table()
        yield f"</main>{closing}"

    def _once(self, value: T) -> T:
        """The value, kept once for all hosts that have an equal one."""
        return self._known.setdefault(value, value)  # type: ignore[return-value]

    def _tone(self, result: HostResult, first: DatedCertificate) -> str:
        left = first.end - self.now
        if left <= self.policy.critical(result):
            return "bad"
        return "warn" if left <= self.policy.warning(result, first) else "good"

    # the parts of the page

    def _header(self) -> Markup:
        counts = Counter(row.level for row in self._rows)
        worst = worst_level((*counts, *map(self.policy.level_of_joint, self._joint)))
        said = [
            f"{counts[level]:,} {_WORDS[level][counts[level] != 1]}" for level in WORST_FIRST if counts[level]
        ] or ["There is no host."]
        kind = tag("p", {"class": "eyebrow"}, "TLS fleet report")
        line = tag("p", {"class": "status"}, icon(_LEVELS[worst]), " ", tag("strong", None, worst.value))
        heading = tag("h1", None, f"{len(self._rows):,} host{'' if len(self._rows) == 1 else 's'}")
        return tag(
            "header",
            {"class": f"head {_LEVELS[worst]}"},
            tag("div", {"class": "verdict"}, kind, heading, line, tag("p", {"class": "headline"}, "; ".join(said))),
            tag("div", {"class": "basis"}, facts(self._basis())),
        )

    def _basis(self) -> Iterator[tuple[str, Content]]:
        yield "Made", _minute(self.now)
        first, last = self._first_probe, self._last_probe
        if first is not None and last is not None:
            same = _minute(first) == _minute(last)
            yield "Probed", _minute(first) if same else f"{_minute(first)} to {_minute(last)}"
        policy = self.policy
        worse = " or worse" if policy.fail_on is not Severity.FATAL else ""
        yield (
            "Fails on",
            f"{policy.fail_on.value} findings{worse}, and hosts that a client family refuses",
        )
        warned = "14 days, CA certificates 30" if policy.warn_days is None else _threshold(f"{policy.warn_days}")
        critical = "" if policy.critical_days is None else f"; critical {_threshold(f'{policy.critical_days}')}"
        yield "Notice", f"{warned} before the end{critical}"

    def _overview(self) -> Markup:
        """A bar of the statuses, and how many hosts have each."""
        counts = Counter(row.status for row in self._rows)
        known = [(status, counts[status]) for status in Status if counts[status]]
        bars, left = [], 0.0
        for status, count in known:
            share = 100 * count / len(self._rows)
            frame = {"x": f"{left:.2f}%", "width": f"{max(share, 0.4):.2f}%", "height": 14}
            bars.append(tag("rect", {"class": f"piece {TONES[status]} {status}", **frame}))
            left += share
        text = ", ".join(f"{count} {status}" for status, count in known)
        drawn = {"role": "img", "aria-label": f"Hosts by status: {text}", "class": "shares", "width": "100%"}
        items = [
            tag(
                "li",
                {"class": TONES[status], "data-status": status.value},
                tag("strong", None, f"{count:,}"),
                _sign(TONES[status], status.value),
            )
            for status, count in known
        ]
        bar = tag("svg", {**drawn, "height": 14}, bars) if known else None
        return section("status", "Hosts by status", bar, tag("ul", {"class": "counts"}, items))

    def _expiries(self) -> Markup:
        ends = [HostEnd(row.days, row.tone) for row in self._rows if row.days is not None and row.tone is not None]
        if not ends:
            return Markup()
        legend = [tag("li", {"class": tone}, _LEGEND[tone]) for tone in ending_tones(ends)]
        about = "Each column is a span of time; days near now have more room than years far from it."
        return section(
            "expiry",
            "When certification paths end",
            tag("p", {"class": "muted"}, about),
            expiry_drawing(ends),
            tag("ul", {"class": "tones"}, legend),
            tag("h3", None, "Next to expire"),
            self._next(),
        )

    def _next(self) -> Markup:
        dated = [(row.days, place) for place, row in enumerate(self._rows) if row.days is not None]
        rows = [self._rows[place] for _, place in sorted(dated)[:NEXT]]
        cells = [(_name(row), *_certificate(row), self._date(row), _days(row, self.now)) for row in rows]
        return table(("host", "certificate", "expires", "left"), cells, "Next to expire")

    def _date(self, row: FleetRow) -> str:
        return f"{self.now + (row.days or 0.0) * _DAY:%Y-%m-%d}"

    def _together(self) -> Markup:
        if not self._joint:
            return Markup()
        items = [
            tag(
                "li",
                {"class": _severity(one.severity)},
                tag("div", None, _sign(_severity(one.severity), one.severity), tag("code", None, one.code)),
                tag("p", None, tag("strong", None, foreign(one.subject)), ": ", foreign(one.message)),
                tag("p", {"class": "hint"}, foreign(one.hint)) if one.hint else None,
                folded(plural(one.count, "host"), tag("p", None, [_listed(host) for host in one.hosts])),
            )
            for one in self._joint
        ]
        return section("together", "What hosts have in common", tag("ul", {"class": "findings"}, items))

    def _table(self) -> Iterator[str]:
        """Every host, in a body of its own: its row, and below it what is wrong."""
        yield f'<section id="hosts" aria-labelledby="hosts-heading">{tag("h2", {"id": "hosts-heading"}, "Hosts")}'
        yield f"{_filter()}\n"
        line, column = {"role": "row"}, {"role": "columnheader", "scope": "col"}
        heads = [tag("th", {**column, "data-column": place}, name) for place, name in enumerate(_COLUMNS)]
        yield '<table role="table" class="hosts"><caption class="unseen">Hosts</caption>'
        yield f"{tag('thead', {'role': 'rowgroup'}, tag('tr', line, heads))}\n"
        for row in self._rows:
            yield f"{_body(row, self.now)}\n"
        yield "</table></section>\n"


# a row


def _body(row: FleetRow, now: datetime) -> Markup:
    """A host as a table body, so that its two rows sort and hide together; its numbers are what is sorted by."""
    days = "-" if row.days is None else f"{row.days:.2f}"
    keys = f"{_RANKS[row.level]} {days} {row.accepting} {len(row.codes)}"
    cells = (
        tag("th", {"role": "rowheader", "scope": "row", "data-name": _COLUMNS[0]}, tag("div", None, _name(row))),
        _cell(1, _sign(_STATUSES.get(row.status, "calm"), row.status)),
        _cell(2, (_days(row, now), tag("small", None, *_certificate(row)) if row.ends else None)),
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
    return tag("td", {"role": "cell", "data-name": _COLUMNS[place]}, tag("div", None, content))


def _more(row: FleetRow) -> Markup:
    """What is wrong with a host, below its row and as wide as the table."""
    text = foreign(row.headline)
    content = folded(text, row.details) if row.details is not None else tag("p", None, text)
    return tag("tr", {"role": "row", "class": "more"}, tag("td", {"role": "cell", "colspan": len(_COLUMNS)}, content))


def _name(row: FleetRow) -> Content:
    return foreign(row.target), tag("small", None, foreign(row.label)) if row.label else None


def _certificate(row: FleetRow) -> tuple[Content, ...]:
    return (("CA certificate ", foreign(row.ends)) if row.ends else "its own",)


def _days(row: FleetRow, now: datetime) -> Content:
    if row.days is None or row.tone is None:
        return "unknown"
    end = now + row.days * _DAY
    words = f"expired {plural(-whole_days(end, now), 'day')} ago" if row.days < 0 else days_text(end, now)
    return tag("span", {"class": f"left {row.tone}", "title": f"{end:%Y-%m-%d %H:%M} UTC"}, words)


def _code(code: str, severity: str) -> Markup:
    return tag("code", {"class": _severity(severity)}, code)


_STATUSES: Mapping[str, str] = {str(status): tone for status, tone in TONES.items()}
_TONES: Mapping[str, str] = {str(severity): tone for severity, tone in SEVERITIES.items()}


def _severity(word: str) -> str:
    """The tone of a severity, which another version may have written."""
    return _TONES.get(word, "warn")


def _details(reasons: Iterable[str], result: HostResult) -> Markup:
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
    tone = _severity(found.severity)
    about = (tag("strong", None, foreign(safe_text(found.subject, 100))), ": ") if found.subject else None
    return tag(
        "li",
        {"class": tone},
        tag("div", None, _sign(tone, found.severity), tag("code", None, found.code)),
        tag("p", None, about, foreign(found.message)),
        tag("p", {"class": "hint"}, foreign(found.hint)) if found.hint else None,
    )


def _bundle(result: HostResult) -> str:
    accepting = [one.with_bundle.ok for one in result.clients if one.with_bundle is not None]
    return f"with the proven CA bundle {sum(accepting)} of {len(accepting)} families accept it" if accepting else ""


# small parts


def _signs() -> Markup:
    """The signs that the rows show, once for all of them."""
    symbols = [icon(tone, id=f"sign-{tone}") for tone in _SIGNS]
    return tag("div", {"hidden": True}, symbols)


def _sign(tone: str, word: str) -> Markup:
    """A sign and its word, as `icons.worded`; the sign stands once in the page."""
    sign = tag("svg", {"class": "icon", "width": 16, "height": 16, "aria-hidden": "true"}, _USES[tone])
    return tag("span", {"class": f"worded {tone}"}, sign, " ", word)


_USES = {tone: tag("use", {"href": f"#sign-{tone}"}) for tone in _SIGNS}


def _skip() -> Markup:
    return tag("a", {"class": "skip", "href": "#hosts"}, "Skip to the hosts")


def _filter() -> Markup:
    """What the script fills with life; without it it is not shown."""
    field = tag("input", {"id": "wanted", "type": "search", "autocomplete": "off", "spellcheck": "false"})
    label = tag("label", {"for": "wanted"}, "Filter by host, label, status, finding")
    count = tag("output", {"id": "matching", "for": "wanted"})
    return tag("div", {"class": "filter", "id": "fleet-filter", "hidden": True}, label, field, count)


def _listed(host: str) -> Content:
    return foreign(host), " "


def _threshold(text: str) -> str:
    return f"{text} of the lifetime" if text.endswith("%") else f"{text} days"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
