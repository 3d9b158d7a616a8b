"""The several servers behind one name: each probed, and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tui_chain.core.failure import Failure
from tui_chain.diagnose.findings.endpoints import Servers, compare, with_servers
from tui_chain.engine.journey import HostState, Journey
from tui_chain.probe.variants import VariantResult, Wanted, ask_variants

OnAnswer = Callable[[VariantResult], None]


def _ignore(_: VariantResult) -> None:
    """Leave an answer for the end."""


async def probe_servers(
    journey: Journey, state: HostState, wanted: Wanted, on_answer: OnAnswer = _ignore
) -> HostState:
    """Probe a host in every variant that is `wanted`, and compare; `on_answer` gets each answer as it comes.

    Where one of several servers is broken, its chain and diagnosis take the place of the good ones.
    """
    if state.diagnosis is None:
        return state
    answers = await ask_variants(journey.prober, state.target, wanted, on_answer)
    if isinstance(answers, Failure):
        return journey.diagnose(state, answers)
    return _compared(state, compare(answers, journey.diagnoser, at=journey.clock()))


def _compared(state: HostState, servers: Servers) -> HostState:
    if state.diagnosis is None:
        return state
    diagnosis, served = with_servers(state.diagnosis, servers), state.served
    broken = servers.broken
    if broken is not None and diagnosis.verdicts is broken.diagnosis.verdicts:
        served = broken.answer.result
    return replace(state.with_served(served, diagnosis), servers=servers)
