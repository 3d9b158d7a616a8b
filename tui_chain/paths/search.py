"""All certification paths from a leaf to any trust anchor, best first, within bounds."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.signatures import SignatureProver
from tui_chain.certs.store import NameIndex, TrustStore, by_subject
from tui_chain.paths.checks import PathProblem, path_problems

MAX_CHECKS = 250
"""New signature checks that one search may make."""
MAX_SECONDS = 2.0
"""Seconds that one search may take."""
MAX_STEPS = 20_000
"""Partial paths that one search may look at."""
MAX_LENGTH = 20
"""Certificates in a path."""
MAX_PATHS = 64
"""Paths that one search returns."""

Chain = tuple[Certificate, ...]


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

    `namesakes` carry the issuer's name but did not sign.
    """

    trail: Chain
    namesakes: Chain = ()

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


@dataclass(frozen=True)
class Search:
    """All that a search found.

    `paths` end at a trust anchor, the most useful first. `missing` are the dead ends. `untrusted` are trails
    that end at a self-signed root that is no trust anchor. `cut` says which bound ended the search, or None.
    """

    paths: tuple[Path, ...] = ()
    missing: tuple[MissingIssuer, ...] = ()
    untrusted: tuple[Chain, ...] = ()
    cut: str | None = None

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
    aware time; both judge the paths, neither keeps one from being found. Never raises for odd certificates.
    """
    return _Explorer(leaf, tuple(candidates), anchors, at, prover or SignatureProver()).search(host)


Priority = tuple[int, int, int, int]


@dataclass
class _Explorer:
    """Uniform-cost search over partial paths; a signature is checked only when its path is the cheapest left."""

    leaf: Certificate
    candidates: Chain
    anchors: TrustStore
    at: datetime
    prover: SignatureProver
    _queue: list[tuple[Priority, int, Chain]] = field(default_factory=list)
    _ticket: Iterator[int] = field(default_factory=count)
    _rank: dict[str, int] = field(default_factory=dict)
    _trails: dict[str, Chain] = field(default_factory=dict)
    _linked: set[str] = field(default_factory=set)

    def search(self, host: str) -> Search:
        index = by_subject({certificate.sha256: certificate for certificate in self.candidates}.values())
        self._rank = {certificate.sha256: place for place, certificate in reversed([*enumerate(self.candidates)])}
        heapq.heappush(self._queue, ((0, 0, 0, 0), next(self._ticket), (self.leaf,)))
        found, cut = self._explore(index)
        paths = [Path(chain, path_problems(chain, host=host, at=self.at)) for chain in found]
        paths.sort(key=self._use)
        return Search(tuple(paths), tuple(self._missing(index)), tuple(self._untrusted()), cut)

    def _explore(self, index: NameIndex) -> tuple[list[Chain], str | None]:
        found: list[Chain] = []
        deadline = time.monotonic() + MAX_SECONDS
        spent = self.prover.checks
        steps = 0
        while self._queue:
            steps += 1
            if self.prover.checks - spent >= MAX_CHECKS:
                return found, f"after {MAX_CHECKS} signature checks"
            if steps > MAX_STEPS or len(found) >= MAX_PATHS or (steps % 64 == 0 and time.monotonic() > deadline):
                return found, f"after {min(steps, MAX_STEPS)} partial paths"
            priority, _, chain = heapq.heappop(self._queue)
            if not self._proven(chain):
                continue
            self._trails.setdefault(chain[-1].sha256, chain)
            if chain[-1] in self.anchors:
                found.append(chain)
            if len(chain) < MAX_LENGTH:
                self._push_issuers(priority, chain, index)
        return found, None

    def _proven(self, chain: Chain) -> bool:
        if len(chain) == 1:
            return True
        child, issuer = chain[-2:]
        if not self.prover.signed(child, issuer):
            return False
        self._linked.add(child.sha256)
        return True

    def _push_issuers(self, priority: Priority, chain: Chain, index: NameIndex) -> None:
        child = chain[-1]
        if self._is_root(child):
            return
        for issuer in self._namesakes(child, index):
            if not any(_same_entity(issuer, earlier) for earlier in chain):
                step = self._price(child, issuer)
                total = (
                    priority[0] + step[0],
                    priority[1] + step[1],
                    priority[2] + step[2],
                    priority[3] + step[3],
                )
                heapq.heappush(self._queue, (total, next(self._ticket), (*chain, issuer)))

    def _namesakes(self, child: Certificate, index: NameIndex) -> Iterable[Certificate]:
        """Every certificate that carries the name of the child's issuer."""
        if child.issuer_name is None:
            return ()
        both = (*self.anchors.issuers_of(child), *index.get(child.issuer_name, ()))
        return {certificate.sha256: certificate for certificate in both}.values()

    def _price(self, child: Certificate, issuer: Certificate) -> Priority:
        """What a link costs: rules broken, key identifier off, length, place among the candidates."""
        broken = (not issuer.valid_at(self.at)) + (not issuer.is_ca)
        wanted, has = child.authority_key_id, issuer.key_id
        doubt = 0 if wanted is None or has is None or wanted == has else 1
        place = 0 if issuer in self.anchors else 1 + self._rank.get(issuer.sha256, 0)
        return (broken, doubt, 1, place)

    def _is_root(self, certificate: Certificate) -> bool:
        return certificate.self_issued and self.prover.signed(certificate, certificate)

    def _use(self, path: Path) -> tuple[int, float, int, int]:
        """Good ones first, then those that stay valid longest (up to the leaf's end), shorter, served first."""
        ends = [c.not_after.timestamp() for c in path.certificates if c.not_after is not None]
        places = sum(self._rank.get(c.sha256, 0) for c in path.certificates)
        return (len(path.problems), -min(ends, default=0.0), len(path.certificates), places)

    def _missing(self, index: NameIndex) -> Iterator[MissingIssuer]:
        for chain in self._trails.values():
            last = chain[-1]
            if last.sha256 not in self._linked and last not in self.anchors and not self._is_root(last):
                yield MissingIssuer(chain, tuple(self._namesakes(last, index)))

    def _untrusted(self) -> Iterator[Chain]:
        for chain in self._trails.values():
            if self._is_root(chain[-1]) and chain[-1] not in self.anchors:
                yield chain


def _same_entity(one: Certificate, other: Certificate) -> bool:
    """Whether two certificates are the same name with the same key, which a path never needs twice."""
    return one.sha256 == other.sha256 or (
        one.subject_name == other.subject_name and one.key_bytes is not None and one.key_bytes == other.key_bytes
    )
