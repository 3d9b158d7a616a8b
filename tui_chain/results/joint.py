"""What several hosts have in common, as a frozen value with a JSON form of its own (docs/json.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tui_chain.results.json_reader import JSONReader
from tui_chain.results.values import SCHEMA

MAX_HOSTS = 100
"""Hosts that are named; all are counted."""


@dataclass(frozen=True)
class JointFinding:
    """A finding on several hosts: its `kind` (a word that stays the same), code and severity, and the hosts.

    `subject` and `sha256` (None where it was not served) are those of the certificate that they share. `hosts` are
    the first `MAX_HOSTS` of them, `count` is how many there are. Texts are safe.
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
            "hosts": list(self.hosts),
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
        given = JSONReader({"it": json.loads(text)}).object("it")
        if given.any("schema") != SCHEMA:
            raise ValueError("it is the JSON of another version")
        return cls(
            given.text("kind"),
            given.text("code"),
            given.text("severity"),
            given.text("subject"),
            given.maybe("sha256", JSONReader.text),
            given.list("hosts", JSONReader.text),
            given.count("count"),
            given.text("message"),
            given.text("hint"),
        )
