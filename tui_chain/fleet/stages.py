"""What is asked of a host of a list, and what is kept of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui_chain.diagnose.findings.interception import UnknownRoot
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey, Step
from tui_chain.engine.shared_roots import root_of
from tui_chain.net.target import Target
from tui_chain.probe.variants import Wanted
from tui_chain.results.values import HostResult


@dataclass(frozen=True)
class ProbePlan:
    """As which of its several servers a host is probed, and whether its issuers are asked about revocation."""

    wanted: Wanted = Wanted()  # noqa: RUF009 - frozen
    revocation: bool = False


USUAL_PLAN = ProbePlan()


def _quiet(_: str) -> None:
    """Ignore the steps."""


async def probe_host(
    journey: Journey, state: HostState, plan: ProbePlan = USUAL_PLAN, progress: Step = _quiet
) -> HostState:
    """Probe a host: in every variant that is wanted, and its issuers on revocation."""
    state = await journey.probe(state, progress)
    if plan.wanted:
        from tui_chain.engine.endpoints import probe_servers

        state = await probe_servers(journey, state, plan.wanted)
    if plan.revocation:
        from tui_chain.engine.revocation import check_revocation

        state = await check_revocation(journey, state)
    return state


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of a host: its result, and as text where a person reads it; `root` is the unknown one it ends at.

    `target` is the host as it was named, with the options of its own; `code` what the host means for the exit code.
    """

    target: Target
    result: HostResult
    code: int
    text: str = ""
    root: UnknownRoot | None = None


Outcomes = Callable[[Outcome], None]
"""Takes each outcome in its turn."""


def outcome(state: HostState, result: HostResult, code: int, text: str = "", *, target: Target) -> Outcome:
    """Keep what the rest of a run needs of a host."""
    return Outcome(target, result, code, text, root_of(state))
