"""What is kept of a host of a list once it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from tui_chain.diagnose.findings.interception import UnknownRoot
from tui_chain.engine.host_state import HostState
from tui_chain.engine.shared_roots import root_of
from tui_chain.net.connection_text import without_secrets
from tui_chain.net.target import Target
from tui_chain.results.values import HostResult


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of a host: its result, and as text where a person reads it; `root` is the unknown one it ends at.

    `target` is the host as it was named, with the options of its own but what is secret among them; `code` what the
    host means for the exit code; `in_file` whether the one file for all hosts will be for it. `given` is the result,
    or its JSON: another process hands that over at a tenth of the cost.
    """

    target: Target
    given: HostResult | str
    code: int
    status: str
    text: str = ""
    root: UnknownRoot | None = None
    in_file: bool = False

    @cached_property
    def result(self) -> HostResult:
        """The result."""
        return HostResult.from_json(self.given) if isinstance(self.given, str) else self.given

    @cached_property
    def line(self) -> str:
        """Its JSON, a line."""
        return self.given if isinstance(self.given, str) else self.given.to_json()

    def as_line(self) -> Outcome:
        """The same by its JSON."""
        return replace(self, given=self.line)


Outcomes = Callable[[Outcome], None]
"""Takes each outcome in its turn."""


def outcome(
    state: HostState, result: HostResult, code: int, text: str = "", *, target: Target, in_file: bool = False
) -> Outcome:
    """Keep what the rest of a run needs of a host; it may wait on a disk, or come from another process."""
    return Outcome(without_secrets(target), result, code, result.status, text, root_of(state), in_file)
