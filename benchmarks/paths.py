"""Paths through a large pool, and through graphs that are made to be slow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from statistics import median
from typing import TypeVar

from cryptography import x509

from tui_chain.core.text import plural
from tui_chain.lab.authority import Authority, Template
from tui_chain.paths.search import Search, find_paths
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver

HOST = "www.example.test"
POOL = 10_000
NAMESAKES = 2_000
ROUNDS = 20

Row = tuple[str, str]
T = TypeVar("T")


def run() -> list[Row]:
    """Return the name and the figure of every measurement."""
    now = datetime.now(UTC)
    root = Authority.root("Benchmark Root", now=now)
    return [*_pool(root, now), *_namesakes(root, now), *_lattice(root, now)]


def _pool(root: Authority, now: datetime) -> list[Row]:
    """A tree of 10,000 CAs, ten under each; the path goes through the deepest."""
    tree = [root]
    for number in range(POOL - 1):
        tree.append(tree[number // 10].issue_ca(f"CA {number}"))
    leaf, anchors = _leaf(tree[-1]), _trust(root)
    pool = tuple(_cold(tree))
    first, cold = _timed(lambda: find_paths(leaf, pool, anchors, host=HOST, at=now))
    rounds = [_timed(lambda: find_paths(leaf, pool, anchors, host=HOST, at=now))[1] for _ in range(ROUNDS)]
    length = len(first.paths[0].certificates)
    return [
        (f"path of {length} certificates through {POOL:,}, first search", f"{cold * 1000:.1f} ms"),
        (f"path of {length} certificates through it, median of {ROUNDS}", f"{median(rounds) * 1000:.1f} ms"),
    ]


def _namesakes(root: Authority, now: datetime) -> list[Row]:
    """2,000 issuers of one name, without key identifiers, before the one that signed."""
    anonymous = Template(without=frozenset({x509.SubjectKeyIdentifier.oid}))
    others = [root.issue_ca("Namesake", anonymous) for _ in range(NAMESAKES)]
    issuer = root.issue_ca("Namesake")
    return [
        _hostile(f"{NAMESAKES:,} issuers of one name, one signed", issuer, [*others, issuer], root, now),
        _hostile(f"{NAMESAKES:,} issuers of one name, none signed", issuer, others, root, now),
    ]


def _lattice(root: Authority, now: datetime) -> list[Row]:
    """18 CAs one above the other with 40 certificates each: 40 to the power of 18 paths."""
    levels = [root]
    renewals: list[Authority] = []
    for level in range(18):
        levels.append(levels[-1].issue_ca(f"Level {level}"))
        renewals += [levels[-2].cross_sign(levels[-1]) for _ in range(40)]
    return [_hostile("40 certificates for each of 18 CAs", levels[-1], renewals, root, now)]


def _hostile(name: str, issuer: Authority, pool: Iterable[Authority], root: Authority, now: datetime) -> Row:
    prover, candidates, leaf = SignatureProver(), _cold(pool), _leaf(issuer)
    result, seconds = _timed(
        lambda: find_paths(leaf, candidates, _trust(root), host=HOST, at=now, prover=prover),
    )
    return name, f"{seconds * 1000:.0f} ms, {prover.checks} checks, {_outcome(result)}"


def _outcome(result: Search) -> str:
    found = plural(len(result.good), "good path")
    return f"{found}, cut {result.cut}" if result.cut else found


def _cold(authorities: Iterable[Authority]) -> list[Certificate]:
    """Certificates of which nothing was read yet."""
    return [Certificate(authority.der) for authority in authorities]


def _leaf(issuer: Authority) -> Certificate:
    return Certificate(issuer.issue_leaf([HOST]).der)


def _trust(root: Authority) -> TrustStore:
    return TrustStore("benchmark", (Certificate(root.der),))


def _timed(measured: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = measured()
    return result, time.perf_counter() - began
