"""What was tried to find a missing certificate, what came of it, and the consent that it needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.net.addresses import Reach, SocketAddress
from tui_chain.net.target import Target
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import Proof, SignatureProver


@dataclass(frozen=True)
class ConsentRequest:
    """What the user is asked: whether to send a request for `url` to `place`, of that `kind`, for `host`.

    The `certificate` (its label) names the URL `named`, which leads to `url` where it redirects. All is safe text. A
    yes is for this place alone, and for this search. `target` is the host as it was reached, where that is known.
    """

    host: str
    certificate: str
    named: str
    url: str
    place: SocketAddress
    kind: Reach
    target: Target | None = None

    @property
    def question(self) -> str:
        """What would be asked, who wants it, and what that means."""
        redirect = "" if self.url == self.named else f", which redirects to {self.url}"
        return (
            f"The certificate {self.certificate} of {self.host} names {self.named}{redirect}. A yes sends a GET for "
            f"{self.url} to {self.place.address}, port {self.place.port}, a {self.kind} address, and nowhere else. "
            "Whoever made the certificate may want your machine to send a request inside your network."
        )


Consent = Callable[[ConsentRequest], Awaitable[bool]]
"""Puts a question to the user; the search waits, and its time limits with it."""


_PROOF_TEXTS = {
    Proof.SIGNED: "signed {child}",
    Proof.NOT_SIGNED: "but it did not sign {child}",
    Proof.UNKNOWN: "whether it signed {child} cannot be checked",
}


def proof_text(proof: Proof, child: Certificate, count: int = 1) -> str:
    """Say whether any of `count` certificates signed `child`, as the end of a line."""
    text = _PROOF_TEXTS[proof].format(child=child.label)
    return text.replace("it did not sign", "none signed") if count > 1 else text


def link_proof(prover: SignatureProver, child: Certificate, candidate: Certificate) -> Proof:
    """Whether `candidate` is an issuer of `child`: by name and by signature (RFC 5280 section 6.1.3)."""
    if child.issuer_name is None or candidate.subject_name != child.issuer_name:
        return Proof.NOT_SIGNED
    return prover.proof(child, candidate)


def best_proof(prover: SignatureProver, child: Certificate, candidates: Iterable[Certificate]) -> Proof:
    """The strongest proof that any of `candidates` gives for `child`; same-named ones alone can give one."""
    proofs = {link_proof(prover, child, one) for one in candidates}
    return next((proof for proof in (Proof.SIGNED, Proof.UNKNOWN) if proof in proofs), Proof.NOT_SIGNED)


@dataclass(frozen=True)
class IssuerLookup:
    """One attempt at one source: where (safe text), for which certificate, with what outcome.

    `outcome` is plain words, `address` the IP that was asked, `status` the HTTP status, `size` in bytes,
    `milliseconds` the time it took. `proof` says whether what came signed the one whose issuer is missing.
    `certificates` are all that came, those too that signed nothing; `places` says by SHA-256 where each was, where
    `where` is too wide. `hint` says what to do about a failure, where there is something.
    """

    source: str
    where: str
    wanted_by: str
    outcome: str
    certificates: tuple[Certificate, ...] = ()
    proof: Proof | None = None
    address: str | None = None
    status: int | None = None
    size: int | None = None
    format: str | None = None
    milliseconds: float = 0.0
    hint: str = ""
    places: Mapping[str, str] = field(default_factory=dict)

    def place_of(self, certificate: Certificate) -> str:
        """Where one of its certificates came from: source and place, safe text."""
        return self.places.get(certificate.sha256, f"{self.source} {self.where}")

    @property
    def ok(self) -> bool:
        """Whether it brought the certificate that was wanted."""
        return self.proof is Proof.SIGNED


@dataclass(frozen=True)
class Resolution:
    """What the search for missing certificates brought.

    `diagnosis` is the verdict with everything found at hand; `sources` says by SHA-256 where each certificate
    came from.
    """

    diagnosis: Diagnosis
    tries: tuple[IssuerLookup, ...] = ()
    found: tuple[Certificate, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
