"""Finding what is missing: at hand first, then by AIA, link by link, until a path stands or nothing new comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from tui_chain.core.status import Status
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.probe.served import ServedChain
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.sources import Given, Source
from tui_chain.resolve.tries import Resolution, Try
from tui_chain.x509.certificate import Certificate

if TYPE_CHECKING:  # who finds everything at hand does not wait for what fetches
    from tui_chain.net.addresses import ConsentNeededError
    from tui_chain.resolve.aia import AIAClient
    from tui_chain.resolve.answers import Answers
    from tui_chain.resolve.consent import Consent

MAX_DEPTH = 8
"""Links that are fetched one above the other."""
TOTAL_SECONDS = 25.0
"""Seconds for all fetches of one host."""

Heard = Callable[[Try], None]


def _deaf(_: Try) -> None:
    """A listener that does not care."""


@dataclass(eq=False)
class Resolver:
    """Finds missing certificates for one host; `offline` keeps it from the network.

    `sources` are asked first, then `pool` (files and folders), then `pasted` text, then AIA. `answers` gives
    those of AIA that are shared with other hosts; None means that none are. `consent` asks the user where AIA leads
    inside; None means no.
    """

    diagnoser: Diagnoser
    at: datetime
    pool: FileCertificates = FileCertificates()  # noqa: RUF009 - frozen
    allow_private: bool = False
    offline: bool = False
    heard: Heard = _deaf
    sources: tuple[Source, ...] = ()
    pasted: FileCertificates = FileCertificates()  # noqa: RUF009 - frozen
    answers: Callable[[], Answers] | None = None
    consent: Consent | None = None
    _tries: list[Try] = field(default_factory=list)
    _found: dict[Certificate, str] = field(default_factory=dict)
    _asked: set[Certificate] = field(default_factory=set)

    async def resolve(self, served: ServedChain, diagnosis: Diagnosis) -> Resolution:
        """Look for what `diagnosis` misses; every try is recorded, in order, with its outcome and time."""
        if diagnosis.status not in {Status.COMPLETE, Status.UNREACHABLE}:
            diagnosis = await self._at_hand(served, diagnosis)
            try:
                async with asyncio.timeout(TOTAL_SECONDS) as limit:
                    diagnosis = await self._from_aia(served, diagnosis, limit)
            except TimeoutError:
                words = f"stopped after {TOTAL_SECONDS:g} s in all"
                leaf, spent = served.certificates[0].sha256, 1000 * TOTAL_SECONDS
                self._record(Try("AIA", "(all)", leaf, words, milliseconds=spent))
                diagnosis = self._again(served)
        return Resolution(diagnosis, tuple(self._tries), tuple(self._found), self._sources(served))

    def _record(self, tried: Try) -> None:
        self._tries.append(tried)
        for certificate in tried.certificates:
            self._found.setdefault(certificate, tried.place_of(certificate))
        self.heard(tried)

    def _again(self, served: ServedChain) -> Diagnosis:
        return self.diagnoser.diagnose(served, at=self.at, found=tuple(self._found))

    async def _at_hand(self, served: ServedChain, diagnosis: Diagnosis) -> Diagnosis:
        """Ask every source that costs no network, so that all alternatives at hand are seen."""
        known = len(self._found)
        given = (Given("files", self.pool), Given("pasted", self.pasted))
        for certificate, place in (*self.pool.certificates, *self.pasted.certificates):
            self._found.setdefault(certificate, place)
        for _ in range(MAX_DEPTH):
            children = [child for child in waiting(diagnosis) if child not in self._asked]
            if not children:
                break
            for child in children:
                self._asked.add(child)
                for source in (*self.sources, *given):
                    tried = await source.ask(child, self.diagnoser.prover)
                    if tried is not None:
                        self._record(tried)
            if len(self._found) == known:
                break
            known, diagnosis = len(self._found), self._again(served)
        return diagnosis

    async def _from_aia(self, served: ServedChain, diagnosis: Diagnosis, limit: asyncio.Timeout) -> Diagnosis:
        client: AIAClient | None = None
        spent: set[Certificate] = set()
        for _ in range(MAX_DEPTH):
            children = [child for child in waiting(diagnosis) if child not in spent]
            if not children or self.offline:
                break
            client = client or self._client(served, limit)
            for child in children:
                # one that got a signer and waits on, since that one is of no use, has its other URLs asked next
                if not await self._ask_aia(client, child):
                    spent.add(child)
            diagnosis = await self._at_hand(served, self._again(served))
        return diagnosis

    def _client(self, served: ServedChain, limit: asyncio.Timeout) -> AIAClient:
        from tui_chain.net.addresses import allowed_reach
        from tui_chain.resolve.aia import AIAClient
        from tui_chain.resolve.answers import Answers

        allowed = allowed_reach(served.address, consent=self.allow_private)
        ask = self._asker(served, limit) if self.consent is not None else None
        return AIAClient(self.diagnoser.prover, allowed, self.answers() if self.answers else Answers(), ask)

    async def _ask_aia(self, client: AIAClient, child: Certificate) -> bool:
        """Ask until a signer comes; return whether one came."""
        signed = False
        async for tried in client.tries(child):
            self._record(tried)
            signed = signed or tried.ok
        return signed

    def _asker(
        self, served: ServedChain, limit: asyncio.Timeout
    ) -> Callable[[str, ConsentNeededError], Awaitable[bool]]:
        """Ask the user, with the clock stopped: thinking is not fetching."""
        from tui_chain.resolve.consent import Question

        async def ask(url: str, needed: ConsentNeededError) -> bool:
            loop = asyncio.get_running_loop()
            left = (limit.when() or loop.time()) - loop.time()
            limit.reschedule(None)
            try:
                question = Question(str(served.target), url, needed.inside, needed.kind)
                return self.consent is not None and await self.consent(question)
            finally:
                limit.reschedule(loop.time() + left)

        return ask

    def _sources(self, served: ServedChain) -> dict[str, str]:
        store = self.diagnoser.trust
        sources = {certificate.sha256: source for certificate, source in self._found.items()}
        sources |= {anchor.sha256: f"trust store {store.name}" for anchor in store.anchors}
        sources |= {certificate.sha256: "served" for certificate in served.certificates}
        roots = {one.sha256 for one in (*self._found, *served.certificates) if one.is_ca and one.self_issued}
        return sources | {sha256: f"confirmed root, {sources[sha256]}" for sha256 in self.diagnoser.confirmed & roots}


def waiting(diagnosis: Diagnosis) -> tuple[Certificate, ...]:
    """The certificates for which another issuer would help.

    Those whose issuer is missing; those below an untrusted root; where every path breaks a rule, those below an
    issuer that breaks it, and those at which another branch stops.
    """
    if diagnosis.status in {Status.COMPLETE, Status.REPAIRABLE, Status.UNREACHABLE}:
        return ()
    wanted = [missing.wanted_by for missing in diagnosis.missing]
    if diagnosis.path is None:
        wanted += [trail[-2] for trail in diagnosis.search.untrusted if len(trail) > 1]
        return tuple(dict.fromkeys(wanted))
    if not diagnosis.path.good:
        wanted += [missing.wanted_by for missing in diagnosis.search.missing]
    chain = diagnosis.path.certificates
    bad = {problem.certificate for problem in diagnosis.path.problems}
    wanted += [child for child, issuer in pairwise(chain) if issuer in bad]
    return tuple(dict.fromkeys(wanted))
