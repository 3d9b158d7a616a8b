"""What only several hosts together show: a line of its own beside theirs (docs/json.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tui_chain.results.json_reader import SCHEMA, JSONReader, read_line

SHARED_ROOT = "shared-root"
"""The kind of a root that hosts of different domains share, and that no public store has."""
MAX_HOSTS = 100
"""Hosts of a joint finding that are written; `count` has them all."""


@dataclass(frozen=True)
class JointFinding:
    """A finding on several hosts together.

    `kind` says what joins them, `code` and `severity` are those of the finding, `subject` and `sha256` name the
    certificate, None where it is not at hand. `hosts` are names of hosts, each once and without a port,
    `count` how many there are: more than `hosts` where that was cut. Texts are safe.
    """

    kind: str
    code: str
    severity: str
    subject: str
    sha256: str | None
    hosts: tuple[str, ...]
    count: int
    message: str
    hint: str

    def as_dict(self) -> dict[str, Any]:
        """The JSON object as Python values."""
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "code": self.code,
            "severity": self.severity,
            "subject": self.subject,
            "sha256": self.sha256,
            "hosts": list(self.hosts[:MAX_HOSTS]),
            "count": self.count,
            "message": self.message,
            "hint": self.hint,
        }

    def to_json(self) -> str:
        """One line of JSON, ASCII only."""
        return json.dumps(self.as_dict())

    @classmethod
    def from_json(cls, text: str) -> JointFinding:
        """Read what `to_json` wrote; raises ValueError for anything else."""
        return read_line(text, "a joint finding", _joint)


def _joint(given: JSONReader) -> JointFinding:
    return JointFinding(
        kind=given.text("kind"),
        code=given.text("code"),
        severity=given.text("severity"),
        subject=given.text("subject"),
        sha256=given.maybe("sha256", JSONReader.sha256),
        hosts=given.list("hosts", JSONReader.text),
        count=given.count("count"),
        message=given.text("message"),
        hint=given.text("hint"),
    )
