"""Asking a certificate's AIA URLs for its issuer (RFC 5280 section 4.2.2.1)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tui_chain.core.text import plural, safe_text
from tui_chain.net.addresses import ConsentNeededError, Reach
from tui_chain.net.fetch import FetchedAnswer
from tui_chain.resolve.aia_cache import AIACache, Remembered
from tui_chain.resolve.resolution import IssuerLookup, best_proof, proof_text
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates
from tui_chain.x509.signatures import Proof, SignatureProver

MAX_URLS = 5
"""URLs of one certificate that are asked."""
SOURCE = "AIA"

TOTAL_SECONDS = 25.0
"""Seconds for all fetches of one host."""

T = TypeVar("T")


@dataclass(eq=False)
class FetchBudget:
    """The time of all fetches of one host together: `total` seconds at first, of which `left` are left.

    Only waiting for an answer counts. How long the user thinks about consent, and how fast this machine proves and
    searches between two fetches, changes nothing. `clock` counts seconds and never goes back.
    """

    total: float = TOTAL_SECONDS
    clock: Callable[[], float] = time.monotonic
    left: float = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.total

    async def within(self, answer: Awaitable[T]) -> T:
        """Wait for an answer; raises TimeoutError when nothing is left."""
        began = self.clock()
        try:
            async with asyncio.timeout(self.left):
                return await answer
        finally:
            self.left = max(self.left - (self.clock() - began), 0.0)


AskUser = Callable[[str, ConsentNeededError], Awaitable[bool]]
"""Asks whether a URL (safe text) may lead inside."""


@dataclass
class AIAClient:
    """Fetches issuers for one host; a URL is asked once.

    `answers` are shared with other hosts. `ask_user` is asked once, at the first address that leads inside; None
    means no. Every method raises TimeoutError when the `budget` is spent.
    """

    prover: SignatureProver
    allowed: frozenset[Reach]
    answers: AIACache = field(default_factory=AIACache)
    ask_user: AskUser | None = None
    budget: FetchBudget = field(default_factory=FetchBudget)
    _fetched: set[str] = field(default_factory=set)
    _bounded: set[str] = field(default_factory=set)

    async def tries(self, child: Certificate) -> AsyncIterator[IssuerLookup]:
        """Ask the URLs of `child` in their order until one brings a certificate that signed it.

        Asked again, as where that one opened no good path, it goes on with the URLs that are left.
        """
        urls = list(dict.fromkeys(child.issuer_urls))
        if not urls:
            yield IssuerLookup(SOURCE, "(none)", child.sha256, "the certificate names no AIA address")
        for url in urls[:MAX_URLS]:
            if url in self._fetched:
                continue
            self._fetched.add(url)
            tried = await self._ask(url, child)
            yield tried
            if tried.ok:
                return
        if len(urls) > MAX_URLS and child.sha256 not in self._bounded:
            self._bounded.add(child.sha256)
            left = plural(len(urls) - MAX_URLS, "further URL")
            yield IssuerLookup(SOURCE, "(more)", child.sha256, f"{left} not asked, {MAX_URLS} is the bound")

    async def _ask(self, url: str, child: Certificate) -> IssuerLookup:
        started = time.perf_counter()
        where = safe_text(url)
        found = await self.budget.within(self.answers.get(url, self.allowed))
        if isinstance(found.outcome, ConsentNeededError) and await self._consent(where, found.outcome):
            started = time.perf_counter()
            found = await self.budget.within(self.answers.get(url, self.allowed))
        if isinstance(found.outcome, FetchedAnswer):
            return _dated(self._weigh(found.outcome, where, child), found)
        took = 0.0 if found.age is not None else 1000 * (time.perf_counter() - started)
        outcome = str(found.outcome)
        address, hint = found.outcome.address, found.outcome.hint
        return _dated(
            IssuerLookup(SOURCE, where, child.sha256, outcome, address=address, milliseconds=took, hint=hint), found
        )

    async def _consent(self, where: str, needed: ConsentNeededError) -> bool:
        """Ask the user, once for the host."""
        ask, self.ask_user = self.ask_user, None
        if ask is None or not await ask(where, needed):
            return False
        self.allowed = frozenset(Reach)
        return True

    def _weigh(self, answer: FetchedAnswer, where: str, child: Certificate) -> IssuerLookup:
        if answer.status != 200:
            return self._try(answer, where, child, f"HTTP status {answer.status}")
        reading = read_certificates(answer.body, foreign=True)
        if not reading.certificates:
            why = reading.problems[0].reason if reading.problems else "no certificate in it"
            packed = _packed(answer)
            return self._try(answer, where, child, f"{reading.format}: {why}{packed}", reading.format)
        proof = best_proof(self.prover, child, reading.certificates)
        outcome = f"{plural(len(reading.certificates), 'certificate')} ({reading.format}), {proof_text(proof, child)}"
        return self._try(answer, where, child, outcome, reading.format, reading.certificates, proof)

    @staticmethod
    def _try(
        answer: FetchedAnswer,
        where: str,
        child: Certificate,
        outcome: str,
        format_name: str | None = None,
        certificates: tuple[Certificate, ...] = (),
        proof: Proof | None = None,
    ) -> IssuerLookup:
        return IssuerLookup(
            SOURCE, where, child.sha256, outcome, certificates, proof,
            answer.address, answer.status, len(answer.body), format_name, answer.milliseconds,
        )  # fmt: skip


def _packed(answer: FetchedAnswer) -> str:
    """What to say of an answer that came compressed though nothing but plain bytes was asked for."""
    encoding = answer.header("content-encoding").strip().lower()
    return f"; it came packed as {safe_text(encoding, 20)}, which is not unpacked" if encoding not in _PLAIN else ""


_PLAIN = {"", "identity"}


def _dated(tried: IssuerLookup, found: Remembered) -> IssuerLookup:
    """Say of what was remembered how old it is; it took no time."""
    if found.age is None:
        return tried
    return replace(tried, outcome=f"{tried.outcome} (remembered, {found.age:.0f} s old)", milliseconds=0.0)
