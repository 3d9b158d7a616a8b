"""The journey of one host, stage by stage; a stage that changes drops all that stands to its right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.diagnose.case import leaf_first
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import Clock, HostState, utc_now
from tui_chain.net.addresses import (
    NO_CONSENT,
    OnPrivate,
    PrivateConsent,
    unheard,
)
from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.lookup import NameLookup, lookup
from tui_chain.net.route import Proxies
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain
from tui_chain.repair.path_choice import ANY, PathChoice
from tui_chain.repair.repair import build_repair
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolution import IssuerLookup
from tui_chain.resolve.resolver import Resolver
from tui_chain.resolve.sources import OtherHosts, Pooled, Served, Siblings, Source, Stores
from tui_chain.trust.loading import PublicStores
from tui_chain.trust.store import TrustStore
from tui_chain.x509.signatures import SignatureProver

if TYPE_CHECKING:
    from tui_chain.livetest.choice import RequestChoice
    from tui_chain.livetest.hops import RedirectLimits
    from tui_chain.pool.pool import Pool
    from tui_chain.repair.alternatives import Alternative
    from tui_chain.repair.candidates import Gap
    from tui_chain.repair.repair import Repair
    from tui_chain.resolve.aia import HostFetches
    from tui_chain.resolve.aia_cache import AIACache
    from tui_chain.resolve.resolution import Consent
    from tui_chain.trust.pinned import ConfirmedRoot


@dataclass(frozen=True, eq=False)
class Context:
    """The frozen circumstances of a run, the same for all its hosts.

    `trust` is the chosen trust store, `pinned` the SHA-256 (lower-case hex) of the roots that the user confirmed at
    the start. `clock` gives the aware time to judge at, `timeout` the seconds of each step. `files` are the
    certificates and CRLs of the user's own files. `offline` fetches nothing; `allow_private_aia` is the consent
    to private addresses that certificates name. `name_lookup` gives the addresses of a name. `prover` remembers which
    signatures hold. `options` are those that the commands carry on with which are printed. `proxies` are those of the
    user's environment, `connection` the options of every connection whose target has no own.
    """

    trust: TrustStore
    clock: Clock = utc_now
    timeout: float = 5.0
    files: FileCertificates = FileCertificates()  # noqa: RUF009 - frozen
    allow_private_aia: PrivateConsent = NO_CONSENT
    offline: bool = False
    name_lookup: NameLookup = lookup
    pinned: frozenset[str] = frozenset()
    prover: SignatureProver = field(default_factory=SignatureProver)
    options: Options = Options()  # noqa: RUF009 - frozen
    proxies: Proxies = Proxies()  # noqa: RUF009 - frozen
    connection: ConnectionOptions = USUAL_CONNECTION

    @property
    def public_stores(self) -> PublicStores:
        """The public stores of this machine beside the chosen one."""
        return PublicStores(self.trust.name)


__all__ = ["Clock", "Context", "HostState", "Journey", "OnTry", "Step", "UnusedRoots", "utc_now"]

Step = Callable[[str], None]
Turn = Callable[[], Awaitable[None]]
OnTry = Callable[[IssuerLookup], None]
NOTHING_SET: Mapping[str, str] = MappingProxyType({})
"""The environment of one who has none."""


def _quiet(_: object) -> None:
    """Ignore what is reported."""


@dataclass
class Journey:
    """Runs the stages; holds what all hosts share: the context, proofs, AIA answers, the pool.

    `certificate_pool` is the pool that is kept between runs. `siblings` gives the chains that the hosts of the list
    served. `all_sources` also asks the served chain itself and the public stores, so that the trace is whole.
    `consent` is asked where AIA, OCSP or a CRL leads inside; None means no, unless the context allows it, and
    `on_private` hears of each such place that is asked. `turn` is awaited before each piece of work that computes, so
    that a front end can answer keys in between.
    """

    context: Context
    certificate_pool: Pool | None = None
    siblings: Siblings | None = None
    all_sources: bool = False
    consent: Consent | None = None
    on_private: OnPrivate = unheard
    turn: Turn | None = None
    diagnoser: Diagnoser = field(init=False)
    prober: Prober = field(init=False)

    def __post_init__(self) -> None:
        context = self.context
        self.diagnoser = Diagnoser(
            context.trust,
            context.prover,
            context.public_stores,
            context.pinned,
            context.options.warn_days,
        )
        self.prober = Prober(
            context.clock,
            context.timeout,
            name_lookup=context.name_lookup,
            proxies=context.proxies,
            usual=context.connection,
            retries=context.options.retries,
            rate=context.options.rate,
        )

    @property
    def trust(self) -> TrustStore:
        """The chosen trust store."""
        return self.context.trust

    @property
    def timeout(self) -> float:
        """Seconds of each step."""
        return self.context.timeout

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences on what of the config file, the trust store, the user's files and the pool cannot be used."""
        pool = self.certificate_pool
        found = (*pool.notices, *pool.given_up) if pool is not None else ()
        return (*self.context.options.notices, *self.trust.notices, *self.context.files.problems, *found)

    def clock(self) -> datetime:
        """The aware time to judge at."""
        return self.context.clock()

    @cached_property
    def answers(self) -> AIACache:
        """What AIA addresses answered, for all hosts; loaded by the first host that has to ask one."""
        from tui_chain.resolve.aia_cache import AIACache

        return AIACache()

    async def probe(self, state: HostState, progress: Step = _quiet) -> HostState:
        """Stages 1 and 2: reach the host and diagnose what it served."""
        served = await self.prober.probe(state.target, progress)
        await self._take_turn()
        probed = self.diagnose(state, served)
        await self._learn(probed)
        return probed

    async def _take_turn(self) -> None:
        if self.turn is not None:
            await self.turn()

    def diagnose(self, state: HostState, served: ServedChain | Failure) -> HostState:
        """Stage 2 alone, for a chain that is at hand."""
        return state.with_served(served, self.diagnoser.diagnose(served, at=self.clock()))

    async def fix(self, state: HostState, on_try: OnTry = _quiet) -> HostState:
        """Stages 3 and 4: find missing certificates, build a bundle, prove it. A host not reached stays as it is.

        What was chosen before is dropped.
        """
        if not isinstance(state.served, ServedChain) or state.diagnosis is None:
            return state
        context, at = self.context, self.clock()
        resolver = Resolver(
            self.diagnoser, at, context.files, context.offline, on_try,
            self._sources(state.served), lambda: self.answers, self.fetches,
        )  # fmt: skip
        await self._take_turn()
        resolution = await resolver.resolve(state.served, state.diagnosis)
        await self._take_turn()
        turned = leaf_first(state.served)
        if turned is not state.served:
            # what its own certificate lacks: no bundle helps, the chain file for the server has it
            more = await resolver.resolve(turned, self.diagnoser.diagnose(turned, at=at))
            resolution = replace(more, diagnosis=resolution.diagnosis)
        fixed = state.with_repair(resolution, build_repair(state.served, resolution, at=at))
        await self._learn(fixed)
        return fixed

    @property
    def redirect_limits(self) -> RedirectLimits:
        """Where the redirects of a live test are followed."""
        from tui_chain.livetest.hops import RedirectLimits

        return RedirectLimits(self.context.allow_private_aia, self.on_private, self.context.offline)

    def fetches(self, served: ServedChain) -> HostFetches:
        """Bounds and consent for what a host's certificates name, anew for each search."""
        from tui_chain.resolve.aia import host_fetches

        options = served.target.connection
        proxy = "" if options.direct else options.proxy
        usual = self.context.proxies.usual
        return host_fetches(
            served, self.context.allow_private_aia, self.consent, self.on_private, proxy=proxy, usual_proxy=usual
        )

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

    def gaps(self, state: HostState, paths: tuple[Alternative, ...]) -> tuple[Gap, ...]:
        """What was missing and what was found; `paths` are the host's alternatives."""
        from tui_chain.repair.candidates import gaps

        if not isinstance(state.served, ServedChain) or state.resolution is None:
            return ()
        prover, at = self.context.prover, self.clock()
        return gaps(state.served, state.resolution, paths, at=at, prover=prover, choice=state.choice or ANY)

    def trust_roots(self, roots: Iterable[ConfirmedRoot]) -> None:
        """Let these roots, beside the context's, end paths for the rest of the run; diagnose the hosts again."""
        confirmed = self.context.pinned | {root.sha256 for root in roots}
        self.diagnoser = replace(self.diagnoser, confirmed=confirmed)

    def standing(self, state: HostState) -> Repair | Failure | None:
        """What clients have to trust of a host that is accepted as it is served, as a bundle with its proof."""
        from tui_chain.repair.repair import standing_repair

        served, verdict = state.reached, state.verdict
        if served is None or verdict is None or verdict.path is None:
            return state.repair
        sources = {one.sha256: state.source_of(one) for one in verdict.path.certificates}
        return standing_repair(served, verdict, sources, at=self.clock())

    def have_roots_of(self, bundle: bytes) -> None:
        """Have those roots of a bundle at hand that the user confirmed: no server sends them, no AIA leads there.

        Nothing else of it is used: old intermediates would hide newer ones.
        """
        from tui_chain.x509.formats.readers import read_certificates

        at_hand = {one.sha256 for one, _ in self.context.files.certificates}
        wanted = self.diagnoser.confirmed - at_hand
        roots = tuple(one for one in read_certificates(bundle).certificates if one.sha256 in wanted)
        named = (*self.context.files.certificates, *((root, "the old bundle") for root in roots))
        self.context = replace(self.context, files=replace(self.context.files, certificates=named))

    def unused_roots(self, states: Iterable[HostState]) -> Iterator[str]:
        """Say which of the context's roots end no path of these hosts, which were searched; none may be a root."""
        unused = UnusedRoots(self.context.pinned)
        for state in states:
            unused.add(state)
        return unused.sentences()

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
        `choice` is the request (a GET of the root by default), `environment` is the user's own, and `bundle` the
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
        chosen = choice or USUAL
        usual = self.context.proxies.usual
        request = request_for(
            state.served.target, chosen, environment, address=address, timeout=self.timeout, usual_proxy=usual
        )
        live = Live(self.trust, environment, bundle, chosen.proxy, self.redirect_limits, usual)
        return state.with_live_test(await live.test(request, pem, alone))


@dataclass(eq=False)
class UnusedRoots:
    """Which of the roots that the user confirmed (`pinned`, SHA-256s) end no path of the hosts that were searched."""

    pinned: frozenset[str]
    _used: set[str] = field(default_factory=set)
    _labels: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def add(self, state: HostState) -> None:
        """Take in one more host."""
        if not self.pinned:
            return
        if state.proven is not None:
            self._used |= self.pinned & {one.sha256 for one in state.proven.path.certificates}
        for one in state.known_certificates:
            if one.sha256 in self.pinned:
                self._labels[one.sha256] = one.label, one.is_ca and one.self_issued

    def sentences(self) -> Iterator[str]:
        """Say which were trusted for nothing, and which may be no root."""
        for sha256 in sorted(self.pinned):
            label, is_root = self._labels.get(sha256, ("", True))
            if not is_root:
                yield f"--trust-root names {label}, which is no root; name the root that its chain ends at."
            elif sha256 not in self._used:
                yield f"No path ends at the root {sha256[:16]}… that --trust-root names."
