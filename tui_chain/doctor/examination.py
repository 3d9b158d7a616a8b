"""An environment as a whole: its report, what is wrong, which settings count, and a host where one is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.status import Severity
from tui_chain.doctor.environment_report import EnvironmentReport
from tui_chain.doctor.interpreter import run_script
from tui_chain.doctor.precedence import ClientSetting, client_settings
from tui_chain.doctor.probe_script import SECONDS, probe_script
from tui_chain.doctor.problems.catalogue import problems_of
from tui_chain.doctor.problems.problem import Evidence, TrustProblem
from tui_chain.trust.loading import load_trust_store

if TYPE_CHECKING:
    from tui_chain.doctor.trial import HostTrial
    from tui_chain.engine.host_state import HostState
    from tui_chain.engine.journey import Journey

_LABEL = re.compile(rb"^# SHA256 Fingerprint: ([0-9a-f:]{95})", re.MULTILINE)


@dataclass(frozen=True)
class Examination:
    """An environment and what is wrong there, the worst first; `trial` is None where no host was named."""

    report: EnvironmentReport
    problems: tuple[TrustProblem, ...]
    settings: tuple[ClientSetting, ...]
    trial: HostTrial | None = None

    @property
    def first_change(self) -> tuple[str, ...]:
        """The one change to make first: that which is proven for the host, or that of the worst problem."""
        if self.trial is not None and self.trial.change is not None:
            return self.trial.change.steps
        worse = (one for one in self.problems if one.severity is not Severity.COSMETIC)
        return next(((one.change,) for one in worse), ())

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to fix."""
        return not self.report.refusing and all(one.severity is Severity.COSMETIC for one in self.problems)


def examine_report(report: EnvironmentReport, now: datetime, begins: datetime | None = None) -> Examination:
    """Say what is wrong by a report; `now` is aware, as is `begins`, when a server's CA begins to be valid."""
    evidence = Evidence(report, *public_roots(), now, begins)
    return Examination(report, problems_of(evidence), client_settings(report))


def examine(
    interpreter: Path, environment: Mapping[str, str], now: datetime, seconds: float = SECONDS
) -> Examination | Failure:
    """Look at an interpreter in the user's environment; blocks."""
    report = run_script(interpreter, probe_script(seconds=seconds), environment)
    return report if isinstance(report, Failure) else examine_report(report, now)


async def examine_host(
    journey: Journey, state: HostState, interpreter: Path, environment: Mapping[str, str], seconds: float = SECONDS
) -> Examination | Failure:
    """Look at an interpreter, and at a host as its libraries judge it.

    A host that is not reached is the failure of its probe.
    """
    from tui_chain.doctor.trial import Trial  # the engine comes along, which an environment alone does not need

    probed = await journey.probe(state)
    served = probed.reached
    if served is None:
        failure = probed.served
        return failure if isinstance(failure, Failure) else Failure("unreachable", "The host was not reached.")
    trial = Trial(journey, interpreter, environment, seconds)
    report = await trial.report(served)
    if isinstance(report, Failure):
        return report
    begins = max(filter(None, (one.not_before for one in served.certificates[1:])), default=None)
    found = examine_report(report, journey.clock(), begins)
    tried = await trial.host(probed, served, report, found.problems)
    return tried if isinstance(tried, Failure) else replace(found, trial=tried)


def public_roots() -> tuple[dict[str, str], str]:
    """The public roots of today, SHA-256 with subject, and the version of certifi that has them.

    What somebody appended to this program's own copy is no public root: certifi names each of its own in a comment.
    """
    import certifi

    store = load_trust_store("certifi")
    if isinstance(store, Failure):
        return {}, certifi.__version__
    named = {label.decode("ascii").replace(":", "") for label in _LABEL.findall(store.file)}
    roots = {one.sha256: one.subject for one in store.anchors}
    return {sha256: name for sha256, name in roots.items() if not named or sha256 in named}, certifi.__version__
