"""All rules, found in the modules of this folder, and what they find in an environment, the worst first."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.core.found import declared
from tui_chain.core.status import Severity
from tui_chain.doctor.problems.problem import Evidence, TrustProblem

_NO_RULES = frozenset({"catalogue", "problem"})
_ORDER = tuple(Severity)
_FAILS = "library-fails"


def problems_of(evidence: Evidence) -> tuple[TrustProblem, ...]:
    """Return what is wrong, each once, the worst first."""
    families = declared("tui_chain.doctor.problems", "RULES", tuple, _NO_RULES)
    found = list(_whole(evidence))
    for rules in families:
        for rule in rules:
            found += rule(evidence)
    found = list(dict.fromkeys(found))
    # a library that fails for a cause that is known says the same again
    known = {name for one in found if one.severity is Severity.FATAL and one.code != _FAILS for name in one.clients}
    kept = [one for one in found if one.code != _FAILS or not known.intersection(one.clients)]
    return tuple(sorted(kept, key=lambda one: _ORDER.index(one.severity)))


def _whole(evidence: Evidence) -> Iterator[TrustProblem]:
    if not evidence.report.complete:
        message = "The report ended at its deadline: what was not reached by then is missing from it."
        yield TrustProblem("incomplete-report", Severity.RISK, message, "Run it again when the machine has time.")
