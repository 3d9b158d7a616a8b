"""Choose a path, build its bundle, and prove it the way clients will use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tui_chain.certs.certificate import Certificate
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.diagnose.words import Status
from tui_chain.failure import Failure
from tui_chain.paths.profiles import Judge, Verdict
from tui_chain.paths.search import Path
from tui_chain.probe.served import ServedChain
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.choice import ANY, Choice
from tui_chain.repair.proof import Proof, accepted, minimal, minimal_for_all, refusal
from tui_chain.resolve.tries import Resolution


@dataclass(frozen=True)
class Repair:
    """A bundle and its proof: each client profile's verdict on the chain as served with the bundle alone.

    A repair exists only where at least one profile verifies; `whole` says that all do.
    """

    path: Path
    bundle: Bundle
    verdicts: Mapping[str, Verdict]
    added: tuple[Certificate, ...]

    @property
    def passed(self) -> int:
        """How many client profiles verify."""
        return sum(verdict.ok for verdict in self.verdicts.values())

    @property
    def whole(self) -> bool:
        """Whether every client profile verifies."""
        return self.passed == len(self.verdicts)


def build_repair(
    served: ServedChain, resolution: Resolution, *, at: datetime, choice: Choice = ANY
) -> Repair | Failure:
    """Prove a bundle for `served` at the time `at`, and take the good path that most client profiles accept.

    Only paths that `choice` allows are taken.
    """
    diagnosis = resolution.diagnosis
    if diagnosis.status is Status.COMPLETE:
        return Failure("nothing-to-do", "The chain is trusted as it is served; there is nothing to repair.")
    attempts: list[Repair] = []
    for path in diagnosis.search.good:
        if len(path.certificates) > 1 and choice.allows(path):
            attempts.append(prove(path, served, resolution, at))
            if attempts[-1].whole:
                break
    best = max(attempts, key=lambda attempt: attempt.passed, default=None)
    if best is not None and best.passed:
        return best
    if best is not None:
        refusal = next(iter(best.verdicts.values()))
        return Failure(
            "no-repair", f"A path was found, but no client accepts it: {refusal.error}.", "See the client profiles."
        )
    if choice and diagnosis.search.good:
        return Failure("choice", "No good path goes along with what you chose.", "Choose another, or none.")
    return Failure("no-repair", *_why_not(diagnosis))


def standing_repair(
    served: ServedChain, diagnosis: Diagnosis, sources: Mapping[str, str], *, at: datetime
) -> Repair | Failure:
    """The bundle of a host that is trusted as it is served, for what goes beside it: its CRLs.

    `sources` say by SHA-256 where the certificates of its path came from.
    """
    path = diagnosis.path
    if path is None or len(path.certificates) < 2:
        return Failure("no-repair", "The host has no path of several certificates.", "Look at the findings.")
    repair = prove(path, served, Resolution(diagnosis, sources=sources), at)
    if repair.passed:
        return repair
    refusal = next(iter(repair.verdicts.values()))
    return Failure("no-repair", f"No client accepts the host: {refusal.error}.", "See the client profiles.")


def prove(path: Path, served: ServedChain, resolution: Resolution, at: datetime) -> Repair:
    """Judge the path's CA certificates as the only anchors, then leave out what no profile needs.

    An intermediate that is served anyway would only age in the bundle: once expired, it breaks what works.
    """
    whole = path.certificates[1:]
    wanted = accepted(Judge(whole).verdicts(served.certificates, host=served.host, at=at))
    certificates = minimal(whole, (Proof(served, wanted, at),)) if wanted else whole
    store = resolution.diagnosis.store
    bundle = Bundle(certificates, (str(served.target),), resolution.sources, trust=store)
    verdicts = Judge(certificates).verdicts(served.certificates, host=served.host, at=at)
    added = tuple(certificate for certificate in certificates if certificate not in served.certificates)
    return Repair(path, bundle, verdicts, added)


def _why_not(diagnosis: Diagnosis) -> tuple[str, str]:
    missing = diagnosis.missing
    if missing:
        link = missing[0]
        key = f" (key id {link.key_id})" if link.key_id else ""
        return (
            f"A link is still missing: {link.subject}{key}, which signed {link.wanted_by.label}.",
            "Get it from the authority and add it from a file; on the command line that is --pool FILE.",
        )
    fatal = [found for found in diagnosis.findings if found.severity.value == "fatal"]
    if fatal:
        return f"No bundle mends this: {fatal[0].message}", fatal[0].hint
    return "No path to a trust anchor was found.", "Look at the findings."


def combine(repairs: list[tuple[ServedChain, Repair]], *, at: datetime) -> Bundle | Failure:
    """Make one bundle for several hosts, each certificate once, and prove it for every one of them again."""
    certificates = dict.fromkeys(c for _, repair in repairs for c in repair.bundle.certificates)
    sources: dict[str, str] = {}
    needed_by: dict[str, tuple[str, ...]] = {}
    for served, repair in repairs:
        sources |= repair.bundle.sources
        for certificate in repair.bundle.certificates:
            needed_by[certificate.sha256] = (*needed_by.get(certificate.sha256, ()), str(served.target))
    proofs = proofs_of(repairs, at=at)
    refused = refusal(certificates, proofs)
    if refused is not None:
        return Failure("no-repair", f"One bundle for all fails: {refused}.", "Write one file a host.")
    hosts = tuple(dict.fromkeys(str(served.target) for served, _ in repairs))
    fewest = minimal_for_all(tuple(certificates), proofs, needed_by)
    return Bundle(fewest, hosts, sources, needed_by if len(hosts) > 1 else {}, trust=repairs[0][1].bundle.trust)


def proofs_of(repairs: list[tuple[ServedChain, Repair]], *, at: datetime) -> list[Proof]:
    """What has to hold with one file for all: each host as served, for the profiles that its own repair passed."""
    return [Proof(served, accepted(repair.verdicts), at) for served, repair in repairs]
