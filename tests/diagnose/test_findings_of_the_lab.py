"""Every host of the lab, checked and fixed: status, blame, findings and every family's verdict as declared."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from tui_chain.clients.families import FAMILIES, FamilyId
from tui_chain.clients.verdict import Code, Verdicts
from tui_chain.core.failure import Failure
from tui_chain.core.status import Blame, Severity, Status
from tui_chain.diagnose.findings.catalogue import CATALOGUE
from tui_chain.diagnose.headline import headline
from tui_chain.engine.endpoints import probe_servers
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.lab.hierarchy import Leaf
from tui_chain.lab.internet import Lab, LabHost, open_lab
from tui_chain.lab.scenarios.catalogue import every_scenario
from tui_chain.lab.scenarios.client_differences import UNRELATED
from tui_chain.lab.scenarios.refusals import Refusals
from tui_chain.lab.scenarios.scenario import NO_KEY_ID, Scenario, ScenarioGroup, complete
from tui_chain.lab.scenarios.several_servers import BROKEN, GOOD, THREE, Backends
from tui_chain.lab.scenarios.usual import USUAL
from tui_chain.lab.servers.limited_tls import knows_group
from tui_chain.net.lookup import lookup_with
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.served import ServedChain
from tui_chain.probe.variants import Wanted
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.pinned import confirm_fingerprint
from tui_chain.trust.store import TrustStore

NEW_OPENSSL = knows_group("X25519MLKEM768")
EVERY = (
    *USUAL,
    *every_scenario()[ScenarioGroup.ODD],
    *(every_scenario()[ScenarioGroup.POST_QUANTUM] if NEW_OPENSSL else ()),
)
NAMES = [scenario.name for scenario in EVERY]
NOT_OF_A_SERVER = {
    # made by the network or the resolver, not by a server on loopback
    "name", "network", "connect", "proxy",
    # of the machine's own stores, and of several hosts at once
    "root-only-in-system", "root-only-in-certifi", "shared-unknown-root",
    # the bounds of the search: many CAs of one name
    "search-cut",
    # of what the owner of the trust file wrote into it
    "rejected",
    # of a bundle: declared as `lost`
    "constraints-lost",
    *(set() if NEW_OPENSSL else {"unsupported-group"}),
}  # fmt: skip
NO_CERTIFICATE = {
    *(kind.code for kind in CATALOGUE.values() if kind.blame is Blame.NETWORK),
    *(scenario.name for scenario in every_scenario()[ScenarioGroup.ODD]),
    "old-tls", "old-cipher", "no-secure-renegotiation", "unsupported-group", "unsupported-algorithm",
    "client-certificate-requested", "client-certificate-required", "family-refuses",
}  # fmt: skip
"""Findings that may sit on the host."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(NAMES) as opened:
        yield opened


class Walks:
    """Journeys of the lab's hosts, each walked once."""

    def __init__(self, lab: Lab) -> None:
        store = load_trust_store(str(lab.trust_file))
        assert isinstance(store, TrustStore)
        self.lab, self.journey = lab, Journey(Context(store, timeout=4.0, name_lookup=lookup_with(lab.names)))
        self.checked, self.fixed = cache(self._check), cache(self._fix)

    def _check(self, name: str) -> HostState:
        return asyncio.run(self.journey.probe(state_of(self.lab.host(name))))

    def _fix(self, name: str) -> HostState:
        return asyncio.run(self.journey.fix(self.checked(name)))


@pytest.fixture(scope="module")
def walks(lab: Lab) -> Walks:
    return Walks(lab)


def state_of(host: LabHost) -> HostState:
    target = parse_target(host.target)
    assert isinstance(target, Target)
    return HostState(target)


def refusals(verdicts: Verdicts) -> Mapping[str, Code | None]:
    return {name: verdict.code for name, verdict in verdicts.items() if not verdict.ok}


def assert_as_declared(verdicts: Verdicts, declared: Refusals) -> None:
    """All nine families speak, and exactly the declared ones refuse, for what is declared."""
    assert list(verdicts) == [family.id for family in FAMILIES]
    found = refusals(verdicts)
    wanted = {family: found.get(family) if code is None else code for family, code in declared.items()}
    assert found == wanted


@pytest.mark.parametrize("scenario", EVERY, ids=lambda each: each.name)
def test_a_check_finds_exactly_what_is_declared(walks: Walks, scenario: Scenario) -> None:
    diagnosis, expected = walks.checked(scenario.name).diagnosis, scenario.expected
    assert diagnosis is not None
    assert {found.code for found in diagnosis.findings} == expected.findings, [f.message for f in diagnosis.findings]
    assert (diagnosis.status, diagnosis.blame) == (expected.status, expected.blame)
    if expected.status is not Status.UNREACHABLE:
        assert_as_declared(diagnosis.verdicts, expected.refused_by)


@pytest.mark.parametrize("scenario", EVERY, ids=lambda each: each.name)
def test_a_fix_ends_as_declared(walks: Walks, scenario: Scenario) -> None:
    state, expected = walks.fixed(scenario.name), scenario.expected
    assert state.status == expected.after
    assert (state.proven is not None) == (expected.after is Status.REPAIRABLE)
    assert state.verdict is not None
    assert ("constraints-lost" in {found.code for found in state.verdict.findings}) == expected.lost
    if state.proven is not None:
        assert_as_declared(state.proven.verdicts, expected.refused_after)


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_sits_on_a_certificate_of_the_host(walks: Walks, name: str) -> None:
    state = walks.checked(name)
    diagnosis = state.diagnosis
    assert diagnosis is not None
    known = {one.sha256 for path in diagnosis.search.paths for one in path.certificates}
    if isinstance(state.served, ServedChain):
        known |= {one.sha256 for one in state.served.certificates}
    for found in diagnosis.findings:
        assert found.at in known or (found.at is None and found.code in NO_CERTIFICATE)
        assert found.message.endswith(".")
        assert found.hint


def test_every_finding_that_a_server_can_show_has_a_server_that_shows_it() -> None:
    shown = set[str]().union(*(s.expected.findings | s.expected.on_request for s in EVERY))
    assert set(CATALOGUE) - shown == NOT_OF_A_SERVER


def test_the_status_follows_from_the_declared_verdicts() -> None:
    for scenario in EVERY:
        expected = scenario.expected
        refusing = len(expected.refused_by)
        some = 0 < refusing < len(FamilyId)
        assert (expected.status is Status.PARTIAL) == some, scenario.name
        assert (expected.status is Status.COMPLETE) == (refusing == 0 and expected.blame is Blame.NOBODY)
        assert expected.status is not Status.REPAIRABLE


def test_a_host_that_nobody_accepts_has_a_fatal_finding_and_a_complete_one_has_none() -> None:
    for scenario in EVERY:
        severities = {CATALOGUE[code].severity for code in scenario.expected.findings}
        if scenario.expected.status is not Status.PARTIAL:
            complete = scenario.expected.status is Status.COMPLETE
            assert (Severity.FATAL in severities) != complete, scenario.name


def test_a_wrong_name_is_told_with_the_nearest(walks: Walks) -> None:
    served = walks.checked("complete").served
    assert isinstance(served, ServedChain)
    as_www = ServedChain(Target("www.complete.lab.test"), served.certificates, served.at)
    found = walks.journey.diagnoser.diagnose(as_www, at=served.at).findings[0]
    assert found.code == "host-mismatch"
    assert "It is for complete.lab.test, localhost, 127.0.0.1" in found.message
    assert found.message.endswith("The nearest to www.complete.lab.test is complete.lab.test.")
    assert found.hint.startswith("Use complete.lab.test, or have the name with and without www")


def test_an_expired_leaf_and_an_expired_ca_are_told_apart(walks: Walks) -> None:
    leaf, issuer = walks.checked("expired-leaf"), walks.checked("expired-intermediate")
    assert leaf.headline == "the server's certificate has expired"
    assert issuer.headline == "the CA certificate Lab Odd CA expired-intermediate has expired"
    assert leaf.diagnosis is not None
    assert issuer.diagnosis is not None
    assert "The server's own certificate expired on " in leaf.diagnosis.findings[0].message
    assert "The CA certificate Lab Odd CA expired-intermediate expired on " in issuer.diagnosis.findings[0].message


def test_each_of_many_unrelated_certificates_is_named(walks: Walks) -> None:
    state = walks.checked("many-unrelated")
    assert state.diagnosis is not None
    assert isinstance(state.served, ServedChain)
    found = [one.at for one in state.diagnosis.findings if one.code == "stranger"]
    labels = [one.label for sha256 in found for one in state.served.certificates if one.sha256 == sha256]
    assert sorted(labels) == sorted(f"Lab Unrelated CA {number}" for number in range(UNRELATED))


def test_what_no_client_shakes_hands_with_is_refused_and_not_unreachable(walks: Walks) -> None:
    state = walks.checked("alert-protocol-version")
    assert state.headline.startswith("no client can shake hands with the server: ")
    assert "alert 'protocol version'" in state.headline


def test_a_staging_ca_is_called_that(walks: Walks) -> None:
    for state in (walks.checked("staging-root"), walks.fixed("staging-root")):
        assert state.verdict is not None
        assert any("This is a staging CA, made for tests" in found.hint for found in state.verdict.findings)


def test_starttls_refused_for_now_is_told_with_the_answer(walks: Walks) -> None:
    for name, answer in (("starttls-not-now", "454"), ("starttls-postgres", "N")):
        served = walks.checked(name).served
        assert isinstance(served, Failure)
        assert answer in served.message


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wrong-name-at-one-address", "127.0.0.2 serves a certificate for it."),
        ("wrong-name-with-sni", "127.0.0.1 serves a certificate for it when no SNI is sent."),
    ],
)
def test_where_the_right_certificate_is_stands_with_the_wrong_name(walks: Walks, name: str, words: str) -> None:
    wanted = Wanted(all_addresses=True, no_sni=True)
    state = asyncio.run(probe_servers(walks.journey, walks.checked(name), wanted))
    assert state.diagnosis is not None
    assert state.servers is not None
    expected = walks.lab.host(name).scenario.expected
    assert {found.code for found in state.servers.findings} == expected.on_request
    (mismatch,) = (found for found in state.diagnosis.findings if found.code == "host-mismatch")
    assert mismatch.message.endswith(words)


def test_a_backend_that_fewer_clients_accept_is_broken_beside_one_that_only_some_accept() -> None:
    """Python ≥ 3.13 refuses both, which is no reason to pass over the one that everybody refuses."""
    service = Backends((GOOD, BROKEN), Leaf(template=NO_KEY_ID))
    mine = Scenario("mine", "two", service, complete(), reach="mine.lab.test:{port}", addresses=THREE[:2])
    with open_lab([]) as lab:
        lab.start([mine])
        own = Walks(lab)
        state = asyncio.run(probe_servers(own.journey, own.checked("mine"), Wanted(all_addresses=True)))
    assert own.checked("mine").status is Status.PARTIAL
    assert state.servers is not None
    assert [row.good for row in state.servers.rows] == [True, False]
    assert [found.code for found in state.servers.findings] == ["backend-broken"]
    assert state.status is Status.INCOMPLETE
    assert isinstance(state.served, ServedChain)
    assert state.served.address == "127.0.0.2"


def test_a_confirmed_root_of_an_intercepting_proxy_stays_one(walks: Walks) -> None:
    """Who trusts it on purpose is still told, and the blame does not move."""
    served = walks.checked("interception-root-served").served
    assert isinstance(served, ServedChain)
    confirmed = confirm_fingerprint(served.certificates[-1].sha256)
    assert not isinstance(confirmed, Failure)
    journey = Journey(Context(walks.journey.trust, timeout=4.0))
    journey.trust_roots([confirmed])
    state = asyncio.run(journey.fix(journey.diagnose(walks.checked("interception-root-served"), served)))
    assert state.verdict is not None
    assert "interception-likely" in {found.code for found in state.verdict.findings}
    assert state.verdict.blame is Blame.INTERCEPTION
    assert headline(state.verdict, state.verdict.status).startswith("something between you and the server")
