"""Roots that hosts share though nobody knows them, gathered while hosts go by."""

from __future__ import annotations

from tests.support.chains import NOW, served_by, store_of
from tui_chain.diagnose.findings.interception import UnknownRoot
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.engine.shared_roots import root_of
from tui_chain.fleet.shared_roots import SharedRoots
from tui_chain.lab.authority import Authority
from tui_chain.net.target import Target
from tui_chain.results.joint import MAX_HOSTS, JointFinding

BOX = Authority.root("Quiet Box CA", now=NOW)


def root(host: str, *, sent: bool = True) -> UnknownRoot | None:
    journey = Journey(Context(store_of(Authority.root("Trusted", now=NOW)), clock=lambda: NOW))
    chain = (BOX.issue_leaf([host]), BOX) if sent else (BOX.issue_leaf([host]),)
    return root_of(journey.diagnose(HostState(Target(host)), served_by(*chain, host=host, address="93.184.215.14")))


def gathered(*hosts: tuple[str, UnknownRoot | None]) -> tuple[JointFinding, ...]:
    roots = SharedRoots()
    for host, end in hosts:
        roots.add(host, end)
    return roots.joint()


def test_unrelated_hosts_at_one_unknown_root_are_one_line() -> None:
    ends = [(host, root(host)) for host in ("www.shop.example", "bank.test")]
    (found,) = gathered(*ends, ("fine.test", None))
    assert (found.kind, found.code, found.severity, found.count) == ("shared-root", "shared-unknown-root", "risk", 2)
    assert found.hosts == ("bank.test", "www.shop.example")
    assert found.subject == "CN=Quiet Box CA,O=tlschain lab"
    assert found.sha256 is not None
    assert "bank.test, www.shop.example end at CN=Quiet Box CA,O=tlschain lab." in found.message
    assert JointFinding.from_json(found.to_json()) == found


def test_the_order_in_which_hosts_come_makes_no_difference() -> None:
    ends = [(host, root(host)) for host in ("c.example", "a.test", "b.invalid")]
    assert gathered(*ends) == gathered(*reversed(ends))


def test_hosts_of_one_domain_may_have_one_private_ca() -> None:
    assert (
        gathered(("www.shop.example", root("www.shop.example")), ("api.shop.example", root("api.shop.example"))) == ()
    )


def test_a_root_that_is_not_sent_has_no_fingerprint() -> None:
    (found,) = gathered(("a.example", root("a.example", sent=False)), ("b.test", root("b.test", sent=False)))
    assert found.sha256 is None


def test_of_very_many_hosts_the_first_are_named_and_all_are_counted() -> None:
    end = root("a.example")
    (found,) = gathered(*((f"host-{number}.site-{number}.test", end) for number in range(5000)))
    assert (len(found.hosts), found.count) == (MAX_HOSTS, 5000)
    assert len(found.to_json()) < 10_000
