"""What every form is written by: pieces of text as results come, and what has to wait for the last at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from tui_chain.core.text import plural, whole_days
from tui_chain.results.joint import JointFinding
from tui_chain.results.values import FindingResult, HostResult


class ResultWriter(Protocol):
    """Writes results in one form; each piece of text ends with a line feed, and together they are the whole output.

    `begin` comes first and `end` last; in between `add` gets each host once and `joint` what several show together.
    A writer keeps of a host no more than a small row, since there may be a hundred thousand of them.
    """

    def begin(self) -> Iterator[str]:
        """Yield what stands before the first host."""

    def add(self, result: HostResult) -> Iterator[str]:
        """Yield what can be written of a host at once."""

    def joint(self, finding: JointFinding) -> Iterator[str]:
        """Yield what can be written of a joint finding at once."""

    def end(self) -> Iterator[str]:
        """Yield all that is still to be written."""


CHANGES = "changes"
"""The key of a result that has the sentences on what changed since a baseline."""


def changes_of(result: HostResult) -> tuple[str, ...]:
    """What changed since a baseline, in sentences; none where there was none to compare with."""
    found = result.more.get(CHANGES)
    return tuple(map(str, found)) if isinstance(found, list) else ()


def severities(result: HostResult) -> Mapping[str, int]:
    """How many findings of each severity a host has."""
    return Counter(found.severity for found in result.findings)


def refusing(result: HostResult) -> tuple[str, ...]:
    """The names of the client families that refuse the chain as served."""
    return tuple(one.name for one in result.clients if not one.as_served.ok)


def expiry_words(label: str, end: datetime, now: datetime) -> str:
    """Say when a certificate expires, as in `R11 expires in 63 days, 2027-01-25`."""
    days = whole_days(end, now)
    when = f"expired {plural(-days, 'day')} ago" if end < now else f"expires in {plural(days, 'day')}"
    return f"{label} {when}, {end:%Y-%m-%d}"


def finding_lines(findings: Iterable[FindingResult]) -> Iterator[str]:
    """Yield each finding as lines: its severity, its code, whom it is about, and what to do."""
    for found in findings:
        about = f"{found.subject}: " if found.subject else ""
        yield f"{found.severity} {found.code}  {about}{found.message}"
        if found.hint:
            yield f"  → {found.hint}"


def joint_line(finding: JointFinding) -> str:
    """A joint finding in one line."""
    return f"{finding.code}  {finding.subject}: {finding.message} {plural(finding.count, 'host')}."
