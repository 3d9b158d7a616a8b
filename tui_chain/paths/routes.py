"""The ways from a leaf up to trust anchors through proven links, the best ones first."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from tui_chain.paths.budget import Budget
from tui_chain.paths.checks import PathChecker
from tui_chain.paths.index import CertificateIndex, Chain
from tui_chain.paths.links import Issuer, Links, place_of
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate

MAX_LENGTH = 20
"""Certificates in a path."""
MAX_PATHS = 64
"""Paths that one search returns."""


class Cost(NamedTuple):
    """What a way costs, the gravest first: rules broken, end of validity, certificates, places in the preference.

    `early` is by how many seconds a way ends before its leaf does.
    """

    problems: int
    early: float
    length: int
    place: int

    def plus(self, other: Cost) -> Cost:
        """Return the cost of one way after another, which ends as soon as one of them does."""
        early = max(self.early, other.early)
        return Cost(self.problems + other.problems, early, self.length + other.length, self.place + other.place)


NOTHING = Cost(0, 0.0, 0, 0)


class Option(NamedTuple):
    """A certificate that may come next: what it and all above it cost at least, and of that what is above it.

    Where the way `ended` with it, nothing is above it.
    """

    at_least: Cost
    rest: Cost
    ended: bool
    certificate: Certificate


class Way(NamedTuple):
    """A way under construction, in the order of the queue: the cheapest first, then the one nearest to its end.

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
class RouteFinder:
    """An A* search: what the rest of a way costs at least is known beforehand, so that dead ends cost nothing.

    However many ways a graph has, the best one comes out after three times as many steps as it is long, if each
    rule that it could break depends on one certificate; path lengths and key identifiers need the whole way. Ways
    come in the order of their problems and their end; of those that end alike before the leaf, a longer one may come
    first.
    """

    links: Links
    anchors: TrustStore
    index: CertificateIndex
    checker: PathChecker
    budget: Budget
    _options: Mapping[Issuer, tuple[Option, ...]] = field(default_factory=dict)
    _queue: list[Way] = field(default_factory=list)
    _ticket: Iterator[int] = field(default_factory=count)

    def find(self, leaf: Certificate) -> Iterator[Chain]:
        """Yield ways from `leaf` to anchors until a bound is met: fewest problems, good for longest, shortest."""
        self._options = OptionFinder(self.links, self.anchors, self.index, self.checker, self.budget).find()
        if leaf in self.anchors:
            self._push(Way(NOTHING, 0, 0, (leaf,), NOTHING, ended=True))
        self._go_on((leaf,), NOTHING)
        for found, way in enumerate(self._ended()):
            if found == MAX_PATHS:
                return self.budget.stop(f"after {MAX_PATHS} paths")
            yield way.chain
        return None

    def _ended(self) -> Iterator[Way]:
        """Yield ways that have come to an anchor; out of budget, those that came there out of turn."""
        while self._queue and self.budget.step(self.checker.comparisons):
            way = heapq.heappop(self._queue)
            if way.ended:
                yield way
            elif way.options:
                self._continue(way)
            else:
                self._go_on(way.chain, way.cost)
        yield from sorted(way for way in self._queue if way.ended)

    def _push(self, way: Way) -> None:
        heapq.heappush(self._queue, way._replace(ticket=next(self._ticket)))

    def _go_on(self, chain: Chain, cost: Cost) -> None:
        """Queue the ways that go on from `chain`, one for each issuer."""
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
            self._push(Way(at_least, options[place].at_least.length, 0, chain, cost, False, options, place))

    def _continue(self, way: Way) -> None:
        """Continue by one option, counting the problems that only the whole way shows; the next one waits."""
        self._wait(way.chain, way.cost, way.options, way.place + 1)
        option = way.options[way.place]
        if option.certificate == way.chain[0]:
            return
        problems = len(self.checker.link_problems(way.chain, option.certificate))
        place = place_of(option.certificate, self.anchors, self.index)
        cost = way.cost.plus(Cost(problems, self.checker.early(option.certificate), 1, place))
        chain = (*way.chain, option.certificate)
        self._push(Way(cost.plus(option.rest), option.rest.length, 0, chain, cost, option.ended))


@dataclass(eq=False)
class OptionFinder:
    """Measures the rest of every way, from the anchors down (Dijkstra), each certificate once."""

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
