"""Every way in which a link may be had or not, on the lab: the trace, the choice, and nothing left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.aia import fetches_under_way
from tests.support.journeys import journey_for, state_of
from tests.support.network import answering, record_connections
from tui_chain.core.failure import Failure
from tui_chain.engine.journey import HostState, Journey, utc_now
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.missing_links import AT_HAND, CROSS_SIGNED, LINK_CASES, LINK_SCENARIOS, LinkCase
from tui_chain.pool.pool import Pool
from tui_chain.probe.served import ServedChain
from tui_chain.repair.candidates import PathEnd
from tui_chain.repair.path_choice import ANY
from tui_chain.repair.repair import Repair
from tui_chain.resolve.sources import ServedIndex
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import Proof

BY_NAME = pytest.mark.parametrize("case", LINK_CASES, ids=lambda case: case.scenario.name)

NO_ADDRESS = ("is not fetched", "not asked", "private address", "redirects")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab([scenario.name for scenario in LINK_SCENARIOS]) as opened:
        yield opened


def ca(lab: Lab, label: str) -> Certificate:
    return Certificate(lab.hierarchy[label].der)


def journey_of(lab: Lab, case: LinkCase, folder: Path, resources: ExitStack) -> Journey:
    journey = journey_for(lab, lab.host(case.scenario.name))
    if case.pool:
        pool = Pool(folder / "pool.sqlite3")
        resources.callback(pool.close)
        pool.add([(ca(lab, label), "an earlier run") for label in case.pool], utc_now())
        journey.certificate_pool = pool
    return journey


async def fixed(lab: Lab, case: LinkCase, journey: Journey) -> HostState:
    if case.sibling is not None:
        other = await journey.probe(state_of(lab.host(case.sibling).port))
        assert isinstance(other.served, ServedChain)
        index = ServedIndex.of([other.served])
        journey.siblings = lambda: index
    done = await journey.fix(await journey.probe(state_of(lab.host(case.scenario.name).port)))
    assert len(asyncio.all_tasks()) == 1, "a fetch was left behind"
    assert fetches_under_way() == 0
    return done


@BY_NAME
def test_a_search_ends_with_its_trace_and_choice(
    lab: Lab, case: LinkCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as resources:
        if case.scenario.name == "link-rebinding":
            # the probe's lookup and the judgement get loopback; whoever looks again gets the metadata service
            resources.enter_context(answering(monkeypatch, "127.0.0.1", "127.0.0.1", "169.254.169.254"))
        connected = record_connections(monkeypatch)
        journey = journey_of(lab, case, tmp_path, resources)
        state = asyncio.run(fixed(lab, case, journey))
        assert set(connected) <= {"127.0.0.1"}
    assert state.status is case.scenario.expected.after
    assert state.resolution is not None
    tries = state.resolution.tries
    shown = [f"{tried.source}: {tried.outcome}" for tried in tries]
    assert len(tries) == len(case.trace), shown
    for tried, step in zip(tries, case.trace, strict=True):
        assert (tried.source, tried.ok) == (step.source, step.ok)
        assert step.outcome in tried.outcome
        # where nothing was asked, or too much was, there is no one address to tell
        nowhere = step.source != "AIA" or any(words in tried.outcome for words in NO_ADDRESS)
        assert tried.address == (None if nowhere else "127.0.0.1")
    if case.choice is None:
        assert isinstance(state.repair, Failure)
    else:
        assert isinstance(state.repair, Repair)
        assert ca(lab, case.choice) in state.repair.path.certificates


def test_ldap_says_what_to_do(lab: Lab, tmp_path: Path) -> None:
    case = next(case for case in LINK_CASES if case.scenario.name == "link-ldap-only")
    with ExitStack() as resources:
        state = asyncio.run(fixed(lab, case, journey_of(lab, case, tmp_path, resources)))
    assert state.resolution is not None
    assert "ldapsearch" in state.resolution.tries[0].hint


@pytest.mark.parametrize("name", ["link-stranger", "link-namesake", "link-p7-many"])
def test_what_signed_nothing_stays_visible_as_that(lab: Lab, tmp_path: Path, name: str) -> None:
    case = next(case for case in LINK_CASES if case.scenario.name == name)
    with ExitStack() as resources:
        journey = journey_of(lab, case, tmp_path, resources)
        state = asyncio.run(fixed(lab, case, journey))
    (gap,) = journey.gaps(state, journey.alternatives(state))
    useless = [one for one in gap.candidates if one.proof is Proof.NOT_SIGNED]
    assert len(useless) == (2 if name == "link-p7-many" else 1)
    for one in useless:
        assert one.end is PathEnd.NOTHING
        assert not one.chosen
        assert "did not sign" in one.why or "nothing to do" in one.why
    assert [one.end for one in gap.candidates][: -len(useless)] == (
        [PathEnd.TRUSTED] if name == "link-p7-many" else []
    )


def test_of_two_cross_signs_the_valid_one_is_taken_and_the_other_can_be_seen(lab: Lab, tmp_path: Path) -> None:
    with ExitStack() as resources:
        journey = journey_of(lab, CROSS_SIGNED, tmp_path, resources)
        state = asyncio.run(fixed(lab, CROSS_SIGNED, journey))
    ways = journey.alternatives(state)
    (gap,) = journey.gaps(state, ways)
    new, old = gap.candidates
    assert (new.certificate, old.certificate) == (ca(lab, "link-cross-new"), ca(lab, "link-cross-old"))
    assert (new.proof, old.proof) == (Proof.SIGNED, Proof.SIGNED)
    assert (new.valid, old.valid) == (True, False)
    assert (new.chosen, old.chosen) == (True, False)
    assert [way.chosen for way in ways] == [True, False]
    assert (ways[0].usable, ways[1].usable) == (True, False)
    assert "more client families accept it" in new.why
    assert "expired" in old.why
    assert {verdict.ok for verdict in new.verdicts.values()} == {True}
    assert False in {verdict.ok for verdict in old.verdicts.values()}
    refused = journey.choose(state, ANY.with_link(gap.wanted_by.sha256, old.certificate.sha256))
    assert isinstance(refused.repair, Failure)
    assert refused.repair.kind == "choice"


def test_the_pool_learns_what_was_proven_and_finds_it_when_all_else_is_gone(lab: Lab, tmp_path: Path) -> None:
    """Learned from a host that serves it whole, found for its sibling in another run."""
    case = AT_HAND[1]
    with ExitStack() as resources:
        pool = Pool(tmp_path / "pool.sqlite3")
        resources.callback(pool.close)
        first = journey_for(lab, lab.host("link-sibling-source"))
        first.certificate_pool = pool
        asyncio.run(first.probe(state_of(lab.host("link-sibling-source").port)))
        entries = pool.entries()
        assert not isinstance(entries, Failure)
        assert [entry.certificate for entry in entries] == [ca(lab, "link-sibling-ca")]
        assert entries[0].origins[0].place.startswith("served by localhost:")
        second = journey_for(lab, lab.host(case.scenario.name))
        second.certificate_pool = pool
        state = asyncio.run(_probe_and_fix(second, state_of(lab.host(case.scenario.name).port)))
    assert isinstance(state.repair, Repair)
    assert state.resolution is not None
    assert state.resolution.tries[0].source == "pool"
    assert state.repair.path.certificates[1] == ca(lab, "link-sibling-ca")


async def _probe_and_fix(journey: Journey, state: HostState) -> HostState:
    return await journey.fix(await journey.probe(state))


def test_a_pool_that_is_told_not_to_learn_stays_as_it_is(lab: Lab, tmp_path: Path) -> None:
    pool = Pool(tmp_path / "pool.sqlite3", learning=False)
    journey = journey_for(lab, lab.host("link-sibling-source"))
    journey.certificate_pool = pool
    asyncio.run(journey.probe(state_of(lab.host("link-sibling-source").port)))
    assert not pool.path.exists()
