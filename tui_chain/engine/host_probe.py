"""One host probed as it is wanted: as the several servers that it may be, its issuers on revocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_chain.engine.host_state import HostState
from tui_chain.probe.variants import Wanted

if TYPE_CHECKING:
    from tui_chain.engine.journey import Journey


@dataclass(frozen=True)
class ProbePlan:
    """As which of its several servers a host is probed, and whether its issuers are asked about revocation."""

    wanted: Wanted = Wanted()  # noqa: RUF009 - frozen
    revocation: bool = False


USUAL_PLAN = ProbePlan()


async def probe_host(journey: Journey, state: HostState, plan: ProbePlan = USUAL_PLAN) -> HostState:
    """Probe a host: in every variant that is wanted, and its issuers on revocation."""
    state = await journey.probe(state)
    if plan.wanted:
        from tui_chain.engine.endpoints import probe_servers  # a usual check does without

        state = await probe_servers(journey, state, plan.wanted)
    if plan.revocation:
        from tui_chain.engine.revocation import check_revocation

        state = await check_revocation(journey, state)
    return state
