"""The output of a monitoring plugin, for Nagios, Icinga, Naemon and what else runs one.

Source: Monitoring Plugins Development Guidelines, "Plugin Output for Nagios" and "Performance data".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from tui_chain.core.text import plural, safe_text, whole_days
from tui_chain.fleet.formats.writer import expiry_words, finding_lines, joint_line, refusing
from tui_chain.fleet.policy import WORST_FIRST, DatedCertificate, Level, Policy, first_to_expire, worst_level
from tui_chain.results.joint import JointFinding
from tui_chain.results.values import HostResult

NAME = "TLSCHAIN"
"""What the status line begins with."""
CODES: Mapping[Level, int] = {Level.OK: 0, Level.WARNING: 1, Level.CRITICAL: 2, Level.UNKNOWN: 3}
"""The exit code for the worst level."""
MAX_OUTPUT = 7000
"""Bytes of the lines after the first: Nagios reads 8 KiB of a plugin (MAX_PLUGIN_OUTPUT_LENGTH)."""
MAX_LINE = 300
"""Characters of a line on a host."""
_REPLACED = {ord(char): f"\\x{ord(char):02x}" for char in "|<>\r\n"}
"""What separates performance data, and what a web page of a monitor may take for markup."""
_DAY = timedelta(days=1)


class PluginRow(NamedTuple):
    """A host that is not ok, as it is kept until the end."""

    level: Level
    text: str


class DaysLeft(NamedTuple):
    """Days until a host's first certificate expires, and from which on it is a warning, and critical."""

    target: str
    days: int
    warning: int
    critical: int | None


def status_line(level: Level, words: str, performance: str = "") -> str:
    """Return the first line of a plugin's output; `performance` is data that is quoted already."""
    return f"{NAME} {level.upper()}: {_text(words)}{f' | {performance}' if performance else ''}"


@dataclass(eq=False)
class NagiosWriter:
    """Keeps a line for each host that is not ok, and counts the others; `now` is aware."""

    policy: Policy
    now: datetime
    _rows: list[PluginRow] = field(default_factory=list)
    _counts: Counter[Level] = field(default_factory=Counter)
    _joint: list[PluginRow] = field(default_factory=list)
    _wrong: list[PluginRow] = field(default_factory=list)
    _first: DaysLeft | None = None
    _details: tuple[str, ...] = ()

    def begin(self) -> Iterator[str]:
        """Yield nothing: the status stands first."""
        return iter(())

    def add(self, result: HostResult) -> Iterator[str]:
        """Keep what is to be said of the host."""
        level, first = self.policy.level_of(result, self.now), first_to_expire(result)
        if level is not Level.OK or not self._counts:
            self._rows.append(PluginRow(level, self._line(result, first)))
        if not self._counts:
            self._details = tuple(self._host_details(result))
        self._counts[level] += 1
        left = self._days_left(result, first) if first is not None else None
        if left is not None and (self._first is None or left.days < self._first.days):
            self._first = left
        return iter(())

    def joint(self, finding: JointFinding) -> Iterator[str]:
        """Keep the finding's line."""
        level = self.policy.level_of_joint(finding)
        if level is not Level.OK:
            self._joint.append(PluginRow(level, _text(joint_line(finding))))
        return iter(())

    def add_wrong(self, sentence: str) -> None:
        """Keep why a line of the list names no host: of what was meant nothing is known."""
        self._wrong.append(PluginRow(Level.UNKNOWN, _text(sentence)))

    @property
    def level(self) -> Level:
        """The worst level so far: that of the status line, and of the exit code."""
        return worst_level((*self._counts, *(row.level for row in (*self._joint, *self._wrong))))

    def end(self) -> Iterator[str]:
        """Yield the status line with the performance data, then a line for each host that is not ok."""
        total = self._counts.total()
        single = total == 1 and not (self._joint or self._wrong)
        words = self._rows[0].text if single else self._summary(total)
        data = " ".join(self._performance(total))
        yield f"{status_line(self.level, words, data)}\n"
        yield from _bounded(self._details if single else self._long_output())

    def _line(self, result: HostResult, first: DatedCertificate | None) -> str:
        about = f" ({result.label})" if result.label else ""
        reasons = self.policy.stricter_reasons(result, self.now)
        ends = [expiry_words(first.label, first.end, self.now)] if first is not None and not reasons else []
        words = [f"{result.status}: {result.headline}", *(one.rstrip(".") for one in reasons), *ends]
        return _text(f"{result.target}{about} {'; '.join(words)}")

    def _host_details(self, result: HostResult) -> Iterator[str]:
        yield from map(_text, finding_lines(result.findings))
        names = refusing(result)
        if names:
            yield _text(f"refused by {'; '.join(names)}")

    def _days_left(self, result: HostResult, first: DatedCertificate) -> DaysLeft:
        warning, critical = self.policy.warning(result, first), self.policy.critical(result)
        limit = None if self.policy.critical_days is None else critical // _DAY
        return DaysLeft(result.target, whole_days(first.end, self.now), warning // _DAY, limit)

    def _summary(self, total: int) -> str:
        if not total:
            return "no host was checked"
        counts = [f"{self._counts[level]} {level}" for level in WORST_FIRST if self._counts[level]]
        first = self._first
        ends = f"; {_first_words(first)}" if first else ""
        wrong = f"; {plural(len(self._wrong), 'line')} of no host" if self._wrong else ""
        return _text(f"{plural(total, 'host')}: {', '.join(counts)}{ends}{wrong}")

    def _performance(self, total: int) -> Iterator[str]:
        first = self._first
        if first is not None:
            # a value is good in `14:`, from 14 days on
            limits = f"{first.warning}:;{'' if first.critical is None else f'{first.critical}:'}"
            name = f"{first.target} days" if total == 1 else "first days"
            yield f"{_quoted(name)}={first.days};{limits}"
        if total != 1:
            yield f"hosts={total};;;0"
            for level in Level:
                yield f"{level}={self._counts[level]};;;0;{total}"

    def _long_output(self) -> Iterator[str]:
        rows = [row for row in (*self._joint, *self._wrong, *self._rows) if row.level is not Level.OK]
        for row in sorted(rows, key=lambda row: WORST_FIRST.index(row.level)):
            yield f"{row.level.upper()} {row.text}"


def _first_words(first: DaysLeft) -> str:
    days = plural(abs(first.days), "day")
    when = f"expired {days} ago" if first.days < 0 else f"expires in {days}"
    return f"the first certificate {when}, at {first.target}"


def _text(text: str) -> str:
    """A text in which nothing separates, is markup, or ends the line."""
    return safe_text(text.translate(_REPLACED), MAX_LINE)


def _quoted(name: str) -> str:
    """The name of a value; it may hold neither an equals sign nor an apostrophe."""
    return "'" + _text(name).replace("'", "").replace("=", "") + "'"


def _bounded(lines: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    """Yield lines as far as a monitor reads them, then how many there are besides."""
    size, left = 0, 0
    for line in lines:
        size += len(line.encode()) + 1
        if left or size > MAX_OUTPUT:
            left += 1
        else:
            yield f"{line}\n"
    if left:
        yield f"and {plural(left, 'line')} more\n"
