"""Revocation of a host's certificates: what their issuers say, and CRLs gathered beside its bundle."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tui_chain.clients.judge import Judge
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.diagnose.case import longest_trail
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.diagnose.findings.endpoints import with_servers
from tui_chain.diagnose.findings.revocation import with_revocation
from tui_chain.engine.journey import HostState, Journey
from tui_chain.probe.served import ServedChain
from tui_chain.repair.proof import BundleProof, accepted
from tui_chain.repair.repair import Repair
from tui_chain.revocation.check import RevocationClient
from tui_chain.revocation.collect import LEAF_ALONE, CrlCollector, Revoked
from tui_chain.revocation.crl import CrlFetches
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope, CrlSet
from tui_chain.x509.revocation import RevocationCheck

_HINTS = {CrlScope.CHAIN: f"{LEAF_ALONE}.", CrlScope.LEAF: "Leave CRLs out."}


async def check_revocation(journey: Journey, state: HostState) -> HostState:
    """Ask the issuers of a probed host's certificates whether they were revoked; it is asked for its staple too.

    After a search for missing certificates they are asked about the path that was found, and the search stays.
    Fetches keep to the bounds and the consent of AIA. A host that was not reached, or whose leaf's issuer is nowhere,
    stays as it is.
    """
    served = state.reached
    if served is None or state.diagnosis is None:
        return state
    if served.staple is None:
        served = await journey.prober.with_staple(served)
    client = RevocationClient(journey.clock(), journey.fetches(served), journey.context.offline)
    checks = await client.check(_path(state.verdict or state.diagnosis, served), served.staple)
    if state.resolution is not None:
        return replace(state, served=served, revocation=checks)
    renewed = journey.diagnoser.diagnose(served, at=journey.clock())
    diagnosis = with_revocation(renewed if state.servers is None else with_servers(renewed, state.servers), checks)
    return replace(state.with_served(served, diagnosis), servers=state.servers, revocation=checks)


def _path(diagnosis: Diagnosis, served: ServedChain) -> tuple[Certificate, ...]:
    return diagnosis.path.certificates if diagnosis.path is not None else longest_trail(diagnosis.search, served)


async def gather_crls(
    journey: Journey, state: HostState, scope: CrlScope = CrlScope.CHAIN, fetches: CrlFetches | None = None
) -> HostState:
    """Gather a host's CRLs beside its repair; one that is trusted as it is served gets a bundle to hold them.

    What a list says of a revoked certificate becomes part of the host's diagnosis. A host without a repair stays
    as it is. Give one `fetches` to all hosts of a run.
    """
    complete = state.proven is None and state.status is Status.COMPLETE
    repaired = replace(state, repair=journey.standing(state)) if complete else state
    if repaired.proven is None:
        return state
    found = await collect_crls(journey, repaired, scope, fetches)
    if not isinstance(found, Failure):
        return replace(repaired, crls=found)
    if isinstance(found, Revoked) and found.check is not None:
        state = _with_check(journey, state, found.check)
    return replace(state, crls=found)


def _with_check(journey: Journey, state: HostState, check: RevocationCheck) -> HostState:
    """The host with what a list says of one of its certificates, beside the checks of the others."""
    served = state.reached
    if served is None:
        return state
    checks = (check, *(one for one in state.revocation or () if one.at != check.at))
    renewed = journey.diagnoser.diagnose(served, at=journey.clock())
    renewed = renewed if state.servers is None else with_servers(renewed, state.servers)
    return replace(state, diagnosis=with_revocation(renewed, checks), revocation=checks)


async def collect_crls(
    journey: Journey, state: HostState, scope: CrlScope = CrlScope.CHAIN, fetches: CrlFetches | None = None
) -> CrlSet | Failure:
    """Fetch, check and prove the CRLs of the path of a host that has a proven repair.

    Fetches keep to the bounds and the consent of AIA, as for `check_revocation`; lists of the user's own files count
    as well. They are good only if every client family that can check them accepts the host with exactly the
    bundle, the lists and the check turned on.
    """
    served, repair, at = state.reached, state.proven, journey.clock()
    if served is None or repair is None:
        return Failure("crl", "There is no proven repair to find CRLs for.", "Repair the host first.")
    collector = CrlCollector(
        at,
        journey.fetches(served),
        scope,
        journey.context.offline,
        journey.context.files.crls,
        fetches or CrlFetches(),
    )
    found = await collector.collect(repair.path.certificates)
    if isinstance(found, Failure):
        return found
    # OpenSSL takes a second for lists of some MiB: not on the event loop
    return await asyncio.to_thread(_proven, found, repair, BundleProof(served, accepted(repair.verdicts), at))


def _proven(found: CrlSet, repair: Repair, proof: BundleProof) -> CrlSet | Failure:
    judge = Judge.of(repair.bundle.certificates, found.crls, found.scope)
    refused = proof.crl_refusal(judge, found.scope)
    if refused is not None:
        return Failure("crl", f"The CRLs do not work: {refused}.", _HINTS[found.scope])
    clients = {name: verdict.ok for name, verdict in proof.crl_verdicts(judge, found.scope).items()}
    return replace(found, clients=clients)
