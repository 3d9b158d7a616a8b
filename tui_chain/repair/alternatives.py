"""The paths that a host has, in order, each with what clients say of it and why it stands where it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tui_chain.clients.families import family_names
from tui_chain.clients.verdict import Verdicts
from tui_chain.core.text import plural
from tui_chain.paths.search import Path
from tui_chain.probe.served import ServedChain
from tui_chain.repair.path_choice import ANY, PathChoice
from tui_chain.repair.repair import Repair, prove
from tui_chain.resolve.resolution import Resolution

MAX_ALTERNATIVES = 16
"""Paths that are proven and shown."""
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Alternative:
    """A path to a trust anchor, proven as a bundle; `why` says in a sentence why it stands where it does.

    `sources` say for each of its certificates, leaf first, where it came from. `chosen` marks the one that the
    repair takes.
    """

    repair: Repair
    sources: tuple[str, ...]
    why: str = ""
    chosen: bool = False

    @property
    def path(self) -> Path:
        """The path."""
        return self.repair.path

    @property
    def verdicts(self) -> Verdicts:
        """What each client profile says of the chain as served, with this path's bundle alone."""
        return self.repair.verdicts

    @property
    def usable(self) -> bool:
        """Whether at least one client family accepts the chain with its bundle, and rightly so."""
        return self.repair.passed > 0 and not self.repair.unfit

    @property
    def until(self) -> datetime:
        """When the first of its certificates ends, aware."""
        return min((one.not_after for one in self.path.certificates if one.not_after is not None), default=_FAR)


def alternatives(
    served: ServedChain, resolution: Resolution, *, at: datetime, choice: PathChoice = ANY
) -> tuple[Alternative, ...]:
    """Prove every path that was found, and put them in order of use: what the repair takes by itself is first.

    What more client families accept stands first, then what breaks no rule; between equals the order of the search
    holds. The first usable one that `choice` allows is `chosen`.
    """
    paths = [path for path in resolution.diagnosis.search.paths if len(path.certificates) > 1]
    found = [_alternative(path, served, resolution, at) for path in paths[:MAX_ALTERNATIVES]]
    ordered = sorted(found, key=lambda one: (not one.usable, -one.repair.passed, not one.path.good))
    chosen = next((one for one in ordered if one.usable and choice.allows(one.path)), None)
    return tuple(replace(one, why=_why(place, ordered), chosen=one is chosen) for place, one in enumerate(ordered))


def _alternative(path: Path, served: ServedChain, resolution: Resolution, at: datetime) -> Alternative:
    sources = tuple(resolution.sources.get(one.sha256, "unknown") for one in path.certificates)
    return Alternative(prove(path, served, resolution, at), sources)


def _why(place: int, ordered: Sequence[Alternative]) -> str:
    one = ordered[place]
    if len(ordered) == 1:
        return f"It is the only path to a trust anchor; {_standing(one)}."
    if place == 0:
        return f"It is the first of {len(ordered)} paths: {_advantage(one, ordered[1])}; {_standing(one)}."
    return f"Another path is better: {_advantage(ordered[0], one)}; here {_standing(one)}."


def _standing(one: Alternative) -> str:
    """What is to be said of a path by itself: the rule it breaks, or who accepts it."""
    if one.path.problems and not one.usable:
        problem = one.path.problems[0]
        return f"{problem.certificate.label}: {problem.detail}"
    total = len(one.verdicts)
    if one.repair.passed == total:
        return f"all {total} client families accept it; {_first_to_expire(one)}"
    refusing = family_names([name for name, verdict in one.verdicts.items() if not verdict.ok])
    return f"{one.repair.passed} of {total} client families accept it, not {refusing}"


def _first_to_expire(one: Alternative) -> str:
    first = min(one.path.certificates, key=lambda certificate: certificate.not_after or _FAR)
    return f"{first.label} expires first, on {one.until:%Y-%m-%d}"


def _advantage(better: Alternative, worse: Alternative) -> str:
    """The first thing in which one path is ahead of another, in the order in which they are sorted."""
    if better.repair.passed != worse.repair.passed:
        return "more client families accept it"
    if better.path.good != worse.path.good:
        return "it breaks no rule, and the other does"
    if len(better.path.problems) != len(worse.path.problems):
        return "it breaks fewer rules"
    if better.until.date() > worse.until.date():
        return f"it is valid longer, until {better.until:%Y-%m-%d}"
    lengths = len(better.path.certificates), len(worse.path.certificates)
    if lengths[0] < lengths[1]:
        return f"it is shorter, {plural(lengths[0], 'certificate')} to {lengths[1]}"
    return "its root or its intermediates serve more clients, or were found nearer"
