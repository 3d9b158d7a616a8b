"""Whether what came signed what waits, and that in words."""

from __future__ import annotations

from collections.abc import Iterable

from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import Proof, SignatureProver

PROOF_WORDS = {
    Proof.SIGNED: "signed the certificate that waits",
    Proof.NOT_SIGNED: "but it did not sign the certificate that waits",
    Proof.CANNOT_TELL: "whether it signed cannot be told",
}


def link_proof(prover: SignatureProver, child: Certificate, candidate: Certificate) -> Proof:
    """Whether `candidate` is an issuer of `child`: by name and by signature (RFC 5280 section 6.1.3)."""
    if child.issuer_name is None or candidate.subject_name != child.issuer_name:
        return Proof.NOT_SIGNED
    return prover.proof(child, candidate)


def best_proof(prover: SignatureProver, child: Certificate, candidates: Iterable[Certificate]) -> Proof:
    """The strongest proof that any of `candidates` gives for `child`; same-named ones alone can give one."""
    proofs = {link_proof(prover, child, one) for one in candidates}
    return next((proof for proof in (Proof.SIGNED, Proof.CANNOT_TELL) if proof in proofs), Proof.NOT_SIGNED)
