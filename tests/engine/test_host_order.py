"""The order of a list of hosts: stable, both directions, by what each host is known to be."""

from __future__ import annotations

from bisect import insort
from datetime import datetime, timedelta

import pytest

from tests.support.chains import HOST, NOW, Pki, make_pki, served_by, store_of
from tests.support.journeys import walk
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.engine.host_order import (
    WORST_FIRST,
    HostOrder,
    HostSortKey,
    SortBy,
    expiry_of,
    expiry_text,
    needs_work,
    read_order,
    sort_key,
)
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.authority import Template, days
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.resolve.files import FileCertificates
from tui_chain.x509.certificate import Certificate

PKI = make_pki()


def probed(*served: ServedChain | Failure, label: str = "", pki: Pki = PKI) -> HostState:
    journey = Journey(Context(pki.trust, lambda: NOW, offline=True))
    return journey.diagnose(HostState(Target(HOST), label), served[0])


def of_status(status: Status, label: str = "") -> HostState:
    from tui_chain.core.status import Blame

    return HostState(Target(HOST), label, diagnosis=Diagnosis(status, Blame.SERVER, ()))


def in_order(states: list[HostState], order: HostOrder) -> list[str]:
    """The labels, put in their places one by one, as a list does whose hosts change."""
    keyed: list[tuple[HostSortKey, str]] = []
    for place, state in enumerate(states):
        insort(keyed, (sort_key(state, order, place), state.label))
    return [label for _, label in keyed]


def named(*labels: str) -> list[HostState]:
    return [HostState(Target(HOST), label) for label in labels]


def test_the_order_of_the_input_turns_around() -> None:
    states = named("c", "a", "b")
    assert in_order(states, HostOrder()) == ["c", "a", "b"]
    assert in_order(states, HostOrder(descending=True)) == ["b", "a", "c"]


def test_names_sort_as_people_read_them() -> None:
    states = named("web", "Mail", "web-2", "mail-out", "a")
    assert in_order(states, HostOrder(SortBy.NAME)) == ["a", "Mail", "mail-out", "web", "web-2"]
    assert in_order(states, HostOrder(SortBy.NAME, descending=True)) == ["web-2", "web", "mail-out", "Mail", "a"]


def test_a_host_without_a_label_sorts_by_its_target() -> None:
    keys = [sort_key(HostState(Target(name)), HostOrder(SortBy.NAME)) for name in ("a.test", "b.test")]
    assert keys == sorted(keys)
    assert sort_key(HostState(Target("z.test"), "a"), HostOrder(SortBy.NAME)) < keys[0]


def test_the_worst_status_comes_first_and_the_input_decides_between_equals() -> None:
    waiting = HostState(Target(HOST), "waiting")
    states = [
        waiting,
        of_status(Status.COMPLETE, "ok"),
        of_status(Status.INVALID, "1"),
        of_status(Status.PARTIAL, "p"),
    ]
    states.append(of_status(Status.INVALID, "2"))
    assert in_order(states, HostOrder(SortBy.STATUS)) == ["1", "2", "p", "ok", "waiting"]
    assert in_order(states, HostOrder(SortBy.STATUS, descending=True)) == ["ok", "p", "1", "2", "waiting"]


def test_every_status_has_its_place() -> None:
    assert sorted(WORST_FIRST) == sorted(Status)


def test_what_expires_first_comes_first() -> None:
    def expiring(after: int) -> HostState:
        leaf = PKI.issuing.issue_leaf([HOST], template=Template(validity=days(-30, after)))
        return probed(served_by(leaf, PKI.issuing), label=str(after))

    states = [HostState(Target(HOST), "unknown"), expiring(40), expiring(-3), expiring(9)]
    assert in_order(states, HostOrder(SortBy.EXPIRY)) == ["-3", "9", "40", "unknown"]
    assert in_order(states, HostOrder(SortBy.EXPIRY, descending=True)) == ["40", "9", "-3", "unknown"]


def ended(*certificates: Certificate) -> datetime | None:
    return min((one.not_after for one in certificates if one.not_after is not None), default=None)


def test_the_first_certificate_of_the_path_to_expire_counts() -> None:
    issuing = PKI.root.issue_ca("Short", template=Template(validity=days(-30, 2)))
    served = served_by(issuing.issue_leaf([HOST]), issuing)
    assert expiry_of(probed(served)) == served.certificates[1].not_after


def test_without_a_path_the_leaf_counts() -> None:
    served = served_by(make_pki("Other").leaf, PKI.issuing)
    state = probed(served)
    assert state.verdict is not None
    assert state.verdict.path is None
    assert expiry_of(state) == served.certificates[0].not_after


def test_a_repair_has_a_path_of_its_own() -> None:
    issuing = PKI.root.issue_ca("Short", template=Template(validity=days(-30, 2)))
    found = Certificate(issuing.der)
    files = FileCertificates(((found, "file short.pem"),))
    journey = Journey(Context(store_of(PKI.root), lambda: NOW, offline=True, files=files))
    state = journey.diagnose(HostState(Target(HOST)), served_by(issuing.issue_leaf([HOST])))
    assert expiry_of(state) != found.not_after
    fixed = walk(state, journey.fix)
    assert fixed.status is Status.REPAIRABLE
    assert expiry_of(fixed) == found.not_after == ended(*fixed.known_certificates)


def test_nothing_is_known_of_a_host_that_was_not_reached() -> None:
    assert expiry_of(HostState(Target(HOST))) is None
    assert expiry_of(probed(Failure("connect", "Nobody answers."))) is None


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=63, hours=1), "63 d"),
        (timedelta(hours=23), "0 d"),
        (timedelta(0), "0 d"),
        (-timedelta(seconds=1), "0 d"),
        (-timedelta(days=42), "-42 d"),
    ],
)
def test_an_expiry_is_shown_in_whole_days(left: timedelta, text: str) -> None:
    assert expiry_text(NOW + left, NOW) == text


def test_an_unknown_expiry_is_a_dash() -> None:
    assert expiry_text(None, NOW) == "-"


def test_all_but_complete_hosts_need_work() -> None:
    assert {status for status in Status if not needs_work(of_status(status))} == {Status.COMPLETE}
    assert not needs_work(HostState(Target(HOST)))


def test_a_written_repair_is_done() -> None:
    assert not needs_work(of_status(Status.REPAIRABLE), written=True)
    assert needs_work(of_status(Status.INVALID), written=True)


@pytest.mark.parametrize("by", SortBy)
@pytest.mark.parametrize("descending", [False, True])
def test_an_order_comes_back_from_its_word(by: SortBy, descending: bool) -> None:
    order = HostOrder(by, descending)
    assert read_order(order.text) == order


def test_the_usual_order_has_no_word_and_stands_for_unknown_ones() -> None:
    assert HostOrder().text == ""
    assert HostOrder(SortBy.EXPIRY, descending=True).text == "-expiry"
    assert [read_order(text) for text in ("", "input", "age", "--name")] == [HostOrder()] * 4
