"""Graphs made to be slow: the search ends inside its bounds, says so, and still finds the path that looks right.

The bounds are counts; time is only the far backstop, so that a slow machine says the same.
"""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from cryptography import x509

from tests.paths.graphs import HOST, NOW, SKI, ca, leaf, name, root, trust
from tui_chain.paths import budget
from tui_chain.paths.search import Search, find_paths
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver

ROOT = root()


def search(server: Certificate, candidates: list[Certificate], *anchors: Certificate) -> tuple[Search, int]:
    """Search with cold certificates, whose properties nobody has read yet, and count the signature checks."""
    prover, cold = SignatureProver(), [Certificate(one.der) for one in candidates]
    result = find_paths(server, cold, trust(*anchors), host=HOST, at=NOW, prover=prover)
    return result, prover.checks


@pytest.fixture(scope="module")
def namesakes() -> list[Certificate]:
    return [ca("Same", "Root", key=f"same {number}") for number in range(2000)]


@pytest.fixture(scope="module")
def anonymous() -> list[Certificate]:
    none = frozenset({SKI})
    return [ca("Same", "Root", key=f"same {number}", without=none) for number in range(2000)]


def test_2000_namesakes_hide_no_issuer(namesakes: list[Certificate]) -> None:
    issuer = ca("Same", "Root", key="real")
    result, checks = search(leaf("Same", signer="real"), [*namesakes, issuer], ROOT)
    assert [path.certificates[1] for path in result.good] == [issuer]
    assert result.cut == "after 250 signature checks"
    assert checks == budget.MAX_CHECKS


def test_nor_do_2000_without_a_key_identifier(anonymous: list[Certificate]) -> None:
    issuer = ca("Same", "Root", key="real")
    result, checks = search(leaf("Same", signer="real"), [*anonymous, issuer], ROOT)
    assert [path.certificates[1] for path in result.good] == [issuer]
    assert result.cut
    assert checks <= budget.MAX_CHECKS


def test_no_issuer_is_called_missing_that_may_be_among_the_untried(namesakes: list[Certificate]) -> None:
    result, checks = search(leaf("Same", signer="real"), namesakes, ROOT)
    assert result.cut == "after 250 signature checks"
    assert not result.missing
    assert not result.paths
    assert checks == budget.MAX_CHECKS


def test_2000_self_signed_namesakes_of_a_root() -> None:
    roots = [root("Root", key=f"root {number}", signer=f"root {number}") for number in range(2000)]
    result, checks = search(leaf("Issuing"), [ca("Issuing", "Root"), *roots], ROOT)
    assert [path.anchor for path in result.good] == [ROOT]
    assert checks <= budget.MAX_CHECKS


def test_a_lattice_of_renewals() -> None:
    """40 certificates for each of 18 CAs: 40 to the power of 18 paths."""
    levels = [f"Level {number}" for number in range(18)]
    above = ["Root", *levels]
    lattice = [ca(one, up, serial=copy + 1) for one, up in zip(levels, above, strict=False) for copy in range(40)]
    result, checks = search(leaf(levels[-1]), lattice, ROOT)
    assert result.best is not None
    assert result.best.good
    assert len(result.best.certificates) == 20
    assert result.cut
    assert checks <= budget.MAX_CHECKS


def test_a_lattice_of_cross_signs() -> None:
    """10 CAs on each of 8 levels, each certified by all 10 above."""
    lattice = [
        ca(f"{level}.{low}", f"{level - 1}.{high}" if level else "Root", serial=high + 1)
        for level in range(8)
        for low in range(10)
        for high in range(10)
    ]
    result, checks = search(leaf("7.0"), lattice, ROOT)
    assert len(result.good) == 64
    assert result.cut
    assert checks <= budget.MAX_CHECKS


def test_a_long_chain_to_nowhere_does_not_starve_the_short_one() -> None:
    long = [ca(f"Long {number}", f"Long {number + 1}") for number in range(300)]
    trap, issuer = ca("Issuing", "Long 0"), ca("Issuing", "Middle")
    result, checks = search(leaf("Issuing"), [trap, *long, issuer, ca("Middle", "Root")], ROOT)
    assert [path.certificates[1] for path in result.good] == [issuer]
    assert checks <= budget.MAX_CHECKS


def test_a_path_may_not_be_longer_than_20() -> None:
    names = ["Root", *(f"Level {number}" for number in range(19))]
    chain = [ca(low, high) for high, low in pairwise(names)]
    fits, _ = search(leaf("Level 17"), chain, ROOT)
    assert [len(path.certificates) for path in fits.paths] == [20]
    assert fits.cut is None
    too_long, _ = search(leaf("Level 18"), chain, ROOT)
    assert not too_long.paths
    assert too_long.cut == "at paths of 20 certificates"


def test_dead_branches_cost_no_paths() -> None:
    """A lattice that leads nowhere beside one path: nothing is enumerated in it."""
    lattice = [
        ca(f"D{level}", f"D{level + 1}" if level < 9 else "Nowhere", serial=copy + 1)
        for level in range(10)
        for copy in range(12)
    ]
    issuer = ca("Issuing", "Root")
    result, _ = search(leaf("Issuing"), [ca("Issuing", "D0"), *lattice, issuer], ROOT)
    assert [path.certificates for path in result.paths] == [(leaf("Issuing"), issuer, ROOT)]
    assert result.cut is None
    assert {missing.subject for missing in result.missing} == {"CN=Nowhere"}


def test_a_lattice_that_breaks_a_rule_only_as_a_whole() -> None:
    """The root allows 3 CAs below it: none of 10 to the power of 9 partial paths shows that it will be too long."""
    lattice = [
        ca(f"L{level}", f"L{level + 1}" if level < 8 else "Root", serial=copy + 1)
        for level in range(9)
        for copy in range(10)
    ]
    result, _ = search(leaf("L0"), lattice, root(path_length=3))
    assert result.cut
    assert result.best is not None
    assert {problem.code for problem in result.best.problems} == {"path-length"}


def test_the_best_of_very_many_bad_paths_comes_first() -> None:
    levels = [f"Level {number}" for number in range(6)]
    above = ["Root", *levels]
    lattice = [
        ca(one, up, serial=copy + 1, days=(-20, -1) if copy else (-20, 30))
        for one, up in zip(levels, above, strict=False)
        for copy in range(8)
    ]
    result, _ = search(leaf(levels[-1]), lattice[::-1], ROOT)
    assert [len(path.problems) for path in result.paths[:3]] == [0, 1, 1]


def test_very_many_names_and_constraints_end_a_search() -> None:
    """1,000 names below 1,000 subtrees on each of 120 CAs: too many to compare."""
    bases = [x509.DirectoryName(name(f"O=Base {number}")) for number in range(1000)]
    names = [x509.DirectoryName(name(f"O=Name {number}")) for number in range(1000)]
    excluding = ((x509.NameConstraints(None, bases), True),)
    server = leaf("Level 0", names=(), extra=((x509.SubjectAlternativeName([x509.DNSName(HOST), *names]), False),))
    lattice = [
        ca(f"Level {level}", f"Level {level + 1}" if level < 5 else "Root", serial=copy + 1, extra=excluding)
        for level in range(6)
        for copy in range(20)
    ]
    result, _ = search(server, lattice, ROOT)
    assert result.cut == f"after {budget.MAX_COMPARISONS} comparisons of names"


def test_the_backstop_ends_a_search_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 1_000_000, 15))
    monkeypatch.setattr(time, "thread_time", lambda: float(next(ticks)))
    result = find_paths(leaf("Issuing"), [ca("Issuing", "Root")], trust(ROOT), host=HOST, at=NOW)
    assert result.cut == "after 20 seconds of work"
    assert not result.missing


@pytest.mark.parametrize("clock", ["time", "monotonic", "perf_counter"])
def test_a_clock_that_runs_ahead_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, namesakes: list[Certificate], clock: str
) -> None:
    """A machine under load does little between two looks at the clock."""
    server, before = leaf("Same", signer="real"), search(leaf("Same", signer="real"), namesakes, ROOT)[0]
    ticks = iter(range(0, 10**9, 1000))
    monkeypatch.setattr(time, clock, lambda: float(next(ticks)))
    assert search(server, namesakes, ROOT)[0] == before


def test_steps_end_a_search(monkeypatch: pytest.MonkeyPatch, namesakes: list[Certificate]) -> None:
    monkeypatch.setattr(budget, "MAX_STEPS", 100)
    result, _ = search(leaf("Same", signer="real"), namesakes, ROOT)
    assert result.cut == "after 100 steps"
    assert not result.missing
