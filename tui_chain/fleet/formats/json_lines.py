"""JSON lines: one object for each host, as docs/json.md has it, then one for each joint finding."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.results.joint import JointFinding
from tui_chain.results.values import HostResult


class JSONLinesWriter:
    """Writes each result as it comes; nothing waits."""

    def begin(self) -> Iterator[str]:
        """Yield nothing: every line stands for itself."""
        return iter(())

    def add(self, result: HostResult) -> Iterator[str]:
        """Yield the host's line."""
        yield f"{result.to_json()}\n"

    def joint(self, finding: JointFinding) -> Iterator[str]:
        """Yield the finding's line."""
        yield f"{finding.to_json()}\n"

    def end(self) -> Iterator[str]:
        """Yield nothing."""
        return iter(())
