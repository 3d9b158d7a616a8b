"""One HTML page for a fleet: counts by status, when paths end, and a table that sorts and filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tui_chain.advise.html.blocks import facts, folded, section, table
from tui_chain.advise.html.frame import frame, own
from tui_chain.advise.html.icons import TONES, icon
from tui_chain.advise.html.markup import Content, Markup, foreign, tag
from tui_chain.core.status import Severity, Status
from tui_chain.core.text import plural, safe_text
from tui_chain.fleet.formats.expiry_drawing import HostEnd, ending_tones, expiry_drawing
from tui_chain.fleet.formats.fleet_rows import (
    COLUMNS,
    FleetRow,
    days_left,
    ending_certificate,
    host_body,
    host_details,
    host_name,
    severity_tone,
    sign,
    signs,
)
from tui_chain.fleet.formats.writer import expiry_words
from tui_chain.fleet.policy import WORST_FIRST, DatedCertificate, Level, Policy, first_to_expire, worst_level
from tui_chain.results.joint import JointFinding
from tui_chain.results.values import HostResult

MAX_DETAILS = 2000
"""Hosts with details: those that need work, in their order; of the others there is the row."""
NEXT = 8
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
T = TypeVar("T")


@dataclass(eq=False)
class HTMLWriter:
    """Keeps a row for each host until the end, since the counts stand first; `now` is aware."""

    policy: Policy
    now: datetime
    _rows: list[FleetRow] = field(default_factory=list)
    _joint: list[JointFinding] = field(default_factory=list)
    _known: dict[object, object] = field(default_factory=dict)
    _detailed: int = 0
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
        reasons = self.policy.stricter_reasons(result, self.now)
        if level is not Level.OK and self._detailed < MAX_DETAILS:
            self._detailed += 1
            details = host_details(reasons, result)
        tone = None if first is None else self._tone(result, first)
        codes = tuple(dict.fromkeys((found.code, found.severity) for found in result.findings))
        self._rows.append(
            FleetRow(
                result.target,
                result.label,
                self._once(result.status),
                level,
                self._once(safe_text(_why(result, reasons, first, tone, self.now))),
                None if first is None else first.end,
                None if first is None else (first.end - self.now) / _DAY,
                tone,
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
        yield f"{opening}{_skip()}{signs()}{self._header()}\n"
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
        # one host among ten thousand has a piece that can be seen
        sizes = [max(count / len(self._rows), 0.012) for _, count in known]
        bars, left = [], 0.0
        for (status, _), size in zip(known, sizes, strict=True):
            share = 100 * size / sum(sizes)
            frame = {"x": f"{left:.2f}%", "width": f"{share:.2f}%", "height": 14}
            bars.append(tag("rect", {"class": f"piece {TONES[status]} {status}", **frame}))
            left += share
        text = ", ".join(f"{count} {status}" for status, count in known)
        drawn = {"role": "img", "aria-label": f"Hosts by status: {text}", "class": "shares", "width": "100%"}
        items = [
            tag(
                "li",
                {"class": TONES[status], "data-status": status.value},
                tag("strong", None, f"{count:,}"),
                sign(TONES[status], status.value),
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
        about = (
            "Each column is a span of time, its height the square root of how many paths end in it; days near now"
            " have more room than far years."
        )
        return section(
            "expiry",
            "When certification paths end",
            tag("p", {"class": "muted"}, about),
            expiry_drawing(ends),
            tag("ul", {"class": "tones"}, legend),
            self._next(),
        )

    def _next(self) -> Content:
        dated = [(row.days, place) for place, row in enumerate(self._rows) if row.days is not None and row.days >= 0]
        rows = [self._rows[place] for _, place in sorted(dated)[:NEXT]]
        cells = [(host_name(row), ending_certificate(row), _date(row), days_left(row, self.now)) for row in rows]
        names = ("host", "certificate", "expires", "left")
        return (tag("h3", None, "Next to expire"), table(names, cells, "Next to expire")) if cells else None

    def _together(self) -> Markup:
        if not self._joint:
            return Markup()
        items = [
            tag(
                "li",
                {"class": severity_tone(one.severity)},
                tag("div", None, sign(severity_tone(one.severity), one.severity), tag("code", None, one.code)),
                tag("p", None, tag("strong", None, foreign(one.subject)), ": ", foreign(one.message)),
                tag("p", {"class": "hint"}, foreign(one.hint)) if one.hint else None,
                folded(plural(one.count, "host"), tag("p", None, [_listed(host) for host in one.hosts])),
            )
            for one in self._joint
        ]
        return section("together", "What hosts have in common", tag("ul", {"class": "findings"}, items))

    def _table(self) -> Iterator[str]:
        """Every host, in a body of its own: its row, and below it what is wrong."""
        urgent = any(row.level is not Level.OK for row in self._rows)
        about = tag("p", {"class": "muted"}, "Those that need work stand first.") if urgent else ""
        heading = tag("h2", {"id": "hosts-heading"}, "Hosts")
        yield f'<section id="hosts" aria-labelledby="hosts-heading">{heading}{about}{_filter()}\n'
        heads = [tag("th", {"role": "columnheader", "scope": "col"}, name.capitalize()) for name in COLUMNS]
        head = tag("thead", {"role": "rowgroup"}, tag("tr", {"role": "row"}, heads))
        yield f'<table role="table" class="hosts"><caption class="unseen">Hosts</caption>{head}\n'
        for row in sorted(self._rows, key=lambda row: WORST_FIRST.index(row.level)):
            yield f"{host_body(row, self.now)}\n"
        yield "</table></section>\n"


# small parts


def _why(
    result: HostResult, reasons: tuple[str, ...], first: DatedCertificate | None, tone: str | None, now: datetime
) -> str:
    """What is to be said of a host in one line: why it fails, or that it expires soon where nothing else is wrong."""
    if reasons:
        return " ".join(reasons)
    if first is not None and tone == "warn" and result.status == Status.COMPLETE:
        return expiry_words(first.label, first.end, now)
    return result.headline


def _skip() -> Markup:
    return tag("a", {"class": "skip", "href": "#hosts"}, "Skip to the hosts")


def _filter() -> Markup:
    """What the script shows, since without it there is no filter."""
    field = tag("input", {"id": "wanted", "type": "search", "autocomplete": "off", "spellcheck": "false"})
    label = tag("label", {"for": "wanted"}, "Filter by host, label, status, finding")
    count = tag("output", {"id": "matching", "for": "wanted"})
    return tag("div", {"class": "filter", "id": "fleet-filter", "hidden": True}, label, field, count)


def _listed(host: str) -> Content:
    return foreign(host), " "


def _date(row: FleetRow) -> str:
    return "" if row.end is None else f"{row.end:%Y-%m-%d}"


def _threshold(text: str) -> str:
    return f"{text} of the lifetime" if text.endswith("%") else f"{text} days"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
