"""Certificates that point at the lab's AIA site, and the search for their issuers."""

from __future__ import annotations

import asyncio

from tests.support.chains import views
from tests.support.fetches import HERE
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.engine.journey import utc_now
from tui_chain.lab.authority import Authority, Identity, Template
from tui_chain.lab.internet import Lab
from tui_chain.net.addresses import Permission, Reach
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.resolve.aia import AIAClient, HostFetches
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolution import IssuerLookup, Resolution
from tui_chain.resolve.resolver import Resolver
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver


def pointing_at(issuer: Authority, *urls: str) -> Identity:
    """A leaf for localhost that names these AIA URLs."""
    return issuer.issue_leaf(template=Template(urls=urls))


def fetches_under_way() -> int:
    """How many AIA answers are being fetched in this event loop."""
    return sum(task.get_name().startswith("AIA ") for task in asyncio.all_tasks())


def ask(child: Identity, allowed: frozenset[Reach] = HERE) -> list[IssuerLookup]:
    async def run() -> list[IssuerLookup]:
        client = AIAClient(SignatureProver(), fetches_to(allowed))
        return [tried async for tried in client.tries(Certificate(child.der))]

    return asyncio.run(run())


def resolve(
    trust: TrustStore, *served: Identity, pool: FileCertificates | None = None, address: str | None = "127.0.0.1"
) -> Resolution:
    """Stage 3 for a chain that was served at an address."""

    async def run() -> Resolution:
        now = utc_now()
        chain = ServedChain(Target("localhost"), views(*served), now, address)
        diagnoser = Diagnoser(trust)
        resolver = Resolver(diagnoser, now, pool or FileCertificates())
        resolution = await resolver.resolve(chain, diagnoser.diagnose(chain, at=now))
        assert len(asyncio.all_tasks()) == 1, "a task was left behind"
        return resolution

    return asyncio.run(run())


def lab_store(lab: Lab) -> TrustStore:
    return TrustStore("lab", views(lab.hierarchy["root"], lab.hierarchy["other-root"]))


def fetches_to(allowed: frozenset[Reach] = HERE) -> HostFetches:
    """What a host's certificates name may be asked at these kinds of addresses."""
    return HostFetches(Permission(allowed))
