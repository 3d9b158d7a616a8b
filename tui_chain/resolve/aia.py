"""Asking a certificate's AIA URLs for its issuer (RFC 5280 section 4.2.2.1)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

from tui_chain.core.text import plural, safe_text
from tui_chain.net.addresses import ConsentNeededError, Reach
from tui_chain.net.fetch import FetchedAnswer
from tui_chain.resolve.answers import Answers, Remembered
from tui_chain.resolve.proofs import PROOF_WORDS, best_proof
from tui_chain.resolve.tries import Try
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates
from tui_chain.x509.signatures import Proof, SignatureProver

__all__ = ["MAX_URLS", "PROOF_WORDS", "SOURCE", "AIAClient", "best_proof"]

MAX_URLS = 5
"""URLs of one certificate that are asked."""
SOURCE = "AIA"

AskUser = Callable[[str, ConsentNeededError], Awaitable[bool]]
"""Asks whether a URL (safe text) may lead inside."""


@dataclass
class AIAClient:
    """Fetches issuers for one host; a URL is asked once.

    `answers` are shared with other hosts. `ask_user` is asked once, at the first address that leads inside; None
    means no.
    """

    prover: SignatureProver
    allowed: frozenset[Reach]
    answers: Answers = field(default_factory=Answers)
    ask_user: AskUser | None = None
    _asked: set[str] = field(default_factory=set)
    _bounded: set[str] = field(default_factory=set)

    async def tries(self, child: Certificate) -> AsyncIterator[Try]:
        """Ask the URLs of `child` in their order until one brings a certificate that signed it.

        Asked again, as where that one opened no good path, it goes on with the URLs that are left.
        """
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
        if len(urls) > MAX_URLS and child.sha256 not in self._bounded:
            self._bounded.add(child.sha256)
            left = plural(len(urls) - MAX_URLS, "further URL")
            yield Try(SOURCE, "(more)", child.sha256, f"{left} not asked, {MAX_URLS} is the bound")

    async def _ask(self, url: str, child: Certificate) -> Try:
        started = time.perf_counter()
        where = safe_text(url)
        found = await self.answers.get(url, self.allowed)
        if isinstance(found.outcome, ConsentNeededError) and await self._consent(where, found.outcome):
            started = time.perf_counter()
            found = await self.answers.get(url, self.allowed)
        if isinstance(found.outcome, FetchedAnswer):
            return _dated(self._weigh(found.outcome, where, child), found)
        took = 0.0 if found.age is not None else 1000 * (time.perf_counter() - started)
        words = str(found.outcome)
        address, hint = found.outcome.address, found.outcome.hint
        return _dated(Try(SOURCE, where, child.sha256, words, address=address, milliseconds=took, hint=hint), found)

    async def _consent(self, where: str, needed: ConsentNeededError) -> bool:
        """Ask the user, once for the host."""
        ask, self.ask_user = self.ask_user, None
        if ask is None or not await ask(where, needed):
            return False
        self.allowed = frozenset(Reach)
        return True

    def _weigh(self, answer: FetchedAnswer, where: str, child: Certificate) -> Try:
        if answer.status != 200:
            return self._try(answer, where, child, f"HTTP status {answer.status}")
        reading = read_certificates(answer.body, foreign=True)
        if not reading.certificates:
            why = reading.problems[0].reason if reading.problems else "no certificate in it"
            packed = _packed(answer)
            return self._try(answer, where, child, f"{reading.format}: {why}{packed}", reading.format)
        proof = best_proof(self.prover, child, reading.certificates)
        words = f"{plural(len(reading.certificates), 'certificate')} ({reading.format}), {PROOF_WORDS[proof]}"
        return self._try(answer, where, child, words, reading.format, reading.certificates, proof)

    @staticmethod
    def _try(
        answer: FetchedAnswer,
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


def _packed(answer: FetchedAnswer) -> str:
    """What to say of an answer that came compressed though nothing but plain bytes was asked for."""
    encoding = answer.header("content-encoding").strip().lower()
    return f"; it came packed as {safe_text(encoding, 20)}, which is not unpacked" if encoding not in _PLAIN else ""


_PLAIN = {"", "identity"}


def _dated(tried: Try, found: Remembered) -> Try:
    """Say of what was remembered how old it is; it took no time."""
    if found.age is None:
        return tried
    return replace(tried, outcome=f"{tried.outcome} (remembered, {found.age:.0f} s old)", milliseconds=0.0)
