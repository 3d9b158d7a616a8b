"""Real alternatives: their order, their words, and that the user's choice decides."""

from __future__ import annotations

import pytest

from tests.support.chains import HOST, NOW, resolution_of, served_by, store_of, views
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import Authority, Identity, Template, days
from tui_chain.repair.alternatives import Alternative, alternatives
from tui_chain.repair.candidates import Gap, PathEnd, gaps
from tui_chain.repair.path_choice import ANY, PathChoice, digests
from tui_chain.repair.repair import Repair, build_repair
from tui_chain.resolve.resolution import IssuerLookup, Resolution
from tui_chain.trust.store import TrustStore
from tui_chain.x509.signatures import Proof, SignatureProver

R1, R2, PRIVATE = (Authority.root(f"Root {name}", now=NOW) for name in ("One", "Two", "Private"))
CA = R1.issue_ca("Crossed")
CROSS = R2.cross_sign(CA, Template(validity=days(-90, 20)))
UNTRUSTED = PRIVATE.cross_sign(CA)
NAMESAKE = Authority.root("Crossed", now=NOW)
LEAF = CA.issue_leaf([HOST])
TRUST = store_of(R1, R2)
SERVED = served_by(LEAF)
LEAF_VIEW, CA_VIEW, CROSS_VIEW = views(LEAF, CA, CROSS)


def found(*identities: Identity, trust: TrustStore = TRUST) -> Resolution:
    base = resolution_of(trust, SERVED, *identities)
    came = views(*identities)
    tried = IssuerLookup("files", "1 file", LEAF_VIEW.sha256, "they came", came, Proof.SIGNED)
    return Resolution(base.diagnosis, (tried,), came, base.sources)


def ways(resolution: Resolution, choice: PathChoice = ANY) -> tuple[Alternative, ...]:
    return alternatives(SERVED, resolution, at=NOW, choice=choice)


def gap(resolution: Resolution, choice: PathChoice = ANY) -> Gap:
    (only,) = gaps(SERVED, resolution, ways(resolution, choice), at=NOW, prover=SignatureProver(), choice=choice)
    return only


def test_the_first_alternative_is_what_the_repair_takes_by_itself() -> None:
    resolution = found(CROSS, CA)
    first, second = ways(resolution)
    repair = build_repair(SERVED, resolution, at=NOW)
    assert isinstance(repair, Repair)
    assert repair.path == first.path
    assert (first.chosen, second.chosen) == (True, False)
    assert first.path.certificates == (LEAF_VIEW, *views(CA, R1))
    assert second.path.certificates == (LEAF_VIEW, *views(CROSS, R2))
    assert "it is valid longer, until 2026-12-23" in first.why
    assert second.why.startswith("Another path is better: ")
    assert first.sources[1] == "file test"
    assert all(verdict.ok for way in (first, second) for verdict in way.verdicts.values())


def test_a_chosen_path_is_taken_and_a_second_press_takes_it_back() -> None:
    resolution = found(CROSS, CA)
    second = ways(resolution)[1]
    choice = ANY.with_path(second.path)
    assert [way.chosen for way in ways(resolution, choice)] == [False, True]
    repair = build_repair(SERVED, resolution, at=NOW, choice=choice)
    assert isinstance(repair, Repair)
    assert repair.path == second.path
    assert not choice.with_path(None)


def test_a_chosen_candidate_binds_the_path() -> None:
    resolution = found(CROSS, CA)
    choice = ANY.with_link(LEAF_VIEW.sha256, CROSS_VIEW.sha256)
    repair = build_repair(SERVED, resolution, at=NOW, choice=choice)
    assert isinstance(repair, Repair)
    assert repair.path.certificates[1] == CROSS_VIEW
    chosen = {one.certificate: one.chosen for one in gap(resolution, choice).candidates}
    assert chosen == {CROSS_VIEW: True, CA_VIEW: False}
    assert choice.with_link(LEAF_VIEW.sha256, CROSS_VIEW.sha256) == ANY
    other = choice.with_link(LEAF_VIEW.sha256, CA_VIEW.sha256)
    assert other.links == {(LEAF_VIEW.sha256, CA_VIEW.sha256)}


@pytest.mark.parametrize("identity", [UNTRUSTED, NAMESAKE], ids=["untrusted", "namesake"])
def test_choosing_what_leads_nowhere_is_refused_and_never_trusted(identity: Identity) -> None:
    resolution = found(CA, UNTRUSTED, PRIVATE, NAMESAKE)
    (view,) = views(identity)
    repair = build_repair(SERVED, resolution, at=NOW, choice=ANY.with_link(LEAF_VIEW.sha256, view.sha256))
    assert isinstance(repair, Failure)
    assert repair.kind == "choice"


def test_each_candidate_says_where_it_leads() -> None:
    resolution = found(NAMESAKE, UNTRUSTED, PRIVATE, CA, CROSS)
    candidates = gap(resolution).candidates
    ends = {one.certificate: (one.proof, one.end, one.trail[-1:]) for one in candidates}
    private, namesake = views(PRIVATE, NAMESAKE)
    untrusted = views(UNTRUSTED)[0]
    assert ends == {
        CA_VIEW: (Proof.SIGNED, PathEnd.TRUSTED, views(R1)),
        CROSS_VIEW: (Proof.SIGNED, PathEnd.TRUSTED, views(R2)),
        untrusted: (Proof.SIGNED, PathEnd.UNTRUSTED, (private,)),
        private: (Proof.NOT_SIGNED, PathEnd.NOTHING, ()),
        namesake: (Proof.NOT_SIGNED, PathEnd.NOTHING, ()),
    }
    order = [one.end for one in candidates]
    assert order == [PathEnd.TRUSTED, PathEnd.TRUSTED, PathEnd.UNTRUSTED, PathEnd.NOTHING, PathEnd.NOTHING]
    assert candidates[0].trail == (LEAF_VIEW, *views(CA, R1))
    assert candidates[2].trail == (LEAF_VIEW, untrusted, private)
    assert candidates[2].verdicts == {}
    assert "root that the trust store lacks" in candidates[2].why
    assert all(one.why.endswith((".", ";")) for one in candidates)


def test_a_candidate_whose_own_issuer_is_missing_names_it() -> None:
    (only,) = gap(found(CA, trust=store_of(R2))).candidates
    assert (only.end, only.trail[-1].issuer) == (PathEnd.MISSING, views(R1)[0].subject)


def test_between_paths_that_end_on_one_day_the_shorter_is_said_to_be_so() -> None:
    """The leaf's end is the end of both; hours between them would be no reason that a person can see."""
    longer = R2.cross_sign(R1, Template(validity=days(-90, 400)))
    assert ways(
        found(CA, longer),
    )[0].why.startswith("It is the first of 2 paths: it is shorter, 3 certificates to 4; ")


def test_hours_are_no_longer_validity() -> None:
    later, sooner = (R1.cross_sign(CA, Template(validity=days(-90, end))) for end in (20.4, 20.2))
    first, second = ways(found(later, sooner))
    assert first.until.date() == second.until.date()
    assert first.until != second.until
    reason = "its root or its intermediates serve more clients, or were found nearer"
    assert reason in first.why
    assert reason in second.why


def test_a_shorter_way_of_fewer_clients_comes_after() -> None:
    """The only path is said to be that, with who accepts it."""
    (only,) = ways(found(CA))
    assert only.why.startswith(
        "It is the only path to a trust anchor; all 9 client families accept it; host.test expires first, on "
    )


def test_a_path_that_breaks_a_rule_comes_last_and_says_which() -> None:
    expired = R2.cross_sign(CA, Template(validity=days(-90, -1)))
    first, last = ways(found(expired, CA))
    assert (first.usable, last.usable) == (True, False)
    assert "more client families accept it" in first.why
    assert "expired" in last.why


def test_a_choice_binds_only_paths_with_its_certificate() -> None:
    (path,) = (way.path for way in ways(found(CA)))
    assert PathChoice(frozenset({("00", "11")})).allows(path)
    assert not PathChoice(path=("00",)).allows(path)
    assert PathChoice(path=digests(path)).allows(path)
    assert not ANY
    assert ANY.allows(path)
