"""Whether a set of certificates works for hosts as they are served, and which of them it can do without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_chain.certs.certificate import Certificate
from tui_chain.paths.profiles import PROFILES, Judge, Verdicts
from tui_chain.probe.served import ServedChain


@dataclass(frozen=True)
class Proof:
    """A host as it is served, and the names of the client profiles that have to accept it at the time `at`."""

    served: ServedChain
    wanted: frozenset[str]
    at: datetime

    def refusal(self, judge: Judge) -> str | None:
        """Say which wanted profile refuses the host with the anchors of `judge`, or None."""
        for profile in PROFILES:
            if profile.name in self.wanted:
                verdict = judge.verdict(profile, self.served.certificates, host=self.served.host, at=self.at)
                if not verdict.ok:
                    return f"with it {profile.name} refuses {self.served.target}: {verdict.error}"
        return None


def accepted(verdicts: Verdicts) -> frozenset[str]:
    """The names of the profiles that said yes."""
    return frozenset(name for name, verdict in verdicts.items() if verdict.ok)


def refusal(certificates: Iterable[Certificate], proofs: Iterable[Proof]) -> str | None:
    """Say what fails with these certificates as the only anchors, or None where every proof stands."""
    judge = Judge(certificates)
    return next(filter(None, (proof.refusal(judge) for proof in proofs)), None)


def minimal_for_all(
    certificates: Sequence[Certificate], proofs: Sequence[Proof], needed_by: Mapping[str, Sequence[str]]
) -> tuple[Certificate, ...]:
    """Leave out what no host needs any more beside the others' certificates; the order stays.

    `needed_by` says by SHA-256 for which targets a certificate is there: only those are asked each time, so that
    the work grows with the hosts and not with their square. The whole is proven at the end.
    """
    kept = list(certificates)
    for certificate in certificates:
        fewer = [one for one in kept if one != certificate]
        users = set(needed_by.get(certificate.sha256, ()))
        asked = [proof for proof in proofs if str(proof.served.target) in users]
        if fewer and asked and refusal(fewer, asked) is None:
            kept = fewer
    return tuple(kept) if refusal(kept, proofs) is None else tuple(certificates)


def minimal(certificates: Sequence[Certificate], proofs: Sequence[Proof]) -> tuple[Certificate, ...]:
    """Leave out, one by one from the leaf's side, what no profile needs; the order stays.

    Every certificate that is left makes some profile fail for some host when it is taken out.
    """
    kept = list(certificates)
    for certificate in certificates:
        fewer = [one for one in kept if one != certificate]
        if fewer and refusal(fewer, proofs) is None:
            kept = fewer
    return tuple(kept)
