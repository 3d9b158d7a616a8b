"""Random graphs of up to 12 CAs: the search finds what brute force finds, and says of it what the graph declares."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random
from unittest.mock import patch

import pytest
from cryptography import x509
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.paths.graphs import (
    AKI,
    BASIC,
    CLIENT,
    HOST,
    KEY_USAGE,
    NOW,
    SERVER,
    SKI,
    Flaw,
    Spec,
    build,
    general,
    trust,
    usage,
)
from tests.paths.oracle import UNKNOWN, Graph, Way, entity, problems
from tui_chain.paths import search as routes
from tui_chain.paths.search import Path, Search, find_paths
from tui_chain.x509.signatures import SignatureProver

FLAWS: tuple[Flaw, ...] = (
    {"days": (-20, -1)},
    {"days": (5, 30)},
    {"days": (-5, 3)},
    {"uses": (CLIENT,)},
    {"uses": (CLIENT, SERVER)},
    {"without": frozenset({AKI})},
    {"without": frozenset({SKI})},
    {"without": frozenset({BASIC})},
    {"without": frozenset({KEY_USAGE})},
    {"path_length": 0},
    {"path_length": 1},
    {"extra": ((usage("crl_sign"), True),)},
    {"extra": ((UNKNOWN, True),)},
    {"extra": ((x509.AuthorityKeyIdentifier(b"another", None, None), False),)},
    {"extra": ((x509.NameConstraints([general("example.test")], None), True),)},
    {"extra": ((x509.NameConstraints([general("other.test")], None), True),)},
    {"extra": ((x509.NameConstraints(None, [general(HOST)]), True),)},
)
LEAF_FLAWS: tuple[Flaw, ...] = ({},) * 24 + (*(flaw for flaw in FLAWS if "path_length" not in flaw),)


def certified(subject: tuple[str, str], issuer: tuple[str, str], flaw: Flaw) -> Spec:
    """A certificate for one name and key by another."""
    return replace(Spec(subject[0], issuer[0], key=subject[1], signer=issuer[1]), **flaw)


@st.composite
def entities(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Names and keys of up to 12 CAs; some share a name, some a key."""
    number = draw(st.integers(1, 12))
    names = [draw(st.sampled_from([f"CA {place}"] * 4 + ["CA 0", "CA 1"])) for place in range(number)]
    return [(name, f"key {draw(st.sampled_from([place] * 5 + [0]))}") for place, name in enumerate(names)]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A tree of CAs under one root, with cross-signs, decoys and renewals between any two; one in four has a flaw."""
    cas = draw(entities())
    flaws: st.SearchStrategy[Flaw] = st.one_of(st.just({}), st.just({}), st.just({}), st.sampled_from(FLAWS))
    tree = [certified(cas[0], draw(st.sampled_from([*cas[:1] * 5, cas[-1]])), draw(flaws))]
    tree += [certified(ca, draw(st.sampled_from(cas[:place])), draw(flaws)) for place, ca in enumerate(cas) if place]
    across = st.builds(certified, st.sampled_from(cas), st.sampled_from(cas), flaws)
    specs = list(dict.fromkeys((*tree, *draw(st.lists(across, max_size=14)))))
    above = draw(st.sampled_from([*cas[-3:], *cas]))
    leaf = replace(Spec("leaf", above[0], signer=above[1], ca=False), **draw(st.sampled_from(LEAF_FLAWS)))
    anchors = {*draw(st.lists(st.sampled_from(specs), max_size=2)), *draw(st.sampled_from([[], tree[:1], tree[:1]]))}
    absent = set(draw(st.lists(st.sampled_from(specs), max_size=3)))
    candidates = draw(st.permutations([one for one in specs if one not in absent]))
    return Graph(leaf, tuple(candidates), tuple(one for one in specs if one in anchors))


def search(graph: Graph) -> Search:
    candidates = [build(spec) for spec in graph.candidates]
    anchors = trust(*(build(spec) for spec in graph.anchors))
    return find_paths(build(graph.leaf), candidates, anchors, host=HOST, at=NOW)


def fingerprints(way: Way) -> tuple[str, ...]:
    return tuple(build(spec).sha256 for spec in way)


def judged(path: Path) -> Counter[tuple[str, str]]:
    return Counter((problem.code, problem.certificate.sha256) for problem in path.problems)


def worth(path: Path) -> tuple[int, float]:
    """By what paths are chosen first: the rules it breaks, and until when it is good."""
    return len(path.problems), -min(one.not_after.timestamp() for one in path.certificates if one.not_after)


def worths(graph: Graph) -> list[tuple[int, float]]:
    """The same of every path there is, the best first."""
    ends = {way: min((NOW + timedelta(days=spec.days[1])).timestamp() for spec in way) for way in graph.ways()}
    return sorted((sum(problems(way).values()), -end) for way, end in ends.items())


@settings(max_examples=400, deadline=None)
@given(graphs())
def test_search_and_brute_force_agree(graph: Graph) -> None:
    ways = {fingerprints(way): problems(way) for way in graph.ways()}
    result = search(graph)
    found = {tuple(one.sha256 for one in path.certificates): judged(path) for path in result.paths}
    event(f"{min(len(ways), 8)} paths")
    assert len(found) == len(result.paths), "no path twice"
    if len(ways) > 64:
        assert result.cut == "after 64 paths"
        assert found.items() <= ways.items()
        assert [worth(path) for path in result.paths] == worths(graph)[:64]
    else:
        assert result.cut is None
        assert found == ways


@st.composite
def dated_graphs(draw: st.DrawFn) -> Graph:
    """A graph whose certificates end at different times, some before the leaf."""
    graph = draw(graphs())
    ends = {one: draw(st.sampled_from([1, 2, 5, 30, 90])) for one in graph.everything}
    dated = {one: replace(one, days=(-10, days)) for one, days in ends.items()}
    return replace(
        graph,
        candidates=tuple(dated[one] for one in graph.candidates),
        anchors=tuple(dated[one] for one in graph.anchors),
    )


@pytest.mark.parametrize("most", [1, 3])
@settings(max_examples=200, deadline=None)
@given(graph=dated_graphs())
def test_of_many_paths_the_best_are_kept(most: int, graph: Graph) -> None:
    with patch.object(routes, "MAX_PATHS", most):
        result = search(graph)
    every = worths(graph)
    event(f"{min(len(every), 8)} paths")
    assert [worth(path) for path in result.paths] == every[:most]
    assert (result.cut is None) == (len(every) <= most)


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_every_dead_end_is_named(graph: Graph) -> None:
    result = search(graph)
    wanting = {build(spec).sha256 for spec in graph.wanting()}
    assert {missing.wanted_by.sha256 for missing in result.missing} == wanting
    assert {trail[-1].sha256 for trail in result.untrusted} == {build(spec).sha256 for spec in graph.untrusted()}
    assert not any(missing.undecided for missing in result.missing)
    circling = {build(spec).sha256 for spec in graph.circling()}
    assert {one.sha256 for trail in result.circles for one in trail[-1:]} <= circling
    assert bool(result.circles) == bool(circling)


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_trails_are_proven(graph: Graph) -> None:
    result = search(graph)
    trails = [*result.untrusted, *result.circles, *(missing.trail for missing in result.missing)]
    trails += [path.certificates for path in result.paths]
    prover = SignatureProver()
    for trail in trails:
        assert trail[0] == build(graph.leaf)
        assert all(prover.signed(child, issuer) for child, issuer in pairwise(trail))


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_the_order_is_that_of_use(graph: Graph) -> None:
    paths = search(graph).paths
    keys = []
    for path in paths:
        ends = [one.not_after for one in path.certificates if one.not_after]
        keys.append((len(path.problems), -min(ends).timestamp()))
    assert keys == sorted(keys)
    assert not any(path.good for path in paths[len([path for path in paths if path.good]) :])


@settings(max_examples=100, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_candidates_changes_no_path(graph: Graph, random: Random) -> None:
    shuffled = list(graph.candidates)
    random.shuffle(shuffled)
    one, other = search(graph), search(replace(graph, candidates=tuple(shuffled)))
    if one.cut is None:
        assert {path.certificates for path in one.paths} == {path.certificates for path in other.paths}


def test_the_oracle_knows_a_cross_sign() -> None:
    leaf = Spec("leaf", "B", ca=False)
    graph = Graph(leaf, (Spec("B", "A"), Spec("B", "C"), Spec("A", "C")), (Spec("A", "A"), Spec("C", "C")))
    ways = {tuple(entity(one)[0] for one in way) for way in graph.ways()}
    assert ways == {("leaf", "B", "A"), ("leaf", "B", "A", "C"), ("leaf", "B", "C")}
