"""JUnit XML, as Jenkins and GitLab read it: a test for each host, which fails where the host does."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from tui_chain.core.text import safe_text
from tui_chain.fleet.formats.writer import changes_of, expiry_words, finding_lines, joint_line, refusing
from tui_chain.fleet.policy import Level, Policy, first_to_expire
from tui_chain.results.joint import JointFinding
from tui_chain.results.json_reader import uncut
from tui_chain.results.values import HostResult

SUITE = "TLS chains"
CLASS = "tlschain.check"
"""The class of every test: what stays the same from run to run, so that a test has a history."""
MAX_TEXT = 600
"""Characters that are kept of what is wrong with a host: a hundred thousand of them may be."""
_OUTCOMES = {Level.CRITICAL: "failure", Level.UNKNOWN: "error"}
"""The element of each level that is no success; findings of a warning stand in the output of a test that passes."""


class JUnitCase(NamedTuple):
    """A test as it is kept until the end: `type` is the word for the kind of failure.

    `text` is what is wrong, in UTF-8: one character beyond Latin-1 would make a text of Python's twice as large.
    """

    name: str
    seconds: float
    level: Level
    type: str
    message: str
    text: bytes


@dataclass(eq=False)
class JUnitWriter:
    """Keeps a row for each host until the end, since the counts stand first; `now` is aware."""

    policy: Policy
    now: datetime
    _rows: list[JUnitCase] = field(default_factory=list)

    def begin(self) -> Iterator[str]:
        """Yield nothing: the head has the counts."""
        return iter(())

    def add(self, result: HostResult) -> Iterator[str]:
        """Keep the host's row."""
        level = self.policy.level_of(result, self.now)
        name = f"{result.target} ({result.label})" if result.label else result.target
        failure = result.probe.failure
        kind = failure.kind if failure is not None else result.status
        text = b"" if level is Level.OK and not changes_of(result) else _cut("\n".join(self._lines(result)))
        seconds = sum(result.timings.values()) / 1000
        self._rows.append(JUnitCase(name, seconds, level, kind, safe_text(result.headline), text))
        return iter(())

    def joint(self, finding: JointFinding) -> Iterator[str]:
        """Keep the finding's row."""
        level = self.policy.level_of_joint(finding)
        text = _cut("\n".join((joint_line(finding), finding.hint, *finding.hosts)))
        name = f"{finding.kind}: {finding.subject}"
        self._rows.append(JUnitCase(name, 0.0, level, finding.code, finding.message, text))
        return iter(())

    def end(self) -> Iterator[str]:
        """Yield the whole document, a test at a time."""
        failed, wrong = (sum(row.level is level for row in self._rows) for level in (Level.CRITICAL, Level.UNKNOWN))
        counts = {"tests": len(self._rows), "failures": failed, "errors": wrong, "skipped": 0}
        seconds = f"{sum(row.seconds for row in self._rows):.3f}"
        when = f"{self.now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        whole = {name: count for name, count in counts.items() if name != "skipped"}
        yield f"<testsuites{_attributes(name=SUITE, **whole, time=seconds)}>\n"
        yield f"  <testsuite{_attributes(name=SUITE, **counts, time=seconds, timestamp=when)}>\n"
        yield from map(_case, self._rows)
        yield "  </testsuite>\n</testsuites>\n"

    def _lines(self, result: HostResult) -> Iterator[str]:
        yield from self.policy.stricter_reasons(result, self.now)
        yield from changes_of(result)
        yield from finding_lines(result.findings)
        first = first_to_expire(result)
        if first is not None:
            yield expiry_words(first.label, first.end, self.now)
        names = refusing(result)
        if names:
            yield f"refused by: {'; '.join(names)}"
        if result.address is not None:
            yield f"reached at {result.address}"


def _case(row: JUnitCase) -> str:
    known = _attributes(name=row.name, classname=CLASS, time=f"{row.seconds:.3f}")
    text, outcome = _escaped(row.text.decode(), quote=False), _OUTCOMES.get(row.level)
    if outcome is not None:
        inner = f"<{outcome}{_attributes(message=row.message, type=row.type)}>{text}</{outcome}>"
    else:
        inner = f"<system-out>{text}</system-out>" if text else ""
    return f"    <testcase{known}>{inner}</testcase>\n" if inner else f"    <testcase{known}/>\n"


def _attributes(**values: object) -> str:
    return "".join(f' {name}="{_escaped(str(value))}"' for name, value in values.items())


def _escaped(text: str, *, quote: bool = True) -> str:
    """A text as XML 1.0 takes it (section 2.2): what it forbids stands there as a visible escape."""
    return html.escape("\n".join(map(uncut, text.split("\n"))), quote=quote)


def _cut(text: str) -> bytes:
    # half a character, which UTF-8 has no place for, is an escape then
    safe = "\n".join(map(uncut, text.split("\n")))
    return (safe if len(safe) <= MAX_TEXT else f"{safe[: MAX_TEXT - 1]}…").encode()
