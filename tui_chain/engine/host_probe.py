"""One host probed as it is wanted: as the several servers that it may be, its issuers on revocation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_chain.engine.host_state import HostState

if TYPE_CHECKING:
    from tui_chain.engine.journey import Journey
    from tui_chain.probe.variants import Wanted


async def probe_wanted(journey: Journey, state: HostState, wanted: Wanted, *, revocation: bool) -> HostState:
    """Probe a host: in every variant that is wanted, and with `revocation` ask its issuers."""
    state = await journey.probe(state)
    if wanted:
        from tui_chain.engine.endpoints import probe_servers  # a usual check does without

        state = await probe_servers(journey, state, wanted)
    if revocation:
        from tui_chain.engine.revocation import check_revocation

        state = await check_revocation(journey, state)
    return state
