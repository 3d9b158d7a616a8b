"""Where a missing certificate may be at hand already: each source answers with one try, and none goes to the network.

They are asked in the order in which they stand here: what costs least and is likeliest first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from tui_chain.core.failure import Failure
from tui_chain.core.text import plural
from tui_chain.core.threads import in_daemon_thread
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.net.target import Target
from tui_chain.pool.entries import Added
from tui_chain.pool.pool import Pool
from tui_chain.probe.served import ServedChain
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolution import IssuerLookup, best_proof, proof_text
from tui_chain.trust.store import AnchorStore, TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver


def proven_intermediates(
    diagnosis: Diagnosis, trust: TrustStore, host: str, sources: Mapping[str, str]
) -> list[Place]:
    """The intermediates of every good path to an anchor of `trust`, each with where it came from and at which host.

    What rests on a root that was confirmed for this run alone is left out, and so are roots.
    """
    chains = (path.certificates for path in diagnosis.search.good if path.anchor in trust)
    found = dict.fromkeys(one for chain in chains for one in chain[1:-1] if one not in trust)
    return [(one, _place(sources.get(one.sha256, "served"), host)) for one in found]


def _place(source: str, host: str) -> str:
    return f"served by {host}" if source == "served" else f"{source}, for {host}"


async def learn(
    pool: Pool, diagnosis: Diagnosis, trust: TrustStore, host: str, sources: Mapping[str, str], at: datetime
) -> Added | None:
    """Add a host's proven intermediates that the pool lacks, off the event loop; a pool that fails is left be."""
    proven = proven_intermediates(diagnosis, trust, host, sources)

    def add() -> Added | None:
        new = [place for place in proven if place[0] not in pool]
        added = pool.add(new, at) if new else None
        return added if isinstance(added, Added) else None

    return await in_daemon_thread(add, "pool") if proven else None


Siblings = Callable[[], "ServedIndex"]
"""Gives what the hosts of the list served, newest state; this host's own may be among it."""

Place = tuple[Certificate, str]
"""A certificate and where it is, safe text."""


class Source(Protocol):
    """Somewhere to look for the issuer of a certificate."""

    async def ask(self, child: Certificate, prover: SignatureProver) -> IssuerLookup | None:
        """Look for the issuer of `child`; None where there is nothing to look in."""


@dataclass(frozen=True, eq=False)
class Served:
    """The other certificates of the host's own chain: what is there but signed nothing is shown as that."""

    served: ServedChain

    async def ask(self, child: Certificate, prover: SignatureProver) -> IssuerLookup | None:
        """Look among what the host sent."""
        others = [one for one in dict.fromkeys(self.served.certificates[1:]) if one != child]
        if not others:
            return None
        return look("served chain", f"of {self.served.target}", child, ((one, "served") for one in others), prover)


@dataclass(eq=False)
class ServedIndex:
    """The certificates that hosts served, found by name and by key identifier, whatever the number of hosts.

    Of each certificate the first two hosts are kept: one of them is another than the one that asks.
    """

    _hosts: set[Target] = field(default_factory=set)
    _servers: dict[Certificate, tuple[Target, ...]] = field(default_factory=dict)
    _by_name: dict[object, list[Certificate]] = field(default_factory=dict)
    _by_key: dict[str, list[Certificate]] = field(default_factory=dict)

    @classmethod
    def of(cls, chains: Iterable[ServedChain]) -> ServedIndex:
        """Return the index of chains, in the order of their hosts."""
        index = cls()
        for chain in chains:
            index.add(chain)
        return index

    def add(self, chain: ServedChain) -> None:
        """Take in what one more host served; a server's own certificate that is no CA has issued nothing."""
        self._hosts.add(chain.target)
        leaf = chain.certificates[:1]
        for one in dict.fromkeys(chain.certificates if leaf and leaf[0].is_ca else chain.certificates[1:]):
            servers = self._servers.get(one)
            if servers is None:
                self._servers[one] = (chain.target,)
                self._file(one)
            elif len(servers) == 1 and servers[0] != chain.target:
                self._servers[one] = (*servers, chain.target)

    def _file(self, certificate: Certificate) -> None:
        if certificate.subject_name is not None:
            self._by_name.setdefault(certificate.subject_name, []).append(certificate)
        if certificate.key_id is not None:
            self._by_key.setdefault(certificate.key_id, []).append(certificate)

    def others(self, target: Target) -> int:
        """How many hosts there are beside one."""
        return len(self._hosts) - (target in self._hosts)

    def issuers_of(self, child: Certificate, besides: Target) -> list[Place]:
        """What has the name or key of the child's issuer and was served by another host than `besides`."""
        named = self._by_name.get(child.issuer_name, []) if child.issuer_name is not None else []
        keyed = self._by_key.get(child.authority_key_id, []) if child.authority_key_id is not None else []
        servers = {one: self._servers[one] for one in dict.fromkeys((*named, *keyed))}
        others = ((one, next((host for host in hosts if host != besides), None)) for one, hosts in servers.items())
        return [(one, f"served by {host}") for one, host in others if host is not None]


@dataclass(frozen=True, eq=False)
class OtherHosts:
    """What the other hosts of the list served."""

    served: ServedChain
    siblings: Siblings

    async def ask(self, child: Certificate, prover: SignatureProver) -> IssuerLookup | None:
        """Look among their chains."""
        started, index, own = time.perf_counter(), self.siblings(), self.served.target
        others = index.others(own)
        if not others:
            return None
        places = index.issuers_of(child, own)
        took = 1000 * (time.perf_counter() - started)
        return weigh("other hosts", plural(others, "host"), child, places, prover, took)


@dataclass(frozen=True, eq=False)
class Pooled:
    """The pool of earlier runs."""

    pool: Pool

    async def ask(self, child: Certificate, prover: SignatureProver) -> IssuerLookup | None:
        """Look by name and by key identifier; off the event loop, since another process may hold the file."""
        started = time.perf_counter()
        found = await in_daemon_thread(lambda: self.pool.issuers_of(child), "pool")
        took = 1000 * (time.perf_counter() - started)
        if isinstance(found, Failure):
            return IssuerLookup("pool", "(unusable)", child.sha256, found.message, milliseconds=took, hint=found.hint)
        places = [(entry.certificate, f"pool, {entry.first_origin}") for entry in found]
        return weigh("pool", "by name and key id", child, places, prover, took)


@dataclass(frozen=True, eq=False)
class Stores:
    """The trust stores beside the chosen one: they give links, and roots that stay untrusted here."""

    stores: Callable[[], tuple[AnchorStore, ...]]

    async def ask(self, child: Certificate, prover: SignatureProver) -> IssuerLookup | None:
        """Look in all of them; reading them the first time takes a while, so off the event loop."""
        started = time.perf_counter()
        stores = await in_daemon_thread(self.stores, "trust stores")
        if not stores:
            return None
        # certificates with unreadable names are not in a store's index, and cannot be issuers by name
        places = {one: f"trust store {store.name}" for store in reversed(stores) for one in store.issuers_of(child)}
        took = 1000 * (time.perf_counter() - started)
        return weigh("trust stores", ", ".join(s.name for s in stores), child, list(places.items()), prover, took)


@dataclass(frozen=True, eq=False)
class Given:
    """Certificates of the files and folders that the user gave."""

    given: FileCertificates

    @cached_property
    def where(self) -> str:
        """How many files there are."""
        return plural(len({place for _, place in self.given.certificates}), "file")

    async def ask(self, child: Certificate, prover: SignatureProver) -> IssuerLookup | None:
        """Look among them."""
        if not self.given.certificates:
            return None
        started = time.perf_counter()
        everything = [one for one, _ in self.given.certificates]
        proof = best_proof(prover, child, everything)
        namesakes = tuple(one for one in everything if one.subject_name == child.issuer_name)
        outcome = f"{plural(len(everything), 'certificate')}, {proof_text(proof, child)}"
        took = 1000 * (time.perf_counter() - started)
        places = {one.sha256: place for one, place in self.given.certificates}
        return IssuerLookup(
            "files", self.where, child.sha256, outcome, namesakes, proof, milliseconds=took, places=places
        )


def look(
    source: str, where: str, child: Certificate, places: Iterable[Place], prover: SignatureProver
) -> IssuerLookup:
    """Choose by name or key identifier among certificates at hand, and weigh what is left."""
    started = time.perf_counter()
    fitting = [(one, place) for one, place in places if fits(child, one)]
    return weigh(source, where, child, fitting, prover, 1000 * (time.perf_counter() - started))


def fits(child: Certificate, candidate: Certificate) -> bool:
    """Whether a certificate carries the name of the child's issuer, or the key identifier that the child names."""
    if child.issuer_name is not None and candidate.subject_name == child.issuer_name:
        return True
    return child.authority_key_id is not None and candidate.key_id == child.authority_key_id


def weigh(
    source: str, where: str, child: Certificate, places: list[Place], prover: SignatureProver, milliseconds: float
) -> IssuerLookup:
    """Prove what was found against the certificate whose issuer is missing."""
    came = tuple(one for one, _ in places)
    if not came:
        return IssuerLookup(
            source, where, child.sha256, "no certificate of that name or key", milliseconds=milliseconds
        )
    proof = best_proof(prover, child, came)
    outcome = f"{plural(len(came), 'certificate')}, {proof_text(proof, child, len(came))}"
    by_digest = {one.sha256: place for one, place in places}
    return IssuerLookup(
        source, where, child.sha256, outcome, came, proof, milliseconds=milliseconds, places=by_digest
    )
