"""Who issued which certificate: the graph above a leaf, each link proven by a signature."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, cycle
from typing import NamedTuple

from tui_chain.paths.budget import Budget
from tui_chain.paths.index import CertificateIndex, Chain
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.names import CanonicalName
from tui_chain.x509.signatures import Proof


@dataclass(frozen=True, eq=False)
class Issuer:
    """One name with one key, and all certificates for it: what one of them signed, each of them issued.

    `broken` is how many of the plainest rules the best of them breaks, `place` how far back the first one stands.
    """

    certificates: Chain
    key_ids: frozenset[str | None]
    broken: int
    place: int

    def holds(self, certificate: Certificate) -> bool:
        """Tell whether a certificate is for this name and key."""
        first = self.certificates[0]
        same_key = certificate.key_bytes is not None and certificate.key_bytes == first.key_bytes
        return same_key and certificate.subject_name == first.subject_name


class Promise(NamedTuple):
    """How little a link promises, the least first: rules broken, identifiers that differ, length, place."""

    broken: int
    doubt: int
    length: int
    place: int

    def then(self, other: Promise) -> Promise:
        """Return the promise of one link after another."""
        return Promise(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(eq=False)
class Links:
    """What was reached from a leaf; all but `reached` go by SHA-256 of the child.

    `issuers` are proven by signature, `undecided` carry the issuer's name but cannot be checked. `open` are the
    children of which some namesake was not tried, since a bound was met. `roots` sign themselves.
    """

    reached: dict[str, Certificate] = field(default_factory=dict)
    issuers: defaultdict[str, list[Issuer]] = field(default_factory=lambda: defaultdict(list))
    undecided: defaultdict[str, list[Certificate]] = field(default_factory=lambda: defaultdict(list))
    open: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    _below: dict[str, Certificate] = field(default_factory=dict)

    def reach(self, certificate: Certificate, below: Certificate | None) -> bool:
        """Note the first path to a certificate; False where it is known already."""
        if certificate.sha256 in self.reached:
            return False
        self.reached[certificate.sha256] = certificate
        if below is not None:
            self._below[certificate.sha256] = below
        return True

    def trail(self, certificate: Certificate) -> Chain:
        """Return the path by which a certificate was reached first, leaf first."""
        trail = [certificate]
        while trail[-1].sha256 in self._below:
            trail.append(self._below[trail[-1].sha256])
        return tuple(reversed(trail))

    def children(self) -> dict[Issuer, list[Certificate]]:
        """Return the proven links the other way round: which reached certificates an issuer signed."""
        children: dict[Issuer, list[Certificate]] = {}
        for child, issuers in self.issuers.items():
            for issuer in issuers:
                children.setdefault(issuer, []).append(self.reached[child])
        return children

    def leading_to(self, ends: Iterable[str]) -> set[str]:
        """Return the certificates from which one of `ends` can be reached, these included."""
        children = self.children()
        holders = {one.sha256: issuer for issuer in children for one in issuer.certificates}
        found = set(ends)
        waiting = deque(found)
        while waiting:
            issuer = holders.get(waiting.popleft())
            below = {child.sha256 for child in children.pop(issuer, ())} if issuer else set()
            waiting.extend(below - found)
            found |= below
        return found


class QueuedLink(NamedTuple):
    """A link to be proven, the most promising first."""

    order: Promise
    ticket: int
    promise: Promise
    child: Certificate
    issuer: Issuer


@dataclass(eq=False)
class LinkQueue:
    """Takes in turn the most promising link of the shortest trail and that of the longest.

    Breadth alone starves in a lattice of cross-signs, where all trails promise the same; depth alone in a long
    chain that leads nowhere. Half of the signature checks for each finds what either would.
    """

    _heaps: tuple[list[QueuedLink], list[QueuedLink]] = field(default_factory=lambda: ([], []))
    _waiting: set[int] = field(default_factory=set)
    _ticket: Iterator[int] = field(default_factory=count)
    _turn: Iterator[int] = field(default_factory=lambda: cycle((0, 1)))

    def push(self, promise: Promise, child: Certificate, issuer: Issuer) -> None:
        """Add a link, to be taken once."""
        ticket = next(self._ticket)
        self._waiting.add(ticket)
        deepest = promise._replace(length=-promise.length)
        for heap, order in zip(self._heaps, (promise, deepest), strict=True):
            heapq.heappush(heap, QueuedLink(order, ticket, promise, child, issuer))

    def pop(self) -> QueuedLink:
        """Take the next link; raises IndexError where none is left."""
        heap = self._heaps[next(self._turn)]
        while (one := heapq.heappop(heap)).ticket not in self._waiting:
            pass
        self._waiting.remove(one.ticket)
        return one

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def children(self) -> set[str]:
        """Return the SHA-256 of every certificate that waits for a try."""
        return {one.child.sha256 for one in self._heaps[0] if one.ticket in self._waiting}


@dataclass(eq=False)
class LinkFinder:
    """Proves links, each child and issuer once, whatever leads to the child.

    A certificate that signs itself is followed no further: whoever has its name and key leads where it leads.
    """

    index: CertificateIndex
    anchors: TrustStore
    at: datetime
    budget: Budget
    _links: Links = field(default_factory=Links)
    _named: dict[CanonicalName, tuple[Issuer, ...]] = field(default_factory=dict)
    _queue: LinkQueue = field(default_factory=LinkQueue)

    def find(self, leaf: Certificate) -> Links:
        """Return every proven link above `leaf` within the budget."""
        self._links.reach(leaf, None)
        self._expand(leaf, Promise(0, 0, 0, 0))
        while self._queue and self.budget.step():
            one = self._queue.pop()
            self._try(one.promise, one.child, one.issuer)
        self._links.open |= self._queue.children()
        return self._links

    def _try(self, promise: Promise, child: Certificate, issuer: Issuer) -> None:
        proof = self.budget.proof(child, issuer.certificates[0])
        if proof is None:
            self._links.open.add(child.sha256)
        elif proof is Proof.UNKNOWN:
            self._links.undecided[child.sha256] += (one for one in issuer.certificates if one != child)
        elif proof is Proof.SIGNED:
            self._links.issuers[child.sha256].append(issuer)
            for certificate in issuer.certificates:
                if self._links.reach(certificate, child):
                    self._expand(certificate, promise)

    def _expand(self, child: Certificate, so_far: Promise) -> None:
        if child.issuer_name is None or self._is_root(child):
            return
        for issuer in self._issuers_named(child.issuer_name):
            if not self.budget.step():
                self._links.open.add(child.sha256)
                return
            promise = so_far.then(_promise(child, issuer))
            self._queue.push(promise, child, issuer)

    def _is_root(self, certificate: Certificate) -> bool:
        if not certificate.self_issued:
            return False
        proof = self.budget.proof(certificate, certificate)
        if proof is None:
            self._links.open.add(certificate.sha256)
        elif proof is Proof.SIGNED:
            self._links.roots.add(certificate.sha256)
        elif proof is Proof.UNKNOWN:
            self._links.undecided[certificate.sha256].append(certificate)
        return proof is Proof.SIGNED

    def _issuers_named(self, name: CanonicalName) -> tuple[Issuer, ...]:
        if name not in self._named:
            holders: defaultdict[bytes | None, dict[str, Certificate]] = defaultdict(dict)
            for certificate in (*self.anchors.index.get(name, ()), *self.index.named(name)):
                if not self.budget.step():
                    break
                holders[certificate.key_bytes][certificate.sha256] = certificate
            self._named[name] = tuple(self._issuer(tuple(held.values())) for held in holders.values())
        return self._named[name]

    def _issuer(self, certificates: Chain) -> Issuer:
        broken = min((not one.valid_at(self.at)) + (not one.is_ca) for one in certificates)
        place = min(place_of(one, self.anchors, self.index) for one in certificates)
        return Issuer(certificates, frozenset(one.key_id for one in certificates), broken, place)


def _promise(child: Certificate, issuer: Issuer) -> Promise:
    """A key identifier that fits promises more than none, and none more than another."""
    wanted = child.authority_key_id
    fits = 0 if wanted in issuer.key_ids and wanted is not None else 2
    unknown = wanted is None or None in issuer.key_ids
    return Promise(issuer.broken, 1 if fits and unknown else fits, 1, issuer.place)


def place_of(certificate: Certificate, anchors: TrustStore, index: CertificateIndex) -> int:
    """Return how little a certificate is preferred: an anchor is 0, the first candidate 1."""
    return 0 if certificate in anchors else 1 + (index.place(certificate) or 0)
