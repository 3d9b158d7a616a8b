"""Whether a set of certificates works for hosts as they are served, and which of them it can do without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_chain.clients.families import FAMILIES, Family
from tui_chain.clients.judge import CRL_FAMILIES, Judge
from tui_chain.clients.verdict import Verdict, Verdicts
from tui_chain.net.connection_text import listed
from tui_chain.probe.served import ServedChain
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope
from tui_chain.x509.formats.pem import pem_of


@dataclass(frozen=True)
class BundleProof:
    """A host as it is served, and the ids of the client families that have to accept it at the time `at`."""

    served: ServedChain
    wanted: frozenset[str]
    at: datetime

    def refusal(self, judge: Judge, families: Iterable[Family] = FAMILIES) -> str | None:
        """Say which wanted one of some families refuses the host with the trust file of `judge`, or None."""
        chain = ders_of(self.served)
        for family in families:
            if family.id in self.wanted:
                verdict = judge.unlocated_verdict(family, chain, host=self.served.host, at=self.at)
                if not verdict.ok:
                    return self._refusal_text(family.name, verdict.error)
        return None

    def verdicts(self, judge: Judge, families: Iterable[Family]) -> Iterator[tuple[Family, Verdict]]:
        """What each wanted one of some families says, one after the other, with the trust file of `judge`."""
        chain = ders_of(self.served)
        for family in families:
            if family.id in self.wanted:
                yield family, judge.verdict(family, chain, host=self.served.host, at=self.at)

    def crl_verdicts(self, judge: Judge, scope: CrlScope) -> Verdicts:
        """What each wanted family that can check CRLs says with the check on, by a judge of that check."""
        return {family.id: verdict for family, verdict in self.verdicts(judge, CRL_FAMILIES[scope])}

    def crl_refusal(self, judge: Judge, scope: CrlScope) -> str | None:
        """Say why the CRLs of `judge` are of no use to clients that check them, or None."""
        verdicts = tuple(self.verdicts(judge, CRL_FAMILIES[scope]))
        if not verdicts:
            return f"no client that checks the {scope} accepts {self.served.target}"
        refused = ((f"{family.name} with {scope.flag}", one) for family, one in verdicts if not one.ok)
        return next((self._refusal_text(name, one.error) for name, one in refused), None)

    def _refusal_text(self, name: str, error: str | None) -> str:
        return f"with it {name} refuses {self.served.target}: {error}"


def ders_of(served: ServedChain) -> tuple[bytes, ...]:
    """The certificates as they were sent, as engines take them."""
    return tuple(certificate.der for certificate in served.certificates)


def accepted(verdicts: Verdicts) -> frozenset[str]:
    """The ids of the families that accept."""
    return frozenset(name for name, verdict in verdicts.items() if verdict.ok)


def refusal(certificates: Iterable[Certificate], proofs: Iterable[BundleProof], beside: bytes = b"") -> str | None:
    """Say what fails with these certificates as the only anchors, or None where every proof stands.

    `beside` is a trust file that stands before them, as its owner has it.
    """
    judge = Judge(beside + pem_of(certificates))
    return next(filter(None, (proof.refusal(judge) for proof in proofs)), None)


def minimal_for_all(
    certificates: Sequence[Certificate], proofs: Sequence[BundleProof], needed_by: Mapping[str, Sequence[str]]
) -> tuple[Certificate, ...]:
    """Leave out what no host needs any more beside the others' certificates; the order stays.

    `needed_by` says by SHA-256 for which targets a certificate is there: only their proofs are made, so that
    the work grows with the hosts and not with their square. The whole is proven at the end.
    """
    by_target: dict[str, list[BundleProof]] = {}
    for proof in proofs:
        by_target.setdefault(listed(proof.served.target), []).append(proof)
    kept = list(certificates)
    for certificate in certificates:
        fewer = [one for one in kept if one != certificate]
        users = dict.fromkeys(needed_by.get(certificate.sha256, ()))
        concerned = [proof for user in users for proof in by_target.get(user, ())]
        if fewer and concerned and refusal(fewer, concerned) is None:
            kept = fewer
    return tuple(kept) if refusal(kept, proofs) is None else tuple(certificates)


def minimal(certificates: Sequence[Certificate], proofs: Sequence[BundleProof]) -> tuple[Certificate, ...]:
    """Leave out, one by one from the leaf's side, what no family needs; the order stays.

    Every certificate that is left makes some family fail for some host when it is taken out.
    """
    kept = list(certificates)
    for certificate in certificates:
        fewer = [one for one in kept if one != certificate]
        if fewer and refusal(fewer, proofs) is None:
            kept = fewer
    return tuple(kept)
