"""Every finding that a server can show, on a server that shows it: exactly the declared ones, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tui_chain.certs.store import TrustStore
from tui_chain.diagnose.catalogue import CATALOGUE
from tui_chain.diagnose.words import Severity
from tui_chain.journey import HostState, Journey
from tui_chain.lab.internet import Lab, LabHost, open_lab
from tui_chain.lab.oddities import ODDITIES
from tui_chain.lab.scenarios import SCENARIOS
from tui_chain.probe.lookup import lookup_with
from tui_chain.probe.served import ServedChain
from tui_chain.probe.target import Target, parse_target
from tui_chain.trust import load_trust_store

EVERY = (*SCENARIOS, *ODDITIES)
NOT_OF_A_SERVER = {
    # made by the network or the resolver, not by a server on loopback
    "name", "network", "connect",
    # of the machine's own stores, and of several hosts at once
    "root-only-in-system", "root-only-in-certifi", "shared-unknown-root",
    # the bounds of the search: many CAs of one name
    "search-cut",
}  # fmt: skip


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab([scenario.name for scenario in EVERY]) as opened:
        yield opened


@pytest.fixture(scope="module")
def journey(lab: Lab) -> Journey:
    store = load_trust_store(str(lab.trust_file))
    assert isinstance(store, TrustStore)
    return Journey(store, timeout=1.0, name_lookup=lookup_with(lab.names))


def state_of(host: LabHost) -> HostState:
    target = parse_target(host.target)
    assert isinstance(target, Target)
    return HostState(target)


@pytest.mark.parametrize("name", [scenario.name for scenario in EVERY])
def test_found_exactly_what_is_declared(lab: Lab, journey: Journey, name: str) -> None:
    host = lab.host(name)
    state = asyncio.run(journey.probe(state_of(host)))
    verdict, expected = state.diagnosis, host.scenario.expected
    assert verdict is not None
    assert {found.code for found in verdict.findings} == expected.findings, [f.message for f in verdict.findings]
    assert (verdict.status, verdict.blame) == (expected.status, expected.blame)


@pytest.mark.parametrize("name", [scenario.name for scenario in EVERY])
def test_every_finding_sits_on_a_certificate_of_the_host(lab: Lab, journey: Journey, name: str) -> None:
    state = asyncio.run(journey.probe(state_of(lab.host(name))))
    verdict = state.diagnosis
    assert verdict is not None
    known = {one.sha256 for one in (verdict.path.certificates if verdict.path else ())}
    if isinstance(state.served, ServedChain):
        known |= {one.sha256 for one in state.served.certificates}
    for found in verdict.findings:
        assert found.at in known or (found.at is None and found.code in {*NETWORK_CODES, "client-certificate"})
        assert found.message.endswith(".")
        assert found.hint


NETWORK_CODES = {scenario.name for scenario in ODDITIES} | {"no-tls", "timeout"}


def test_every_finding_that_a_server_can_show_has_a_server_that_shows_it() -> None:
    shown = set[str]().union(*(s.expected.findings | s.expected.asked for s in EVERY))
    assert set(CATALOGUE) - shown == NOT_OF_A_SERVER


def test_a_refused_host_has_a_fatal_finding_and_a_trusted_one_has_none() -> None:
    for scenario in EVERY:
        severities = {CATALOGUE[code].severity for code in scenario.expected.findings}
        trusted = scenario.expected.status.value == "complete"
        assert (Severity.FATAL in severities) != trusted, scenario.name


def test_a_wrong_name_is_told_with_the_nearest(lab: Lab, journey: Journey) -> None:
    host = lab.host("complete")
    served = asyncio.run(journey.probe(state_of(host))).served
    assert isinstance(served, ServedChain)
    as_www = ServedChain(Target("www.complete.lab.test"), served.certificates, served.at)
    found = journey.diagnoser.diagnose(as_www, at=served.at).findings[0]
    assert found.code == "host-mismatch"
    assert "It is for complete.lab.test, localhost, 127.0.0.1" in found.message
    assert found.message.endswith("The nearest to www.complete.lab.test is complete.lab.test.")
    assert found.hint.startswith("Use complete.lab.test, or have the name with and without www")
