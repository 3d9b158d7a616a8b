"""The whole way of a host, on every broken server of the lab."""

from __future__ import annotations

import pytest

from tests.support.chains import HOST, NOW, make_pki, served_by, views
from tests.support.journeys import journey_for, lab_trust, state_of, walk
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.journey import Context, HostState, Journey, utc_now
from tui_chain.lab.internet import Lab
from tui_chain.lab.scenarios.scenario import Scenario
from tui_chain.lab.scenarios.usual import USUAL
from tui_chain.net.target import Target
from tui_chain.repair.repair import Repair
from tui_chain.repair.server_chain import server_chain
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolution import IssuerLookup

BY_NAME = pytest.mark.parametrize("scenario", USUAL, ids=lambda each: each.name)


def probed(lab: Lab, name: str) -> tuple[Journey, HostState]:
    host = lab.host(name)
    journey = journey_for(lab, host)
    return journey, walk(state_of(host.port), journey.probe)


@BY_NAME
def test_a_host_is_diagnosed_as_declared(lab: Lab, scenario: Scenario) -> None:
    _, state = probed(lab, scenario.name)
    expected = scenario.expected
    assert state.diagnosis is not None
    assert state.status is expected.status
    assert state.diagnosis.blame is expected.blame
    assert {found.code for found in state.diagnosis.findings} == expected.findings


@BY_NAME
def test_a_fix_ends_as_declared(lab: Lab, scenario: Scenario) -> None:
    journey, state = probed(lab, scenario.name)
    state = walk(state, journey.fix)
    assert state.status is scenario.expected.after
    if scenario.expected.after is Status.REPAIRABLE:
        assert isinstance(state.repair, Repair)
        assert state.repair.whole
    elif scenario.expected.after is not Status.UNREACHABLE:
        assert isinstance(state.repair, Failure)
        nothing = scenario.expected.after is Status.COMPLETE
        assert (state.repair.kind == "nothing-to-do") == nothing


@BY_NAME
def test_every_finding_sits_on_a_certificate_of_the_host(lab: Lab, scenario: Scenario) -> None:
    _, state = probed(lab, scenario.name)
    assert state.diagnosis is not None
    served = {one.sha256 for one in getattr(state.served, "certificates", ())}
    places = {found.at for found in state.diagnosis.findings}
    assert places <= (served or {None})


def test_every_try_is_heard_as_it_comes(lab: Lab) -> None:
    journey, state = probed(lab, "two-links-missing")
    heard: list[IssuerLookup] = []
    state = walk(state, lambda host: journey.fix(host, heard.append))
    assert state.resolution is not None
    assert tuple(heard) == state.resolution.tries
    assert [tried.ok for tried in heard] == [True, True]


def test_where_each_certificate_came_from(lab: Lab) -> None:
    journey, state = probed(lab, "leaf-only")
    assert state.diagnosis is not None
    (leaf,) = state.served.certificates  # type: ignore[union-attr]
    assert state.source_of(leaf) == "served"
    state = walk(state, journey.fix)
    assert state.proven is not None
    sources = [state.source_of(one) for one in state.proven.path.certificates]
    assert sources[0] == "served"
    assert sources[1].startswith("AIA http://127.0.0.1:")
    assert sources[2] == f"trust store {lab.trust_file}"


def test_an_anchor_is_said_with_its_store_before_any_search(lab: Lab) -> None:
    _, state = probed(lab, "complete")
    assert state.verdict is not None
    assert state.verdict.path is not None
    assert state.source_of(state.verdict.path.anchor) == f"trust store {lab.trust_file}"


def test_a_new_probe_drops_all_that_rested_on_the_old_one(lab: Lab) -> None:
    """A stale bundle can be neither tested nor written."""
    journey, state = probed(lab, "leaf-only")
    state = walk(state, journey.fix, journey.test)
    assert state.live_test is not None
    again = walk(state, journey.fix)
    assert (again.proven is not None, again.live_test) == (True, None)
    fresh = walk(state, journey.probe)
    assert (fresh.resolution, fresh.repair, fresh.live_test) == (None, None, None)


def test_a_host_that_was_not_reached_has_nothing_to_fix_or_test(lab: Lab) -> None:
    journey, state = probed(lab, "no-tls")
    assert walk(state, journey.fix, journey.test) == state
    untouched = HostState(Target(HOST))
    assert walk(untouched, journey.fix) == untouched
    assert untouched.status is None


def test_repairable_is_said_of_a_proven_repair_only(lab: Lab) -> None:
    journey, state = probed(lab, "leaf-only")
    state = walk(state, journey.fix)
    assert state.resolution is not None
    refused = state.with_repair(state.resolution, Failure("no-repair", "No client accepts it."))
    assert (state.status, refused.status) == (Status.REPAIRABLE, Status.INCOMPLETE)


def test_the_clock_judges_every_stage() -> None:
    pki = make_pki()
    then = NOW.replace(year=2036)
    journey = Journey(Context(pki.trust, clock=lambda: then, offline=True))
    state = journey.diagnose(HostState(Target(HOST)), served_by(pki.leaf, pki.issuing))
    assert state.status is Status.INVALID
    assert state.diagnosis is not None
    assert "expired" in {found.code for found in state.diagnosis.findings}


def test_the_default_clock_has_a_zone() -> None:
    assert utc_now().utcoffset() is not None


def test_offline_nothing_is_fetched(lab: Lab) -> None:
    host = lab.host("leaf-only")
    journey = Journey(Context(lab_trust(lab), offline=True))
    before = lab.aia_log
    state = walk(state_of(host.port), journey.probe, journey.fix)
    assert state.status is Status.INCOMPLETE
    assert lab.aia_log == before


def test_what_a_misplaced_leaf_lacks_is_found_for_the_chain_file() -> None:
    """The root in front needs nothing; the leaf behind it needs two intermediates, which a file has."""
    pki = make_pki()
    sub = pki.issuing.issue_ca("Sub")
    served = served_by(pki.root, sub.issue_leaf([HOST]))
    at_hand = FileCertificates(tuple((one, "file test") for one in views(sub, pki.issuing)))
    journey = Journey(Context(pki.trust, clock=lambda: NOW, files=at_hand, offline=True))
    state = walk(journey.diagnose(HostState(Target(HOST)), served), journey.fix)
    assert isinstance(state.repair, Failure)
    assert state.resolution is not None
    chain = server_chain(served, state.resolution, pki.trust, at=NOW)
    assert chain is not None
    assert [one.label for one in chain.certificates] == [HOST, "Sub", "Test Issuing"]
    assert state.resolution.sources[chain.certificates[1].sha256] == "file test"
