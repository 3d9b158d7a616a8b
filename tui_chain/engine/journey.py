"""The way of one host, stage by stage; a stage that changes drops all that stands to its right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.engine.host_state import Clock, HostState, source_of, utc_now
from tui_chain.net.lookup import NameLookup, lookup
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain
from tui_chain.repair.path_choice import ANY, PathChoice
from tui_chain.repair.repair import build_repair
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolution import IssuerLookup
from tui_chain.resolve.resolver import Resolver
from tui_chain.resolve.sources import OtherHosts, Pooled, Served, Siblings, Source, Stores
from tui_chain.trust.public_stores import PublicStores
from tui_chain.trust.store import TrustStore
from tui_chain.x509.signatures import SignatureProver

if TYPE_CHECKING:
    from tui_chain.engine.roots import ConfirmedRoot
    from tui_chain.livetest.choice import RequestChoice
    from tui_chain.pool.pool import Pool
    from tui_chain.repair.alternatives import Alternative
    from tui_chain.repair.candidates import Gap
    from tui_chain.resolve.aia_cache import AIACache
    from tui_chain.resolve.consent import Consent

__all__ = ["Clock", "Heard", "HostState", "Journey", "Step", "source_of", "utc_now"]

Step = Callable[[str], None]
Heard = Callable[[IssuerLookup], None]
NOTHING_SET: Mapping[str, str] = MappingProxyType({})
"""The environment of one who has none."""


def _quiet(_: object) -> None:
    """A listener that does not care."""


@dataclass
class Journey:
    """Runs the stages; holds what all hosts share: the trust store, proofs, files, AIA answers, the clock.

    `pool` are the user's files for this run, `certificate_pool` the pool that is kept between runs. `siblings` gives
    the chains that the hosts of the list served. `all_sources` also asks the served chain itself and the public
    stores, so that the trace is whole. `consent` is asked where AIA leads inside; None means no, as long as
    `allow_private_aia` is off.
    """

    trust: TrustStore
    clock: Clock = utc_now
    timeout: float = 5.0
    pool: FileCertificates = FileCertificates()  # noqa: RUF009 - frozen
    allow_private_aia: bool = False
    offline: bool = False
    certificate_pool: Pool | None = None
    siblings: Siblings | None = None
    all_sources: bool = False
    consent: Consent | None = None
    name_lookup: NameLookup = lookup
    diagnoser: Diagnoser = field(init=False)
    prober: Prober = field(init=False)

    def __post_init__(self) -> None:
        self.diagnoser = Diagnoser(self.trust, SignatureProver(), PublicStores(self.trust.name))
        self.prober = Prober(self.clock, self.timeout, name_lookup=self.name_lookup)

    @cached_property
    def answers(self) -> AIACache:
        """What AIA addresses answered, for all hosts; loaded by the first host that has to ask one."""
        from tui_chain.resolve.aia_cache import AIACache

        return AIACache()

    async def probe(self, state: HostState, progress: Step = _quiet) -> HostState:
        """Stages 1 and 2: reach the host and diagnose what it served."""
        probed = self.diagnose(state, await self.prober.probe(state.target, progress))
        await self._learn(probed)
        return probed

    def diagnose(self, state: HostState, served: ServedChain | Failure) -> HostState:
        """Stage 2 alone, for a chain that is at hand."""
        return state.with_served(served, self.diagnoser.diagnose(served, at=self.clock()))

    async def fix(self, state: HostState, heard: Heard = _quiet) -> HostState:
        """Stages 3 and 4: find missing links, build a bundle, prove it. A host not reached stays as it is.

        What was chosen before is dropped.
        """
        if not isinstance(state.served, ServedChain) or state.diagnosis is None:
            return state
        at = self.clock()
        resolver = Resolver(
            self.diagnoser, at, self.pool, self.allow_private_aia, self.offline, heard,
            self._sources(state.served), lambda: self.answers, self.consent,
        )  # fmt: skip
        resolution = await resolver.resolve(state.served, state.diagnosis)
        fixed = state.with_repair(resolution, build_repair(state.served, resolution, at=at))
        await self._learn(fixed)
        return fixed

    def _sources(self, served: ServedChain) -> tuple[Source, ...]:
        """Where to look before files and AIA, what costs least first."""
        sources: list[Source] = [Served(served)] if self.all_sources else []
        if self.siblings is not None:
            sources.append(OtherHosts(served, self.siblings))
        if self.certificate_pool is not None:
            sources.append(Pooled(self.certificate_pool))
        return (*sources, Stores(self.diagnoser.others)) if self.all_sources else tuple(sources)

    async def _learn(self, state: HostState) -> None:
        if self.certificate_pool is not None and self.certificate_pool.learning and state.verdict is not None:
            from tui_chain.resolve.sources import learn

            sources = state.resolution.sources if state.resolution is not None else {}
            await learn(self.certificate_pool, state.verdict, self.trust, str(state.target), sources, self.clock())

    def choose(self, state: HostState, choice: PathChoice) -> HostState:
        """Stage 4 again with what the user chose; nothing is searched."""
        if not isinstance(state.served, ServedChain) or state.resolution is None:
            return state
        repair = build_repair(state.served, state.resolution, at=self.clock(), choice=choice)
        return state.with_repair(state.resolution, repair, choice)

    def alternatives(self, state: HostState) -> tuple[Alternative, ...]:
        """The host's paths in order, each proven; empty before the search."""
        from tui_chain.repair.alternatives import alternatives

        if not isinstance(state.served, ServedChain) or state.resolution is None:
            return ()
        return alternatives(state.served, state.resolution, at=self.clock(), choice=state.choice or ANY)

    def gaps(self, state: HostState, ways: tuple[Alternative, ...]) -> tuple[Gap, ...]:
        """What was looked for and what came; `ways` are the host's alternatives."""
        from tui_chain.repair.candidates import gaps

        if not isinstance(state.served, ServedChain) or state.resolution is None:
            return ()
        prover, at = self.diagnoser.prover, self.clock()
        return gaps(state.served, state.resolution, ways, at=at, prover=prover, choice=state.choice or ANY)

    def trust_roots(self, roots: Iterable[ConfirmedRoot]) -> None:
        """Let these roots, and no others before, end paths for the rest of the run; diagnose the hosts again."""
        self.diagnoser = replace(self.diagnoser, confirmed=frozenset(root.sha256 for root in roots))

    async def test(
        self,
        state: HostState,
        choice: RequestChoice | None = None,
        *,
        environment: Mapping[str, str] = NOTHING_SET,
        bundle: Path | None = None,
    ) -> HostState:
        """Stage 5: a real request with the trust store as it was, and one with exactly the bundle's bytes.

        Where the host's CRLs were gathered, they go with the bundle, and the second request looks into them.
        `choice` says what is asked (a GET of the root by default), `environment` is the user's own, and `bundle` the
        file where one was written.
        """
        import asyncio

        from tui_chain.livetest.choice import USUAL
        from tui_chain.livetest.contexts import context_of
        from tui_chain.livetest.live import Live, request_for

        if not isinstance(state.served, ServedChain):
            return state
        used = state.bundle
        pem = used.pem if used is not None else None
        alone = await asyncio.to_thread(context_of, used) if used is not None else None
        address = state.served.address
        asked = choice or USUAL
        request = request_for(state.target, asked, environment, address=address, timeout=self.timeout)
        live = Live(self.trust, environment, bundle, asked.proxy)
        return state.with_live_test(await live.test(request, pem, alone))
