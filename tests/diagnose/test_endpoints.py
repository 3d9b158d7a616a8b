"""One host is many servers: on real ones, exactly the differences that are declared."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.chains import HOST, NOW, make_pki, served_by
from tui_chain.clients.families import FamilyId
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.diagnose.findings.endpoints import EndpointResult, Servers
from tui_chain.engine.endpoints import probe_servers
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.several_servers import SERVERS
from tui_chain.net.lookup import Address, lookup_with
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.key_types import KeyType
from tui_chain.probe.served import ServedChain
from tui_chain.probe.tls import ClientCertificate, TLSFacts
from tui_chain.probe.variants import MAX_ADDRESSES, MAX_ROUNDS, Variant, VariantResult, Wanted, variants
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.store import TrustStore

EVERYTHING = Wanted(all_addresses=True, key_types=True, no_sni=True, repeat=4)
ADDRESSES = Wanted(all_addresses=True)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete", "refused", *(scenario.name for scenario in SERVERS)]) as opened:
        yield opened


@pytest.fixture(scope="module")
def journey(lab: Lab) -> Journey:
    store = load_trust_store(str(lab.trust_file))
    assert isinstance(store, TrustStore)
    return Journey(Context(store, name_lookup=lookup_with(lab.names)))


def ask(lab: Lab, journey: Journey, name: str, wanted: Wanted) -> HostState:
    target = parse_target(lab.host(name).target)
    assert isinstance(target, Target)

    async def run() -> HostState:
        return await probe_servers(journey, await journey.probe(HostState(target)), wanted)

    return asyncio.run(run())


@pytest.mark.parametrize("name", ["complete", *(scenario.name for scenario in SERVERS)])
def test_found_exactly_what_is_declared(lab: Lab, journey: Journey, name: str) -> None:
    servers = ask(lab, journey, name, EVERYTHING).servers
    assert servers is not None
    assert {found.code for found in servers.findings} == lab.host(name).scenario.expected.on_request
    assert bool(servers.differing) == bool(servers.findings) or name in {"complete", "wrong-name-with-sni"}


def test_one_broken_backend_of_three_is_the_headline(lab: Lab, journey: Journey) -> None:
    state = ask(lab, journey, "one-backend-broken", ADDRESSES)
    assert state.servers is not None
    assert state.diagnosis is not None
    assert [row.good for row in state.servers.rows] == [True, True, False]
    assert state.diagnosis.findings[0].code == "backend-broken"
    assert "Of 3 addresses 127.0.0.3 is broken, incomplete: " in state.diagnosis.findings[0].message
    assert state.headline.startswith("one of several servers is broken")
    assert state.status is Status.INCOMPLETE


def test_the_repair_starts_from_the_broken_backend(lab: Lab, journey: Journey) -> None:
    state = ask(lab, journey, "one-backend-broken", ADDRESSES)
    assert isinstance(state.served, ServedChain)
    assert state.served.address == "127.0.0.3"
    assert asyncio.run(journey.fix(state)).proven is not None


def test_a_dead_backend_is_named(lab: Lab, journey: Journey) -> None:
    state = ask(lab, journey, "one-backend-dead", ADDRESSES)
    assert state.diagnosis is not None
    assert "127.0.0.2 is broken" in state.diagnosis.findings[0].message
    assert "one of several servers is broken" in state.headline
    assert state.status is Status.COMPLETE
    assert state.diagnosis.fatal


def test_key_types_are_asked_in_both_versions(lab: Lab, journey: Journey) -> None:
    servers = ask(lab, journey, "rsa-broken", Wanted(key_types=True)).servers
    assert servers is not None
    assert servers.key_types == ("ECDSA over TLSv1.2", "ECDSA over TLSv1.3", "RSA over TLSv1.2", "RSA over TLSv1.3")
    assert [row.good for row in servers.rows] == [True, True, True, False, False]
    for row in servers.rows[1:]:
        served = row.answer.result
        assert isinstance(served, ServedChain)
        assert served.tls_version == row.variant.tls
        assert (served.certificates[0].key_text.startswith("RSA")) == (row.variant.key_type is KeyType.RSA)


def test_a_key_type_that_a_server_lacks_is_no_fault(lab: Lab, journey: Journey) -> None:
    state = ask(lab, journey, "complete", Wanted(key_types=True))
    assert state.servers is not None
    missing = [row for row in state.servers.rows if row.variant.key_type is KeyType.RSA]
    assert [row.summary for row in missing] == ["not offered", "not offered"]
    assert state.status is Status.COMPLETE
    assert state.servers.findings == ()


def test_answers_are_heard_as_they_come(lab: Lab, journey: Journey) -> None:
    heard: list[VariantResult] = []

    async def run() -> None:
        state = await journey.probe(
            HostState(Target("one-backend-broken.lab.test", lab.host("one-backend-broken").port))
        )
        await probe_servers(journey, state, ADDRESSES, heard.append)

    asyncio.run(run())
    assert {answer.variant.place for answer in heard} == {"127.0.0.1", "127.0.0.2", "127.0.0.3"}


def test_a_host_that_is_down_is_down_for_every_variant(lab: Lab, journey: Journey) -> None:
    state = ask(lab, journey, "refused", Wanted(repeat=2))
    assert state.servers is not None
    assert state.servers.findings == ()
    assert state.status is Status.UNREACHABLE


def test_a_name_that_is_gone_is_the_failure_of_all(journey: Journey) -> None:
    async def gone(host: str) -> tuple[()]:
        raise OSError(f"{host} is gone")

    lost = Journey(Context(journey.trust, name_lookup=gone))
    state = HostState(Target("gone.lab.test"), served=Failure("name", "gone"))
    state = lost.diagnose(state, Failure("name", "gone"))
    assert asyncio.run(probe_servers(lost, state, ADDRESSES)).status is Status.UNREACHABLE


def test_the_bounds_of_what_is_asked() -> None:
    many = tuple(Address(f"127.0.1.{number}", socket.AF_INET) for number in range(40))
    listed = variants(many, Wanted(all_addresses=True, repeat=10_000), named=True)
    assert len(listed) == MAX_ADDRESSES * MAX_ROUNDS
    assert len(variants(many, Wanted(no_sni=True), named=False)) == 1, "an IP literal has no SNI to leave out"
    assert not Wanted()
    assert Wanted(repeat=2)


def test_what_the_comparison_said_outlives_the_search_for_links(lab: Lab, journey: Journey) -> None:
    state = asyncio.run(journey.fix(ask(lab, journey, "one-backend-broken", ADDRESSES)))
    assert state.status is Status.REPAIRABLE
    assert state.verdict is not None
    assert state.verdict.findings[0].code == "backend-broken"


def test_servers_differ_by_their_chain_and_by_who_accepts_them() -> None:
    """One that ends the handshake after the same certificates does not answer as the others do."""
    pki = make_pki()
    diagnoser = Diagnoser(pki.trust)
    whole = replace(served_by(pki.leaf, pki.issuing), tls=TLSFacts("TLSv1.3"))
    closing = replace(whole, tls=TLSFacts("TLSv1.3", client_certificate=ClientCertificate.REQUIRED))
    renewed = served_by(pki.issuing.issue_leaf([HOST]), pki.issuing)
    answers = [VariantResult(at(number), chain) for number, chain in enumerate((whole, whole, closing, renewed))]
    rows = tuple(EndpointResult(one, diagnoser.diagnose(one.result, at=NOW), frozenset(FamilyId)) for one in answers)
    assert [row.good for row in rows] == [True, True, False, True]
    assert Servers(rows).differing == rows[2:]
    assert Servers(rows).broken == rows[2]
    assert Servers(rows[:2]).differing == ()
    assert Servers(()).differing == ()


def at(number: int) -> Variant:
    return Variant(Address(f"192.0.2.{number}", socket.AF_INET))
