"""Further questions about a host that was probed: all its servers, and what its issuers say since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame
from tui_chain.diagnose.case import longest_trail
from tui_chain.diagnose.diagnosis import Diagnosis, by_severity
from tui_chain.diagnose.findings.endpoints import Servers, compare, with_servers
from tui_chain.diagnose.findings.interception import SHARED_UNKNOWN_ROOT, End, shared_ends, unknown_end
from tui_chain.diagnose.findings.revocation import with_revocation
from tui_chain.engine.journey import HostState, Journey
from tui_chain.net.addresses import Reach, allowed_reach, reach
from tui_chain.probe.served import ServedChain
from tui_chain.probe.variants import VariantResult, Wanted, ask_variants
from tui_chain.revocation.check import RevocationClient
from tui_chain.x509.certificate import Certificate

AnswerHeard = Callable[[VariantResult], None]


def _deaf(_: VariantResult) -> None:
    """A listener that does not care."""


async def ask_servers(journey: Journey, state: HostState, wanted: Wanted, heard: AnswerHeard = _deaf) -> HostState:
    """Ask a probed host in every way that is `wanted`, and compare; `heard` gets each answer as it comes.

    Where one of several servers is broken, its chain and diagnosis take the place of the good ones.
    """
    if state.diagnosis is None:
        return state
    answers = await ask_variants(journey.prober, state.target, wanted, heard)
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


async def ask_revocation(journey: Journey, state: HostState) -> HostState:
    """Ask the issuers of a probed host's certificates whether they were revoked; its staple is asked for too.

    After a search for missing certificates they are asked about the path that was found, and the search stays.
    Fetches keep to the bounds and the consent of AIA. A host that was not reached, or whose leaf's issuer is nowhere,
    stays as it is.
    """
    served = state.reached
    if served is None or state.diagnosis is None:
        return state
    if served.staple is None:
        served = await journey.prober.with_staple(served)
    allowed = allowed_reach(served.address, consent=journey.allow_private_aia)
    client = RevocationClient(journey.clock(), allowed, journey.offline)
    checks = await client.check(_path(state.verdict or state.diagnosis, served), served.staple)
    if state.resolution is not None:
        return replace(state, served=served, revocation=checks)
    renewed = journey.diagnoser.diagnose(served, at=journey.clock())
    told = with_revocation(renewed if state.servers is None else with_servers(renewed, state.servers), checks)
    return replace(state.with_served(served, told), servers=state.servers, revocation=checks)


def _path(diagnosis: Diagnosis, served: ServedChain) -> tuple[Certificate, ...]:
    return diagnosis.path.certificates if diagnosis.path is not None else longest_trail(diagnosis.search, served)


def ends_unknown(state: HostState) -> bool:
    """Whether a host's chain ends at a root that nobody here knows, so that other hosts may tell more of it."""
    return _end(state) is not None


def with_shared_roots(states: Sequence[HostState]) -> tuple[HostState, ...]:
    """Say of hosts of different domains that end at the same unknown root that something may stand in between.

    Hosts at private addresses are left out: there a private CA is the usual thing.
    """
    ends = [(state.target.host, end) for state in states if (end := _end(state)) is not None]
    shared = shared_ends(ends)
    return tuple(_with_shared(state, shared) for state in states) if shared else tuple(states)


def _end(state: HostState) -> End | None:
    served, diagnosis = state.reached, state.diagnosis
    if served is None or diagnosis is None or (served.address and reach(served.address) is not Reach.PUBLIC):
        return None
    if any(found.code in _PUBLIC_ELSEWHERE for found in diagnosis.findings):
        return None
    return unknown_end(diagnosis.search)


_PUBLIC_ELSEWHERE = {FindingCode.ROOT_ONLY_IN_SYSTEM, FindingCode.ROOT_ONLY_IN_CERTIFI}


def _with_shared(state: HostState, shared: Mapping[End, tuple[str, ...]]) -> HostState:
    end, diagnosis = _end(state), state.diagnosis
    if end is None or end not in shared or diagnosis is None:
        return state
    others = [host for host in shared[end] if host != state.target.host]
    told = SHARED_UNKNOWN_ROOT.finding(
        None, f"{', '.join(others[:4])} {'ends' if len(others) == 1 else 'end'} there too."
    )
    changed = replace(diagnosis, findings=by_severity((*diagnosis.findings, told)), blame=Blame.INTERCEPTION)
    return replace(state, diagnosis=changed)
