"""What a host's certificates name, fetched within the host's bounds; and AIA's issuers (RFC 5280 section 4.2.2.1)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from tui_chain.core.text import plural, safe_text
from tui_chain.net.addresses import (
    NO_CONSENT,
    BoundReachedError,
    Connections,
    ConsentNeededError,
    OnPrivate,
    Permission,
    PrivateConsent,
    SocketAddress,
    permission,
    unheard,
)
from tui_chain.net.fetch import FetchedAnswer
from tui_chain.net.target import Target
from tui_chain.resolve.aia_cache import AIACache, Remembered
from tui_chain.resolve.resolution import ConsentRequest, IssuerLookup, best_proof, proof_text
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates
from tui_chain.x509.signatures import Proof, SignatureProver

if TYPE_CHECKING:
    from tui_chain.probe.served import ServedChain
    from tui_chain.resolve.resolution import Consent

MAX_URLS = 5
"""URLs of one certificate that are asked."""
TOTAL_SECONDS = 25.0
"""Seconds for all fetches of one host."""
MAX_QUESTIONS = 5
"""Places of one host about which the user is asked; a chain may name as many as it likes."""

T = TypeVar("T")


@dataclass(eq=False)
class FetchBudget:
    """The time of all fetches of one host together: `total` seconds at first, of which `left` are left.

    Only waiting for answers counts, and for several at once it counts once. How long the user thinks about consent,
    and how fast this machine proves and searches between two fetches, changes nothing. `clock` counts seconds and
    never goes back.
    """

    total: float = field(default_factory=lambda: TOTAL_SECONDS)
    clock: Callable[[], float] = time.monotonic
    left: float = field(init=False)
    _waiting: int = 0
    _since: float = 0.0

    def __post_init__(self) -> None:
        self.left = self.total

    async def within(self, answer: Awaitable[T]) -> T:
        """Wait for an answer; raises TimeoutError when nothing is left."""
        self._count()
        self._waiting += 1
        try:
            async with asyncio.timeout(self.left):
                return await answer
        except TimeoutError:
            raise TimeoutError(f"stopped after {self.total:g} s in all") from None
        finally:
            self._count()
            self._waiting -= 1

    def _count(self) -> None:
        """Take off what has gone by while anything was waited for."""
        now = self.clock()
        if self._waiting:
            self.left = max(self.left - (now - self._since), 0.0)
        self._since = now


@dataclass(eq=False)
class HostFetches:
    """Fetches for `host` (safe text), which is `target`, where its `permission` lets them go, within the `budget`.

    `consent` asks the user about each place that needs it, one after the other; None means no.
    """

    permission: Permission
    host: str = ""
    consent: Consent | None = None
    budget: FetchBudget = field(default_factory=FetchBudget)
    target: Target | None = None
    _answers: dict[SocketAddress, bool] = field(default_factory=dict)
    _gate: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, url: str, named_by: Certificate, fetch: Callable[[Permission], Awaitable[T]]) -> T:
        """Return what `fetch` brings for the URL that a certificate names, asking for consent where it is needed.

        Raises what `fetch` raises, ConsentNeededError where the user does not consent, BoundReachedError when the
        connections are spent, and TimeoutError when the time is.
        """
        for _ in range(MAX_QUESTIONS):
            try:
                return await self._within_bounds(fetch)
            except ConsentNeededError as needed:
                if not await self._consents(needed, url, named_by):
                    raise
        return await self._within_bounds(fetch)

    async def _within_bounds(self, fetch: Callable[[Permission], Awaitable[T]]) -> T:
        self.permission.connections.check()
        try:
            return await self.budget.within(fetch(self.permission))
        except BoundReachedError:
            # what is fetched together with other hosts may have ended at the bound of another
            self.permission.connections.check()
            return await self.budget.within(fetch(self.permission))

    async def _consents(self, needed: ConsentNeededError, url: str, named_by: Certificate) -> bool:
        """Ask about a place, once."""
        async with self._gate:
            if needed.place not in self._answers:
                self._answers[needed.place] = await self._ask(needed, url, named_by)
                if self._answers[needed.place]:
                    self.permission = self.permission.with_place(needed.place)
            return self._answers[needed.place]

    async def _ask(self, needed: ConsentNeededError, url: str, named_by: Certificate) -> bool:
        if self.consent is None or len(self._answers) >= MAX_QUESTIONS:
            return False
        shown = safe_text(url)
        request = ConsentRequest(
            self.host, named_by.label, shown, needed.url or shown, needed.place, needed.kind, self.target
        )
        return await self.consent(request)


def host_fetches(
    served: ServedChain,
    allowed: PrivateConsent = NO_CONSENT,
    consent: Consent | None = None,
    on_private: OnPrivate = unheard,
    *,
    proxy: str | None = None,
    usual_proxy: str | None = None,
) -> HostFetches:
    """The fetches for a host as it was reached; `allowed` is what the user consented to before.

    `on_private` hears of each place that is asked by consent. `proxy` and `usual_proxy` are as `Permission` has them.
    """
    connections = Connections(on_private=on_private)
    allowance = permission(served.address, allowed, connections, proxy=proxy, usual_proxy=usual_proxy)
    return HostFetches(allowance, str(served.target), consent, target=served.target)


SOURCE = "AIA"

MAX_CANDIDATES = 100
"""Certificates that are taken of all answers of one host: a PKCS#7 of 64 KiB may hold hundreds."""


@dataclass
class AIAClient:
    """Fetches issuers for one host; a URL is asked once.

    `answers` are shared with other hosts. Every method raises TimeoutError and BoundReachedError when the bounds of
    `fetches` are reached.
    """

    prover: SignatureProver
    fetches: HostFetches
    answers: AIACache = field(default_factory=AIACache)
    _fetched: set[str] = field(default_factory=set)
    _bounded: set[str] = field(default_factory=set)
    _taken: set[Certificate] = field(default_factory=set)

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
        found = await self._remembered(url, child)
        if isinstance(found.outcome, FetchedAnswer):
            return _dated(self._weigh(found.outcome, where, child), found)
        took = 0.0 if found.age is not None else 1000 * (time.perf_counter() - started)
        outcome = str(found.outcome)
        address, hint = found.outcome.address, found.outcome.hint
        return _dated(
            IssuerLookup(SOURCE, where, child.sha256, outcome, address=address, milliseconds=took, hint=hint), found
        )

    async def _remembered(self, url: str, child: Certificate) -> Remembered:
        async def get(permission: Permission) -> Remembered:
            found = await self.answers.get(url, permission)
            if isinstance(found.outcome, ConsentNeededError | BoundReachedError):
                raise found.outcome
            return found

        try:
            return await self.fetches.get(url, child, get)
        except ConsentNeededError as refused:
            return Remembered(refused)

    def _weigh(self, answer: FetchedAnswer, where: str, child: Certificate) -> IssuerLookup:
        if answer.status != 200:
            return self._try(answer, where, child, f"HTTP status {answer.status}")
        reading = read_certificates(answer.body, foreign=True)
        if not reading.certificates:
            why = reading.problems[0].reason if reading.problems else "no certificate in it"
            packed = _packed(answer)
            return self._try(answer, where, child, f"{reading.format}: {why}{packed}", reading.format)
        taken = self._take(child, reading.certificates)
        proof = best_proof(self.prover, child, taken)
        count = plural(len(reading.certificates), "certificate")
        left = len(reading.certificates) - len(taken)
        more = f"; {left} left out, {MAX_CANDIDATES} of a host are the bound" if left else ""
        outcome = f"{count} ({reading.format}), {proof_text(proof, child)}{more}"
        return self._try(answer, where, child, outcome, reading.format, taken, proof)

    def _take(self, child: Certificate, came: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
        """The certificates that are within the bound, those first that bear the name of the child's issuer."""
        by_name = sorted(dict.fromkeys(came), key=lambda one: one.subject_name != child.issuer_name)
        chosen = []
        for one in by_name:
            if one in self._taken or len(self._taken) < MAX_CANDIDATES:
                self._taken.add(one)
                chosen.append(one)
        return tuple(chosen)

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
