"""All certification paths from a leaf to any trust anchor, best first, within bounds."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import NamedTuple

from tui_chain.paths.budget import Budget
from tui_chain.paths.checks import PathChecker, PathProblem
from tui_chain.paths.index import CertificateIndex, Chain
from tui_chain.paths.links import Issuer, LinkFinder, Links, place_of
from tui_chain.paths.strict import clients_lost
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver

MAX_LENGTH = 20
"""Certificates in a path."""
MAX_PATHS = 64
"""Paths that one search returns."""


class Cost(NamedTuple):
    """What a path costs, the gravest first: rules broken, end of validity, certificates, places in the preference.

    `early` is by how many seconds a path ends before its leaf does.
    """

    problems: int
    early: float
    length: int
    place: int

    def plus(self, other: Cost) -> Cost:
        """Return the cost of one path after another, which ends as soon as one of them does."""
        early = max(self.early, other.early)
        return Cost(self.problems + other.problems, early, self.length + other.length, self.place + other.place)


NOTHING = Cost(0, 0.0, 0, 0)


class Option(NamedTuple):
    """A certificate that may come next: what it and all above it cost at least, and of that what is above it.

    Where the path `ended` with it, nothing is above it.
    """

    at_least: Cost
    rest: Cost
    ended: bool
    certificate: Certificate


class PartialPath(NamedTuple):
    """A path under construction, in the order of the queue: the cheapest first, then the one nearest to its end.

    `cost` is that of `chain` alone. One with `options` waits to be continued by the one at `place`, then the next.
    """

    at_least: Cost
    to_come: int
    ticket: int
    chain: Chain
    cost: Cost
    ended: bool = False
    options: tuple[Option, ...] = ()
    place: int = 0


@dataclass(eq=False)
class PathFinder:
    """An A* search: what the rest of a path costs at least is known beforehand, so that dead ends cost nothing.

    However many paths a graph has, the best one comes out after three times as many steps as it is long, if each
    rule that it could break depends on one certificate; path lengths and key identifiers need the whole path. Paths
    come in the order of their problems and their end; of those that end alike before the leaf, a longer one may come
    first.
    """

    links: Links
    anchors: TrustStore
    index: CertificateIndex
    checker: PathChecker
    budget: Budget
    _options: Mapping[Issuer, tuple[Option, ...]] = field(default_factory=dict)
    _queue: list[PartialPath] = field(default_factory=list)
    _ticket: Iterator[int] = field(default_factory=count)

    def find(self, leaf: Certificate) -> Iterator[Chain]:
        """Yield paths from `leaf` to anchors until a bound is met: fewest problems, good for longest, shortest."""
        self._options = OptionFinder(self.links, self.anchors, self.index, self.checker, self.budget).find()
        if leaf in self.anchors:
            self._push(PartialPath(NOTHING, 0, 0, (leaf,), NOTHING, ended=True))
        self._go_on((leaf,), NOTHING)
        for found, path in enumerate(self._ended()):
            if found == MAX_PATHS:
                return self.budget.stop(f"after {MAX_PATHS} paths")
            yield path.chain
        return None

    def _ended(self) -> Iterator[PartialPath]:
        """Yield paths that have come to an anchor; out of budget, those that came there out of turn."""
        while self._queue and self.budget.step(self.checker.comparisons):
            path = heapq.heappop(self._queue)
            if path.ended:
                yield path
            elif path.options:
                self._continue(path)
            else:
                self._go_on(path.chain, path.cost)
        yield from sorted(path for path in self._queue if path.ended)

    def _push(self, path: PartialPath) -> None:
        heapq.heappush(self._queue, path._replace(ticket=next(self._ticket)))

    def _go_on(self, chain: Chain, cost: Cost) -> None:
        """Queue the paths that go on from `chain`, one for each issuer."""
        for issuer in self.links.issuers[chain[-1].sha256]:
            options = self._options.get(issuer, ())
            # A name and key need not be in a path twice: without the detour it is shorter and breaks no more.
            if options and not any(map(issuer.holds, chain[1:])):
                if len(chain) == MAX_LENGTH:
                    return self.budget.stop(f"at paths of {MAX_LENGTH} certificates")
                self._wait(chain, cost, options, 0)
        return None

    def _wait(self, chain: Chain, cost: Cost, options: tuple[Option, ...], place: int) -> None:
        if place < len(options):
            onward = NOTHING._replace(problems=len(self.checker.onward_problems(chain[-1])))
            at_least = cost.plus(onward).plus(options[place].at_least)
            self._push(PartialPath(at_least, options[place].at_least.length, 0, chain, cost, False, options, place))

    def _continue(self, path: PartialPath) -> None:
        """Continue by one option, counting the problems that only the whole path shows; the next one waits."""
        self._wait(path.chain, path.cost, path.options, path.place + 1)
        option = path.options[path.place]
        if option.certificate == path.chain[0]:
            return
        problems = len(self.checker.link_problems(path.chain, option.certificate))
        place = place_of(option.certificate, self.anchors, self.index)
        cost = path.cost.plus(Cost(problems, self.checker.early(option.certificate), 1, place))
        chain = (*path.chain, option.certificate)
        self._push(PartialPath(cost.plus(option.rest), option.rest.length, 0, chain, cost, option.ended))


@dataclass(eq=False)
class OptionFinder:
    """Measures the rest of every path, from the anchors down (Dijkstra), each certificate once."""

    links: Links
    anchors: TrustStore
    index: CertificateIndex
    checker: PathChecker
    budget: Budget
    _rest: dict[str, Cost] = field(default_factory=dict)
    _queue: list[tuple[Cost, int, Issuer]] = field(default_factory=list)
    _ticket: Iterator[int] = field(default_factory=count)

    def find(self) -> dict[Issuer, tuple[Option, ...]]:
        """Return for each issuer from which an anchor can be reached its certificates, the cheapest first."""
        children = self.links.children()
        holders = {one.sha256: issuer for issuer in children for one in issuer.certificates}
        for sha256, issuer in holders.items():
            if self.links.reached[sha256] in self.anchors:
                self._queue_up(self._own(self.links.reached[sha256]), issuer)
        while self._queue and self.budget.step(self.checker.comparisons):
            cost, _, issuer = heapq.heappop(self._queue)
            for child in children.pop(issuer, ()):
                self._measure(child, cost, holders.get(child.sha256))
        return {issuer: options for issuer in set(holders.values()) if (options := self._options(issuer))}

    def _measure(self, child: Certificate, above: Cost, holder: Issuer | None) -> None:
        if child.sha256 not in self._rest and self.budget.step(self.checker.comparisons):
            rest = above.plus(NOTHING._replace(problems=len(self.checker.onward_problems(child))))
            self._rest[child.sha256] = rest
            if holder is not None:
                self._queue_up(rest.plus(self._own(child)), holder)

    def _queue_up(self, cost: Cost, issuer: Issuer) -> None:
        heapq.heappush(self._queue, (cost, next(self._ticket), issuer))

    def _own(self, certificate: Certificate) -> Cost:
        place = place_of(certificate, self.anchors, self.index)
        return Cost(self.checker.fewest_problems(certificate), self.checker.early(certificate), 1, place)

    def _options(self, issuer: Issuer) -> tuple[Option, ...]:
        found = [option for one in issuer.certificates for option in self._options_by(one)]
        return tuple(sorted(found, key=lambda option: option.at_least))

    def _options_by(self, certificate: Certificate) -> Iterator[Option]:
        rest = self._rest.get(certificate.sha256)
        if certificate in self.anchors:
            yield Option(self._own(certificate), NOTHING, True, certificate)
        if rest is not None:
            yield Option(self._own(certificate).plus(rest), rest, False, certificate)


@dataclass(frozen=True)
class Path:
    """A certification path of proven signatures, leaf first, trust anchor last, and the rules it breaks."""

    certificates: Chain
    problems: tuple[PathProblem, ...] = ()

    @property
    def leaf(self) -> Certificate:
        """The end-entity certificate."""
        return self.certificates[0]

    @property
    def anchor(self) -> Certificate:
        """The trust anchor in which it ends."""
        return self.certificates[-1]

    @property
    def good(self) -> bool:
        """Whether it breaks no rule."""
        return not self.problems


@dataclass(frozen=True)
class MissingIssuer:
    """A certificate whose issuer is nowhere: the trail that led to it, leaf first, and the issuer that is missing.

    `namesakes` carry the issuer's name but did not sign, as far as is known. `undecided` carry it too, but
    whether they signed is not known, since the algorithm or key is not one that can be checked.
    """

    trail: Chain
    namesakes: Chain = ()
    undecided: Chain = ()

    @property
    def wanted_by(self) -> Certificate:
        """The certificate whose issuer is missing."""
        return self.trail[-1]

    @property
    def subject(self) -> str:
        """The missing issuer's name, RFC 4514."""
        return self.wanted_by.issuer

    @property
    def key_id(self) -> str | None:
        """The missing issuer's key identifier, lower-case hex, where the certificate names it."""
        return self.wanted_by.authority_key_id

    @property
    def serial(self) -> int | None:
        """The missing issuer's serial number, where the certificate names it (RFC 5280 section 4.2.1.1)."""
        return self.wanted_by.authority_serial


@dataclass(frozen=True)
class Search:
    """All that a search found.

    `paths` end at a trust anchor, the most useful first. `missing` are the dead ends. `untrusted` are trails
    that end at a self-signed root that is no trust anchor. `circles` are trails whose last certificates certify
    each other and lead nowhere else. `cut` says which bound ended the search, or None: where one did, what was
    found holds, but more may be there, and no issuer is called missing of which a namesake was not tried.
    """

    paths: tuple[Path, ...] = ()
    missing: tuple[MissingIssuer, ...] = ()
    untrusted: tuple[Chain, ...] = ()
    cut: str | None = None
    circles: tuple[Chain, ...] = ()

    @property
    def best(self) -> Path | None:
        """The first path, good or not."""
        return self.paths[0] if self.paths else None

    @property
    def good(self) -> tuple[Path, ...]:
        """The paths that break no rule."""
        return tuple(path for path in self.paths if path.good)


def find_paths(
    leaf: Certificate,
    candidates: Iterable[Certificate],
    anchors: TrustStore,
    *,
    host: str,
    at: datetime,
    prover: SignatureProver | None = None,
) -> Search:
    """Find every certification path from `leaf` through `candidates` to one of `anchors`.

    A link is a name that matches and a signature that verifies (RFC 5280 section 6.1.3); key identifiers only
    order the tries. Earlier candidates are preferred. `host` is an ASCII host name or IP literal, `at` an
    aware time; both judge the paths, neither keeps one from being found. A path never has one name and key twice.

    At most 250 new signatures are checked (those that `prover` knows are free), and at most 64 paths of at most 20
    certificates come back; `paths.budget` has the other bounds. Never raises for odd certificates.
    """
    budget = Budget(prover or SignatureProver())
    index = CertificateIndex(candidates)
    links = LinkFinder(index, anchors, at, budget).find(leaf)
    budget.begin_paths()
    checker = PathChecker(leaf, host, at, anchors.rejected)
    found = list(PathFinder(links, anchors, index, checker, budget).find(leaf))
    paths = sorted((Path(chain, checker.problems(chain)) for chain in found), key=_Use(index))
    dead_ends = _DeadEnds(links, anchors, index)
    return Search(
        tuple(paths),
        tuple(dead_ends.missing()),
        tuple(dead_ends.untrusted()),
        budget.cut,
        tuple(dead_ends.circles()),
    )


@dataclass(frozen=True, eq=False)
class _Use:
    """The order of use: few rules broken, valid long, trusted by many client families, short, preferred links."""

    index: CertificateIndex

    def __call__(self, path: Path) -> tuple[int, float, int, int, int]:
        # The leaf is in every path, so that what outlives it counts no more than it.
        ends = [one.not_after.timestamp() for one in path.certificates if one.not_after is not None]
        places = sum(self.index.place(one) or 0 for one in path.certificates)
        lost = clients_lost(path.certificates)
        return (len(path.problems), -min(ends, default=0.0), lost, len(path.certificates), places)


@dataclass(frozen=True, eq=False)
class _DeadEnds:
    """Where the trails of a search end that reach no trust anchor."""

    links: Links
    anchors: TrustStore
    index: CertificateIndex

    def missing(self) -> Iterator[MissingIssuer]:
        for sha256, last in self.links.reached.items():
            if self._wants_issuer(sha256) and last not in self.anchors:
                undecided = tuple(self.links.undecided.get(sha256, ()))
                yield MissingIssuer(self.links.trail(last), self._namesakes(last, undecided), undecided)

    def untrusted(self) -> Iterator[Chain]:
        for sha256, last in self.links.reached.items():
            if sha256 in self.links.roots and last not in self.anchors:
                yield self.links.trail(last)

    def circles(self) -> Iterator[Chain]:
        """Trails into a circle, one for each, with the circle once around."""
        out = self.links.leading_to(sha256 for sha256, one in self.links.reached.items() if self._ends(sha256, one))
        for sha256, last in self.links.reached.items():
            if sha256 not in out:
                trail = self._around(self.links.trail(last))
                out |= {one.sha256 for one in trail}
                yield trail

    def _ends(self, sha256: str, certificate: Certificate) -> bool:
        known = sha256 in self.links.roots or sha256 in self.links.open or certificate in self.anchors
        return known or self._wants_issuer(sha256)

    def _wants_issuer(self, sha256: str) -> bool:
        tried = sha256 not in self.links.roots and sha256 not in self.links.open
        return tried and not self.links.issuers.get(sha256)

    def _around(self, trail: Chain) -> Chain:
        while (above := self.links.issuers[trail[-1].sha256][0].certificates[0]) not in trail:
            trail = (*trail, above)
        return trail

    def _namesakes(self, last: Certificate, undecided: Chain) -> Chain:
        both = (*self.anchors.issuers_of(last), *self.index.named(last.issuer_name))
        known = {one.sha256 for one in (last, *undecided)}
        return tuple({one.sha256: one for one in both if one.sha256 not in known}.values())
