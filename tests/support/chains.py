"""Certificates, served chains and trust stores made for one test, at a time that stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from tui_chain.core.failure import Failure
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.lab.authority import Authority, Identity
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.repair.repair import Repair, build_repair
from tui_chain.resolve.resolution import Resolution
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOST = "host.test"


def views(*identities: Identity) -> tuple[Certificate, ...]:
    return tuple(Certificate(each.der) for each in identities)


def served_by(*identities: Identity, host: str = HOST, address: str | None = None) -> ServedChain:
    return ServedChain(Target(host), views(*identities), NOW, address)


def store_of(*identities: Identity) -> TrustStore:
    return TrustStore("test", views(*identities))


@dataclass(frozen=True)
class Pki:
    """A root, an intermediate under it, and a leaf for `host.test`."""

    root: Authority
    issuing: Authority
    leaf: Identity

    @cached_property
    def trust(self) -> TrustStore:
        return store_of(self.root)


def make_pki(name: str = "Test", now: datetime = NOW) -> Pki:
    root = Authority.root(f"{name} Root", now=now)
    issuing = root.issue_ca(f"{name} Issuing")
    return Pki(root, issuing, issuing.issue_leaf([HOST]))


def resolution_of(trust: TrustStore, served: ServedChain, *found: Identity) -> Resolution:
    """What stage 3 hands on when it found these certificates."""
    certificates = views(*found)
    diagnosis = Diagnoser(trust).diagnose(served, at=served.at, found=certificates)
    return Resolution(diagnosis, (), certificates, {one.sha256: "file test" for one in certificates})


def repair_of(trust: TrustStore, served: ServedChain, *found: Identity) -> Repair | Failure:
    return build_repair(served, resolution_of(trust, served, *found), at=served.at)
