"""Asking a certificate's AIA URLs for its issuer (RFC 5280 section 4.2.2.1)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.readers import read_certificates
from tui_chain.certs.signatures import Proof, SignatureProver
from tui_chain.certs.text import plural, safe_text
from tui_chain.resolve.addresses import Reach
from tui_chain.resolve.fetch import Answer, FetchRefusedError, fetch
from tui_chain.resolve.tries import Try

MAX_URLS = 5
"""URLs of one certificate that are asked."""
SOURCE = "AIA"


@dataclass
class AIAClient:
    """Fetches issuers for one host; a URL is asked once."""

    prover: SignatureProver
    allowed: frozenset[Reach]
    _asked: set[str] = field(default_factory=set)

    async def tries(self, child: Certificate) -> AsyncIterator[Try]:
        """Ask the URLs of `child` in their order until one brings a certificate that signed it."""
        urls = list(dict.fromkeys(child.issuer_urls))
        if not urls:
            yield Try(SOURCE, "(none)", child.sha256, "the certificate names no AIA address")
        for url in urls[:MAX_URLS]:
            if url in self._asked:
                continue
            self._asked.add(url)
            tried = await self._ask(url, child)
            yield tried
            if tried.ok:
                return
        if len(urls) > MAX_URLS:
            left = plural(len(urls) - MAX_URLS, "further URL")
            yield Try(SOURCE, "(more)", child.sha256, f"{left} not asked, {MAX_URLS} is the bound")

    async def _ask(self, url: str, child: Certificate) -> Try:
        started = time.perf_counter()
        where = safe_text(url)
        try:
            answer = await fetch(url, allowed=self.allowed)
        except FetchRefusedError as refused:
            took = 1000 * (time.perf_counter() - started)
            return Try(SOURCE, where, child.sha256, str(refused), milliseconds=took)
        return self._weigh(answer, where, child)

    def _weigh(self, answer: Answer, where: str, child: Certificate) -> Try:
        if answer.status != 200:
            return self._try(answer, where, child, f"HTTP status {answer.status}")
        reading = read_certificates(answer.body)
        if not reading.certificates:
            why = reading.problems[0].reason if reading.problems else "no certificate in it"
            return self._try(answer, where, child, f"{reading.format}: {why}", reading.format)
        proof = best_proof(self.prover, child, reading.certificates)
        words = f"{plural(len(reading.certificates), 'certificate')} ({reading.format}), {PROOF_WORDS[proof]}"
        return self._try(answer, where, child, words, reading.format, reading.certificates, proof)

    @staticmethod
    def _try(
        answer: Answer,
        where: str,
        child: Certificate,
        outcome: str,
        format_name: str | None = None,
        certificates: tuple[Certificate, ...] = (),
        proof: Proof | None = None,
    ) -> Try:
        return Try(
            SOURCE, where, child.sha256, outcome, certificates, proof,
            answer.address, answer.status, len(answer.body), format_name, answer.milliseconds,
        )  # fmt: skip


PROOF_WORDS = {
    Proof.SIGNED: "signed the certificate that waits",
    Proof.NOT_SIGNED: "but it did not sign the certificate that waits",
    Proof.CANNOT_TELL: "whether it signed cannot be told",
}


def best_proof(prover: SignatureProver, child: Certificate, candidates: tuple[Certificate, ...]) -> Proof:
    """The strongest proof that any of `candidates` gives for `child`; same-named ones alone can give one."""
    proofs = {prover.proof(child, one) for one in candidates if one.subject_name == child.issuer_name}
    return next((proof for proof in (Proof.SIGNED, Proof.CANNOT_TELL) if proof in proofs), Proof.NOT_SIGNED)
