"""Finding what is missing: files first, then AIA, link by link, until a path stands or nothing new comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.signatures import Proof
from tui_chain.certs.text import plural
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.diagnose.words import Status
from tui_chain.probe.served import ServedChain
from tui_chain.resolve.addresses import allowed_reach
from tui_chain.resolve.aia import PROOF_WORDS, AIAClient, best_proof
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.tries import Resolution, Try

MAX_DEPTH = 8
"""Links that are fetched one above the other."""
TOTAL_SECONDS = 25.0
"""Seconds for all fetches of one host."""

Heard = Callable[[Try], None]


def _deaf(_: Try) -> None:
    """A listener that does not care."""


@dataclass
class Resolver:
    """Finds missing certificates for one host; `offline` keeps it from the network."""

    diagnoser: Diagnoser
    at: datetime
    pool: FileCertificates = FileCertificates()  # noqa: RUF009 - frozen
    allow_private: bool = False
    offline: bool = False
    heard: Heard = _deaf
    _tries: list[Try] = field(default_factory=list)
    _found: dict[Certificate, str] = field(default_factory=dict)

    async def resolve(self, served: ServedChain, diagnosis: Diagnosis) -> Resolution:
        """Look for what `diagnosis` misses; every try is recorded, in order, with its outcome and time."""
        if diagnosis.status not in {Status.COMPLETE, Status.UNREACHABLE}:
            diagnosis = self._from_files(served, diagnosis)
            try:
                async with asyncio.timeout(TOTAL_SECONDS):
                    diagnosis = await self._from_aia(served, diagnosis)
            except TimeoutError:
                self._record(
                    Try("AIA", "(all)", served.certificates[0].sha256, f"stopped after {TOTAL_SECONDS:g} s in all")
                )
                diagnosis = self._again(served)
        return Resolution(diagnosis, tuple(self._tries), tuple(self._found), self._sources(served))

    def _record(self, tried: Try) -> None:
        self._tries.append(tried)
        for certificate in tried.certificates:
            self._found.setdefault(certificate, f"{tried.source} {tried.where}")
        self.heard(tried)

    def _again(self, served: ServedChain) -> Diagnosis:
        return self.diagnoser.diagnose(served, at=self.at, found=tuple(self._found))

    def _from_files(self, served: ServedChain, diagnosis: Diagnosis) -> Diagnosis:
        if not self.pool.certificates:
            return diagnosis
        for certificate, source in self.pool.certificates:
            self._found.setdefault(certificate, source)
        everything = tuple(certificate for certificate, _ in self.pool.certificates)
        files = plural(len({source for _, source in self.pool.certificates}), "file")
        for child in waiting(diagnosis):
            proof = best_proof(self.diagnoser.prover, child, everything)
            signers = tuple(c for c in everything if proof is Proof.SIGNED and self.diagnoser.prover.signed(child, c))
            words = f"{plural(len(everything), 'certificate')}, {PROOF_WORDS[proof]}"
            self._record(Try("files", files, child.sha256, words, signers, proof))
        return self._again(served)

    async def _from_aia(self, served: ServedChain, diagnosis: Diagnosis) -> Diagnosis:
        if self.offline:
            return diagnosis
        allowed = allowed_reach(served.address, consent=self.allow_private)
        client = AIAClient(self.diagnoser.prover, allowed)
        done: set[Certificate] = set()
        for _ in range(MAX_DEPTH):
            children = [child for child in waiting(diagnosis) if child not in done]
            if not children:
                break
            for child in children:
                done.add(child)
                async for tried in client.tries(child):
                    self._record(tried)
            diagnosis = self._again(served)
        return diagnosis

    def _sources(self, served: ServedChain) -> dict[str, str]:
        store = self.diagnoser.trust
        sources = {certificate.sha256: source for certificate, source in self._found.items()}
        sources |= {anchor.sha256: f"trust store {store.name}" for anchor in store.anchors}
        return sources | {certificate.sha256: "served" for certificate in served.certificates}


def waiting(diagnosis: Diagnosis) -> tuple[Certificate, ...]:
    """The certificates for which another issuer would help.

    Those whose issuer is missing; those below an untrusted root; those below an issuer that breaks a rule.
    """
    if diagnosis.status in {Status.COMPLETE, Status.REPAIRABLE, Status.UNREACHABLE}:
        return ()
    wanted = [missing.wanted_by for missing in diagnosis.missing]
    if diagnosis.path is None:
        wanted += [trail[-2] for trail in diagnosis.search.untrusted if len(trail) > 1]
        return tuple(dict.fromkeys(wanted))
    chain = diagnosis.path.certificates
    bad = {problem.certificate for problem in diagnosis.path.problems}
    wanted += [child for child, issuer in pairwise(chain) if issuer in bad]
    return tuple(dict.fromkeys(wanted))
