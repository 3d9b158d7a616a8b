"""The CRLs of a host on its journey: gathered, proven, and part of what is said of it."""

from __future__ import annotations

import asyncio

import pytest

from tests.revocation.conftest import Chain, collected, refused
from tests.support.crls import Oddity, issuing_point, make_crl, naming
from tests.support.journeys import lab_trust, state_of, walk
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.engine.revocation import collect_crls, gather_crls
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.x509.crl import CrlScope, CrlSet, joined


def asked(lab: Lab, name: str, scope: CrlScope = CrlScope.CHAIN) -> HostState:
    journey = Journey(Context(lab_trust(lab)))

    async def crls(state: HostState) -> HostState:
        return await gather_crls(journey, state, scope)

    return walk(state_of(lab.host(name).port), journey.probe, journey.fix, crls)


def test_the_lists_of_a_repair_are_proven(lab: Lab) -> None:
    state = asked(lab, "crl-chain")
    found = collected(state.crls)
    assert found.clients == {
        "requests": True,
        "requests-3.13": True,
        "python": True,
        "python-3.13": True,
        "curl": True,
    }
    assert state.status is Status.REPAIRABLE
    assert set(collected(asked(lab, "crl-chain", CrlScope.LEAF).crls).clients) == set(found.clients) - {"curl"}


def test_a_host_that_needs_no_repair_gets_a_bundle_to_hold_them(lab: Lab) -> None:
    state = asked(lab, "crl-chain-complete")
    assert state.status is Status.COMPLETE
    assert state.proven is not None
    assert [one.label for one in state.proven.bundle.certificates] == ["Lab Root R1"]
    assert len(collected(state.crls).lists) == 2


@pytest.mark.parametrize(("name", "place"), [("crl-chain-revoked", 0), ("crl-chain-ca-revoked", 1)])
def test_a_revoked_certificate_becomes_part_of_the_diagnosis(lab: Lab, name: str, place: int) -> None:
    state = asked(lab, name)
    refused(state.crls, "revoked")
    assert state.status is Status.INVALID
    assert state.proven is None
    assert state.headline == "a certificate was revoked"
    assert state.verdict is not None
    assert state.verdict.blame is Blame.SERVER
    assert state.resolution is not None
    path = state.resolution.diagnosis.search.good[0].certificates
    assert (state.verdict.findings[0].code, state.verdict.findings[0].at) == ("revoked", path[place].sha256)


def test_a_host_that_was_only_probed_is_told_too(chain: Chain) -> None:
    chain.publish(make_crl(chain.ca, [chain.leaf]), make_crl(chain.root))
    port = chain.lab.serve([chain.leaf.der, chain.ca.der], chain.leaf.key)
    journey = Journey(Context(lab_trust(chain.lab)))

    async def crls(state: HostState) -> HostState:
        return await gather_crls(journey, await gather_crls(journey, state))

    state = walk(state_of(port), journey.probe, crls)
    assert state.resolution is None
    assert state.status is Status.INVALID
    assert state.verdict is not None
    assert [found.code for found in state.verdict.findings].count(FindingCode.REVOKED) == 1


def test_a_complete_host_without_lists_stays_as_it_is(lab: Lab) -> None:
    state = asked(lab, "crl-good")
    refused(state.crls)
    assert state.proven is None
    assert state.status is Status.COMPLETE


def test_there_is_nothing_to_collect_without_a_repair(lab: Lab) -> None:
    journey = Journey(Context(lab_trust(lab)))
    refused(asyncio.run(collect_crls(journey, state_of(1))))


def test_a_new_repair_drops_the_lists(lab: Lab) -> None:
    state = asked(lab, "crl-chain")
    assert state.resolution is not None
    assert state.proven is not None
    assert state.with_repair(state.resolution, state.proven).crls is None


def test_what_openssl_refuses_all_the_same_is_no_list(lab: Lab) -> None:
    """A root's list that names its own place: OpenSSL 3 asks it about the root as well (code 44), OpenSSL 4 not."""
    root = lab.hierarchy["root"]
    place = lab.publish("/own-place.crl", AiaAnswer())
    lab.publish("/own-place.crl", AiaAnswer(make_crl(root, odd=Oddity(extensions=issuing_point(url=place))).der))
    ca = root.issue_ca("Own Place CA", naming(place))
    leaf_place = lab.publish("/own-place-leaf.crl", AiaAnswer(make_crl(ca).der))
    leaf = ca.issue_leaf(["localhost"], naming(leaf_place, issuer=(lab.publish("/own-place.cer", ca.der),)))
    port = lab.serve([leaf.der], leaf.key)
    journey = Journey(Context(lab_trust(lab)))

    def found(scope: CrlScope) -> CrlSet | Failure | None:
        async def crls(state: HostState) -> HostState:
            return await gather_crls(journey, state, scope)

        return walk(state_of(port), journey.probe, journey.fix, crls).crls

    failure = refused(found(CrlScope.CHAIN))
    assert "different CRL scope" in failure.message
    assert "--crl-leaf" in failure.hint
    collected(found(CrlScope.LEAF))


def test_lists_of_several_hosts_are_joined_each_once(lab: Lab) -> None:
    one, two = (collected(asked(lab, name).crls) for name in ("crl-chain", "crl-chain-complete"))
    both = joined([one, two, one])
    assert both is not None
    assert both.crls == (*one.crls, *two.crls)
    assert joined([]) is None
