"""Roots that hosts of different domains share though nobody knows them, gathered while the hosts go by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tui_chain.core.text import first_few
from tui_chain.diagnose.findings.interception import SHARED_UNKNOWN_ROOT, End, UnknownRoot, shared_ends
from tui_chain.engine.journey import Journey
from tui_chain.engine.shared_roots import root_of
from tui_chain.results.joint import MAX_HOSTS, SHARED_ROOT, JointFinding
from tui_chain.results.saved import Restorer, SavedResult, read_line


@dataclass(eq=False)
class SharedRoots:
    """Remembers of each host no more than its name and the root that it ends at, where nobody knows that."""

    _hosts: list[tuple[str, End]] = field(default_factory=list)
    _roots: dict[End, UnknownRoot] = field(default_factory=dict)

    def add(self, host: str, root: UnknownRoot | None) -> None:
        """Take in where one more host ends, if that is at such a root."""
        if root is not None:
            known = self._roots.setdefault(root.end, root)
            if known.sha256 is None and root.sha256 is not None:
                self._roots[root.end] = root
            self._hosts.append((host, root.end))

    def joint(self) -> tuple[JointFinding, ...]:
        """What is said of each root that hosts of different domains share."""
        shared = shared_ends(self._hosts)
        found = (_finding(self._roots[end], tuple(sorted(hosts))) for end, hosts in shared.items())
        return tuple(sorted(found, key=lambda one: (one.subject, one.hosts)))


def unknown_roots(lines: Iterable[str], journey: Journey) -> Iterator[tuple[str, UnknownRoot | None]]:
    """Yield the host of each saved line that is one, with the unknown root that it ends at."""
    restorer = Restorer(journey, "")
    for number, line in enumerate(lines, start=1):
        saved = read_line(number, line)
        if isinstance(saved, SavedResult):
            yield saved.host.target.host, root_of(restorer.judged(saved))


def _finding(root: UnknownRoot, hosts: tuple[str, ...]) -> JointFinding:
    found = SHARED_UNKNOWN_ROOT.finding(None, f"{first_few(hosts, 4)} end at {root.subject}.")
    return JointFinding(
        SHARED_ROOT, found.code, found.severity.value, root.subject, root.sha256, hosts[:MAX_HOSTS], len(hosts),
        found.message, found.hint,
    )  # fmt: skip
