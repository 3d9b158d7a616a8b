"""All certification paths from a leaf to any trust anchor, best first, within bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tui_chain.paths.budget import Budget
from tui_chain.paths.checks import PathChecker, PathProblem
from tui_chain.paths.index import CertificateIndex, Chain, as_index
from tui_chain.paths.links import LinkFinder, Links
from tui_chain.paths.routes import RouteFinder
from tui_chain.paths.strict import clients_lost
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver


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
    """A certificate whose issuer is nowhere: the trail that led to it, leaf first, and who it waits for.

    `namesakes` carry the issuer's name but did not sign, as far as can be told. `undecided` carry it too, but
    whether they signed cannot be told, since the algorithm or key is not one that can be checked.
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

    @property
    def cannot_tell(self) -> bool:
        """Whether the issuer may be at hand: some namesake's signature cannot be checked."""
        return bool(self.undecided)


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
    candidates: Iterable[Certificate] | CertificateIndex,
    anchors: TrustStore,
    *,
    host: str,
    at: datetime,
    prover: SignatureProver | None = None,
) -> Search:
    """Find every certification path from `leaf` through `candidates` to one of `anchors`.

    A link is a name that matches and a signature that verifies (RFC 5280 section 6.1.3); key identifiers only
    order the tries. Earlier candidates are preferred; a large pool is indexed once and passed as
    `pool.preferring(served)`. `host` is an ASCII host name or IP literal, `at` an aware time; both judge the
    paths, neither keeps one from being found. A path never has one name and key twice.

    At most 250 new signatures are checked (those that `prover` knows are free), and at most 64 paths of at most 20
    certificates come back; `paths.budget` has the other bounds. Never raises for odd certificates.
    """
    budget = Budget(prover or SignatureProver())
    index = as_index(candidates)
    links = LinkFinder(index, anchors, at, budget).find(leaf)
    budget.begin_paths()
    checker = PathChecker(leaf, host, at, anchors.rejected)
    ways = list(RouteFinder(links, anchors, index, checker, budget).find(leaf))
    paths = sorted((Path(way, checker.problems(way)) for way in ways), key=_Use(index))
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
