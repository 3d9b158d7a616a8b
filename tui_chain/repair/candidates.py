"""For each gap the certificates that could close it: where from, whether they signed, and where they lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from tui_chain.clients.verdict import Verdicts
from tui_chain.probe.served import ServedChain
from tui_chain.repair.alternatives import Alternative
from tui_chain.repair.path_choice import ANY, PathChoice
from tui_chain.resolve.resolution import Resolution, link_proof
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import Proof, SignatureProver

MAX_CLIMB = 20
"""Certificates of a trail that is followed."""


class PathEnd(StrEnum):
    """Where the path that a candidate opens ends."""

    TRUSTED = "trust anchor"
    UNTRUSTED = "root outside the trust store"
    MISSING = "a missing issuer"
    CIRCLE = "a circle"
    NOTHING = "nothing: it signed nothing"


@dataclass(frozen=True)
class Candidate:
    """A certificate that could close a gap.

    `trail` is the path that it opens, leaf first; `end` says where that ends. `best` is the
    first of the trusted paths through it, or None. `why` says why it is, or is not, to be taken.
    `chosen` marks the one in the path that the repair takes. `valid` says that its dates hold now.
    """

    certificate: Certificate
    source: str
    proof: Proof
    trail: tuple[Certificate, ...]
    end: PathEnd
    best: Alternative | None
    why: str
    valid: bool
    chosen: bool

    @property
    def verdicts(self) -> Verdicts:
        """What each client family says of the best path through it; empty where there is none."""
        return self.best.verdicts if self.best is not None else {}


@dataclass(frozen=True)
class Gap:
    """A certificate whose issuer was looked for, and what came; what signed stands first."""

    wanted_by: Certificate
    candidates: tuple[Candidate, ...]

    @property
    def subject(self) -> str:
        """The name of the issuer that is wanted, RFC 4514."""
        return self.wanted_by.issuer

    @property
    def key_id(self) -> str | None:
        """Its key identifier, lower-case hex, where the certificate names it."""
        return self.wanted_by.authority_key_id


@dataclass(frozen=True)
class GapFinder:
    """Finds the gaps of one host among what its resolution brought; `alternatives` are its alternatives in order."""

    served: ServedChain
    resolution: Resolution
    alternatives: tuple[Alternative, ...]
    at: datetime
    prover: SignatureProver
    choice: PathChoice = ANY

    def gaps(self) -> tuple[Gap, ...]:
        """Every certificate that something was tried for, in the order of the tries."""
        known = {one.sha256: one for one in self._everything()}
        wanted = dict.fromkeys(tried.wanted_by for tried in self.resolution.tries)
        return tuple(self._gap(known[sha256]) for sha256 in wanted if sha256 in known)

    def _everything(self) -> tuple[Certificate, ...]:
        in_paths = (one for each in self.alternatives for one in each.path.certificates)
        at_ends = (one for trail in self.resolution.diagnosis.search.untrusted for one in trail)
        everything = (*self.served.certificates, *self.resolution.found, *in_paths, *at_ends)
        return tuple(dict.fromkeys(everything))

    def _gap(self, child: Certificate) -> Gap:
        came = (
            one for tried in self.resolution.tries if tried.wanted_by == child.sha256 for one in tried.certificates
        )
        namesakes = (one for one in self._everything() if one != child and _named(child, one))
        found = [self._candidate(child, one) for one in dict.fromkeys((*namesakes, *came)) if one != child]
        return Gap(child, tuple(sorted(found, key=self._order)))

    def _order(self, candidate: Candidate) -> tuple[int, int]:
        ends = list(PathEnd)
        place = self.alternatives.index(candidate.best) if candidate.best is not None else len(self.alternatives)
        return (ends.index(candidate.end), place)

    def _candidate(self, child: Certificate, one: Certificate) -> Candidate:
        proof = link_proof(self.prover, child, one)
        through = [each for each in self.alternatives if (child, one) in pairwise(each.path.certificates)]
        best = next(
            (each for each in through if each.usable and self.choice.allows(each.path)),
            through[0] if through else None,
        )
        trail, end = self._trail(child, one, proof, best)
        chosen = any(each.chosen for each in through)
        source = self.resolution.sources.get(one.sha256, "unknown")
        why = _why(child, one, proof, end, best)
        return Candidate(one, source, proof, trail, end, best, why, one.valid_at(self.at), chosen)

    def _trail(
        self, child: Certificate, one: Certificate, proof: Proof, best: Alternative | None
    ) -> tuple[tuple[Certificate, ...], PathEnd]:
        if proof is not Proof.SIGNED:
            return (), PathEnd.NOTHING
        if best is not None:
            return best.path.certificates, PathEnd.TRUSTED
        return self._climb((*self._below(child), one))

    def _below(self, child: Certificate) -> tuple[Certificate, ...]:
        """The trail from the leaf to a certificate, itself included."""
        search = self.resolution.diagnosis.search
        trails = [each.path.certificates for each in self.alternatives]
        trails += [missing.trail for missing in search.missing]
        trails += [*search.untrusted, *search.circles]
        return next((trail[: trail.index(child) + 1] for trail in trails if child in trail), (child,))

    def _climb(self, trail: tuple[Certificate, ...]) -> tuple[tuple[Certificate, ...], PathEnd]:
        """Follow signatures upwards, by the first that signed, until there is no higher one."""
        everything = self._everything()
        while len(trail) < MAX_CLIMB:
            last = trail[-1]
            if link_proof(self.prover, last, last) is Proof.SIGNED:
                return trail, PathEnd.UNTRUSTED
            above = [one for one in everything if link_proof(self.prover, last, one) is Proof.SIGNED]
            fresh = [one for one in above if one not in trail]
            if not fresh:
                return trail, PathEnd.CIRCLE if above else PathEnd.MISSING
            trail = (*trail, fresh[0])
        return trail, PathEnd.CIRCLE


def _named(child: Certificate, candidate: Certificate) -> bool:
    return child.issuer_name is not None and candidate.subject_name == child.issuer_name


def _why(child: Certificate, one: Certificate, proof: Proof, end: PathEnd, best: Alternative | None) -> str:
    if proof is Proof.UNKNOWN:
        return "Whether it signed is not known: its key or the signature's algorithm cannot be checked."
    if proof is Proof.NOT_SIGNED:
        return _unrelated(child, one)
    if best is not None:
        return best.why
    if end is PathEnd.UNTRUSTED:
        return "It signed, but its path ends at a root that the trust store lacks; trust it only if you know it."
    if end is PathEnd.CIRCLE:
        return "It signed, but from there the certificates only certify each other."
    return "It signed, but its own issuer was not found."


def _unrelated(child: Certificate, one: Certificate) -> str:
    if _named(child, one):
        return "It has the issuer's name and another key: it did not sign."
    if child.authority_key_id is not None and one.key_id == child.authority_key_id:
        return "It has the issuer's key identifier under another name: no client takes it."
    return f"It has nothing to do with {child.label}."


def gaps(
    served: ServedChain,
    resolution: Resolution,
    alternatives: Iterable[Alternative],
    *,
    at: datetime,
    prover: SignatureProver,
    choice: PathChoice = ANY,
) -> tuple[Gap, ...]:
    """Return for every certificate that something was tried for the candidates that came, best first.

    `alternatives` are the host's, made with the same `choice`.
    """
    return GapFinder(served, resolution, tuple(alternatives), at, prover, choice).gaps()
