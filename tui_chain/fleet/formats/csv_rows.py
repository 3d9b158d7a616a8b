"""CSV (RFC 4180, in UTF-8, lines ended by a line feed): a row for each host, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from tui_chain.core.text import whole_days
from tui_chain.fleet.formats.writer import changes_of, refusing, severities
from tui_chain.fleet.policy import Policy, first_to_expire
from tui_chain.results.joint import JointFinding
from tui_chain.results.json_reader import uncut
from tui_chain.results.values import HostResult

COLUMNS = (
    *("kind", "target", "label", "level", "status", "blame", "headline", "expires", "days", "expires_first"),
    *("leaf_expires", "accepting", "families", "refusing", "fatal", "risk", "cosmetic", "findings", "missing"),
    *("tls", "address", "time", "changes"),
)
"""The names of the columns. A joint finding has its own `kind`, its hosts as `target`, and the rest where it fits."""
HOST = "host"
"""The kind of a row on one host."""
_FORMULA = re.compile(r"(^|[;\t])(\s*)(?=[=+\-@])")
"""Where a spreadsheet would take a text for a formula: at its head, and where it takes `;` for the end of a cell."""


@dataclass(frozen=True)
class CSVWriter:
    """Writes each row as it comes; `now` (aware) is what days are counted from.

    Texts that a spreadsheet would run as a formula begin with an apostrophe (OWASP, CSV injection).
    """

    policy: Policy
    now: datetime

    def begin(self) -> Iterator[str]:
        """Yield the names of the columns."""
        yield _row(COLUMNS)

    def add(self, result: HostResult) -> Iterator[str]:
        """Yield the host's row."""
        first, leaf = first_to_expire(result), next(iter((*result.path, *result.served)), None)
        count = severities(result)
        yield _row(
            (
                HOST,
                result.target,
                result.label,
                self.policy.level_of(result, self.now).value,
                result.status,
                result.blame,
                result.headline,
                _time(first.end if first is not None else None),
                whole_days(first.end, self.now) if first is not None else None,
                first.certificate.subject if first is not None else None,
                _time(leaf.not_after if leaf is not None else None),
                sum(one.as_served.ok for one in result.clients),
                len(result.clients),
                "; ".join(refusing(result)),
                *(count.get(severity, 0) for severity in ("fatal", "risk", "cosmetic")),
                "; ".join(dict.fromkeys(found.code for found in result.findings)),
                "; ".join(one.subject for one in result.missing),
                result.tls.version,
                result.address,
                _time(result.time),
                " ".join(changes_of(result)),
            )
        )

    def joint(self, finding: JointFinding) -> Iterator[str]:
        """Yield the finding's row."""
        known = {
            "kind": finding.kind,
            "target": "; ".join(finding.hosts),
            "level": self.policy.level_of_joint(finding).value,
            "headline": f"{finding.subject}: {finding.message}",
            "findings": finding.code,
            "time": _time(self.now),
        }
        yield _row(known.get(name) for name in COLUMNS)

    def end(self) -> Iterator[str]:
        """Yield nothing."""
        return iter(())


def _row(values: Iterator[object] | tuple[object, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(tuple(map(_cell, values)))
    return line.getvalue()


def _cell(value: object) -> object:
    """A value as a cell: numbers stay, a text is safe for a terminal and is no formula."""
    return _FORMULA.sub(r"\1\2'", uncut(value)) if isinstance(value, str) else value


def _time(moment: datetime | None) -> str | None:
    # by its form alone, since %Y writes a year before 1000 with fewer digits
    return None if moment is None else f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
