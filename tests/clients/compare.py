"""Holds the verdicts of our engines against what real programs did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property
from math import sqrt
from operator import itemgetter
from pathlib import Path

from tests.clients.making import Case
from tests.clients.programs import Outcome, Program
from tests.clients.serving import Serving
from tui_chain.clients.families import family
from tui_chain.clients.judge import Judge
from tui_chain.clients.verdict import Verdict, refused

CRASH = "crash"
"""Code of a verdict where an engine raised an exception, which none may."""


class Kind(Enum):
    """How a verdict and an outcome compare."""

    AGREES = "agrees"
    FALSE_ACCEPTANCE = "accepts what the program refuses"
    FALSE_REFUSAL = "refuses what the program accepts"
    NOT_RUN = "the program says nothing of the chain"


@dataclass(frozen=True)
class Comparison:
    """One case in one program beside the verdict of its family."""

    case: str
    verdict: Verdict
    outcome: Outcome

    @property
    def kind(self) -> Kind:
        """How they compare."""
        if self.outcome.accepted is None:
            return Kind.NOT_RUN
        if self.outcome.accepted == self.verdict.ok:
            return Kind.AGREES
        return Kind.FALSE_ACCEPTANCE if self.verdict.ok else Kind.FALSE_REFUSAL

    @property
    def same_code(self) -> bool | None:
        """Whether both refuse with the same verify code; None where one of them has none."""
        both = self.outcome.accepted is False and not self.verdict.ok and self.outcome.code is not None
        if not both or not isinstance(self.verdict.code, int):
            return None
        return self.outcome.code == self.verdict.code


@dataclass(frozen=True)
class Measurement:
    """All cases of one program."""

    program: str
    family: str
    version: str
    comparisons: tuple[Comparison, ...]

    @cached_property
    def counts(self) -> Mapping[Kind, int]:
        """How many cases are of each kind."""
        kinds = [one.kind for one in self.comparisons]
        return {kind: kinds.count(kind) for kind in Kind}

    @property
    def run(self) -> int:
        """How many cases the program said something of."""
        return len(self.comparisons) - self.counts[Kind.NOT_RUN]

    @property
    def agreement(self) -> float:
        """The share of the cases run in which both accept or both refuse."""
        return self.counts[Kind.AGREES] / self.run if self.run else 0.0

    @property
    def codes(self) -> tuple[int, int]:
        """How many refusals have the same code, of how many in which both have one."""
        compared = [one.same_code for one in self.comparisons if one.same_code is not None]
        return sum(compared), len(compared)

    @property
    def disagreements(self) -> Iterator[Comparison]:
        """The cases that differ."""
        return (one for one in self.comparisons if one.kind in {Kind.FALSE_ACCEPTANCE, Kind.FALSE_REFUSAL})


def verdicts(cases: Iterable[Case], identity: str) -> Mapping[str, Verdict]:
    """Return what our engine of a family says of each case now, by the case's name."""
    return {case.name: _verdict(case, identity) for case in cases}


def _verdict(case: Case, identity: str) -> Verdict:
    try:
        at = datetime.now(UTC)
        return Judge(case.bundle).verdict(family(identity), case.served, host=case.host, at=at)
    except Exception as error:  # noqa: BLE001 - a crash is a finding of the comparison
        return refused(CRASH, f"{type(error).__name__}: {error}")


def measure(
    program: Program, version: str, serving: Serving, judged: Mapping[str, Verdict], folder: Path
) -> Measurement:
    """Run a program over the served cases and compare; `judged` are the verdicts of its family."""
    outcomes = program.run(serving.cases, serving.proxy, folder)
    compared = (_compared(one.case, judged[one.case.name], outcomes) for one in serving.cases)
    return Measurement(program.name, program.family, version, tuple(compared))


def _compared(case: Case, verdict: Verdict, outcomes: Mapping[str, Outcome]) -> Comparison:
    outcome = outcomes.get(case.name, Outcome(None, None, "left out"))
    return Comparison(case.name, verdict, outcome if case.proven else Outcome(None, None, "no server has this key"))


def spread(cases: Sequence[Case], count: int) -> tuple[Case, ...]:
    """Return so many cases by the hash of their names: some of each subject, more of the large ones."""
    subjects: dict[str, list[Case]] = {}
    for case in sorted(cases, key=_hash):
        subjects.setdefault(case.name.partition("/")[0], []).append(case)
    ranked = (
        (number / sqrt(len(group)), _hash(one), one)
        for group in subjects.values()
        for number, one in enumerate(group)
    )
    return tuple(one for _, _, one in sorted(ranked, key=itemgetter(0, 1))[:count])


def _hash(case: Case) -> bytes:
    return hashlib.sha256(case.name.encode()).digest()
