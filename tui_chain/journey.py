"""The way of one host, stage by stage; a stage that changes drops all that stands to its right."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.signatures import SignatureProver
from tui_chain.certs.store import TrustStore
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.diagnose.words import Status
from tui_chain.failure import Failure
from tui_chain.livetest.request import LiveTest, Request, bundle_context, default_store_context
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain
from tui_chain.probe.target import Target
from tui_chain.repair.repair import Repair, build_repair
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolve import Resolver
from tui_chain.resolve.tries import Resolution, Try

Clock = Callable[[], datetime]
Step = Callable[[str], None]
Heard = Callable[[Try], None]


def utc_now() -> datetime:
    """The time of day, aware, in UTC."""
    return datetime.now(UTC)


def _quiet(_: object) -> None:
    """A listener that does not care."""


@dataclass(frozen=True)
class HostState:
    """How far a host has come. `served` may be the failure to reach it, `repair` the reason why there is none."""

    target: Target
    label: str = ""
    served: ServedChain | Failure | None = None
    diagnosis: Diagnosis | None = None
    resolution: Resolution | None = None
    repair: Repair | Failure | None = None
    live_test: LiveTest | None = None

    def with_served(self, served: ServedChain | Failure | None, diagnosis: Diagnosis | None) -> HostState:
        """The host newly probed; what rested on the old chain is gone."""
        return HostState(self.target, self.label, served, diagnosis)

    def with_repair(self, resolution: Resolution, repair: Repair | Failure) -> HostState:
        """The host newly resolved; an old live test is gone."""
        return replace(self, resolution=resolution, repair=repair, live_test=None)

    def with_live_test(self, live_test: LiveTest) -> HostState:
        """The host newly tested."""
        return replace(self, live_test=live_test)

    @property
    def verdict(self) -> Diagnosis | None:
        """The newest diagnosis: after the search for links where there was one."""
        return self.resolution.diagnosis if self.resolution is not None else self.diagnosis

    @property
    def status(self) -> Status | None:
        """Where the host stands; `repairable` is said only of a repair that was proven."""
        if self.verdict is None:
            return None
        if self.verdict.status is Status.REPAIRABLE and not isinstance(self.repair, Repair):
            return Status.INVALID
        return self.verdict.status

    @property
    def proven(self) -> Repair | None:
        """The proven repair, or None."""
        return self.repair if isinstance(self.repair, Repair) else None


@dataclass
class Journey:
    """Runs the stages; holds what all hosts share: the trust store, proofs, files, the clock."""

    trust: TrustStore
    clock: Clock = utc_now
    timeout: float = 5.0
    pool: FileCertificates = FileCertificates()  # noqa: RUF009 - frozen
    allow_private_aia: bool = False
    offline: bool = False
    diagnoser: Diagnoser = field(init=False)
    prober: Prober = field(init=False)

    def __post_init__(self) -> None:
        self.diagnoser = Diagnoser(self.trust, SignatureProver())
        self.prober = Prober(self.clock, self.timeout)

    async def probe(self, state: HostState, progress: Step = _quiet) -> HostState:
        """Stages 1 and 2: reach the host and diagnose what it served."""
        return self.diagnose(state, await self.prober.probe(state.target, progress))

    def diagnose(self, state: HostState, served: ServedChain | Failure) -> HostState:
        """Stage 2 alone, for a chain that is at hand."""
        return state.with_served(served, self.diagnoser.diagnose(served, at=self.clock()))

    async def fix(self, state: HostState, heard: Heard = _quiet) -> HostState:
        """Stages 3 and 4: find missing links, build a bundle, prove it. A host not reached stays as it is."""
        if not isinstance(state.served, ServedChain) or state.diagnosis is None:
            return state
        at = self.clock()
        resolver = Resolver(self.diagnoser, at, self.pool, self.allow_private_aia, self.offline, heard)
        resolution = await resolver.resolve(state.served, state.diagnosis)
        return state.with_repair(resolution, build_repair(state.served, resolution, at=at))

    async def test(self, state: HostState, method: str = "GET", path: str = "/") -> HostState:
        """Stage 5: a real request with the trust store as it was, and one with exactly the bundle's bytes."""
        if not isinstance(state.served, ServedChain):
            return state
        request = Request(state.target, method, path, max(self.timeout, 5.0), state.served.address)
        # a context with certifi's roots takes 30 ms to build: not on the event loop
        context = await asyncio.to_thread(default_store_context, self.trust.anchors)
        before = await request.send(context, f"trust store {self.trust.name}")
        after = None
        if state.proven is not None:
            after = await request.send(bundle_context(state.proven.bundle.pem), "the bundle alone")
        return state.with_live_test(LiveTest(method, request.url, before, after))


def source_of(state: HostState, certificate: Certificate) -> str:
    """Where a certificate of the host's path came from."""
    if state.resolution is not None:
        return state.resolution.sources.get(certificate.sha256, "unknown")
    if isinstance(state.served, ServedChain) and certificate in state.served.certificates:
        return "served"
    return "trust store"
