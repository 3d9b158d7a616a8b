"""Finding what is missing: at hand first, then by AIA, link by link, until a path stands or nothing new comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from tui_chain.core.status import Status
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.probe.served import ServedChain
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolution import IssuerLookup, Resolution
from tui_chain.resolve.sources import Given, Source
from tui_chain.x509.certificate import Certificate

if TYPE_CHECKING:  # who finds everything at hand does not wait for what fetches
    from tui_chain.resolve.aia import AIAClient, HostFetches
    from tui_chain.resolve.aia_cache import AIACache

MAX_DEPTH = 8
"""Links that are fetched one above the other."""

LookupListener = Callable[[IssuerLookup], None]


def _deaf(_: IssuerLookup) -> None:
    """A listener that does not care."""


@dataclass(eq=False)
class Resolver:
    """Finds missing certificates for one host; `offline` keeps it from the network.

    `sources` are asked first, then `pool` (files and folders), then AIA. `answers` gives
    those of AIA that are shared with other hosts; None means that none are. `fetches` bounds all fetches together;
    it is called where one is needed, for the host's address, and by default nothing leads inside.
    """

    diagnoser: Diagnoser
    at: datetime
    pool: FileCertificates = FileCertificates()  # noqa: RUF009 - frozen
    offline: bool = False
    on_lookup: LookupListener = _deaf
    sources: tuple[Source, ...] = ()
    answers: Callable[[], AIACache] | None = None
    fetches: Callable[[ServedChain], HostFetches] | None = None
    _tries: list[IssuerLookup] = field(default_factory=list)
    _found: dict[Certificate, str] = field(default_factory=dict)
    _looked_up: set[Certificate] = field(default_factory=set)
    _client: AIAClient | None = None

    async def resolve(self, served: ServedChain, diagnosis: Diagnosis) -> Resolution:
        """Look for what `diagnosis` misses; every try is recorded, in order, with its outcome and time."""
        if diagnosis.status not in {Status.COMPLETE, Status.UNREACHABLE}:
            diagnosis = await self._at_hand(served, diagnosis)
            diagnosis = await self._from_aia(served, diagnosis)
        return Resolution(
            diagnosis, tuple(self._tries), tuple(self._found), sources_of(self.diagnoser, self._found, served)
        )

    def _record(self, tried: IssuerLookup) -> None:
        self._tries.append(tried)
        for certificate in tried.certificates:
            self._found.setdefault(certificate, tried.place_of(certificate))
        self.on_lookup(tried)

    def _again(self, served: ServedChain) -> Diagnosis:
        return self.diagnoser.diagnose(served, at=self.at, found=tuple(self._found))

    async def _at_hand(self, served: ServedChain, diagnosis: Diagnosis) -> Diagnosis:
        """Ask every source that costs no network, so that all alternatives at hand are seen."""
        known = len(self._found)
        given = Given(self.pool)
        for certificate, place in self.pool.certificates:
            self._found.setdefault(certificate, place)
        for _ in range(MAX_DEPTH):
            children = [child for child in waiting(diagnosis) if child not in self._looked_up]
            if not children:
                break
            for child in children:
                self._looked_up.add(child)
                for source in (*self.sources, given):
                    tried = await source.ask(child, self.diagnoser.prover)
                    if tried is not None:
                        self._record(tried)
            if len(self._found) == known:
                break
            known, diagnosis = len(self._found), self._again(served)
        return diagnosis

    async def _from_aia(self, served: ServedChain, diagnosis: Diagnosis) -> Diagnosis:
        if self.offline or not waiting(diagnosis):
            return diagnosis
        from tui_chain.net.addresses import BoundReachedError

        client = self._client = self._client or self._new_client(served)
        try:
            return await self._fetched(client, served, diagnosis)
        except (TimeoutError, BoundReachedError) as stopped:
            budget, leaf = client.fetches.budget, served.certificates[0].sha256
            took = 1000 * (budget.total - budget.left)
            self._record(IssuerLookup("AIA", "(all)", leaf, str(stopped), milliseconds=took))
            return self._again(served)

    async def _fetched(self, client: AIAClient, served: ServedChain, diagnosis: Diagnosis) -> Diagnosis:
        """The diagnosis with what AIA brings; raises TimeoutError when the time of all fetches is over."""
        spent: set[Certificate] = set()
        for _ in range(MAX_DEPTH):
            children = [child for child in waiting(diagnosis) if child not in spent]
            if not children:
                break
            for child in children:
                # one whose signer is of no use has its other URLs asked next
                if not await self._ask_aia(client, child):
                    spent.add(child)
            diagnosis = await self._at_hand(served, self._again(served))
        return diagnosis

    def _new_client(self, served: ServedChain) -> AIAClient:
        from tui_chain.resolve.aia import AIAClient, host_fetches
        from tui_chain.resolve.aia_cache import AIACache

        fetches = (self.fetches or host_fetches)(served)
        return AIAClient(self.diagnoser.prover, fetches, self.answers() if self.answers else AIACache())

    async def _ask_aia(self, client: AIAClient, child: Certificate) -> bool:
        """Ask until a signer comes; return whether one came."""
        signed = False
        async for tried in client.tries(child):
            self._record(tried)
            signed = signed or tried.ok
        return signed


def sources_of(diagnoser: Diagnoser, found: Mapping[Certificate, str], served: ServedChain) -> dict[str, str]:
    """By SHA-256 where each certificate came from: `found` elsewhere, the trust store, or the server."""
    store = diagnoser.trust
    sources = {certificate.sha256: source for certificate, source in found.items()}
    sources |= {anchor.sha256: f"trust store {store.name}" for anchor in store.anchors}
    sources |= {certificate.sha256: "served" for certificate in served.certificates}
    roots = {one.sha256 for one in (*found, *served.certificates) if one.is_ca and one.self_issued}
    return sources | {sha256: f"confirmed root, {sources[sha256]}" for sha256 in diagnoser.confirmed & roots}


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
