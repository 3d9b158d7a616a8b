"""Choose a path, build its bundle, and prove it the way clients will use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tui_chain.certs.certificate import Certificate
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.diagnose.words import Status
from tui_chain.failure import Failure
from tui_chain.paths.profiles import PROFILES, Judge, Verdict
from tui_chain.paths.search import Path
from tui_chain.probe.served import ServedChain
from tui_chain.repair.bundle import Bundle
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


def build_repair(served: ServedChain, resolution: Resolution, *, at: datetime) -> Repair | Failure:
    """Prove a bundle for `served` at the time `at`, and take the good path that most client profiles accept."""
    diagnosis = resolution.diagnosis
    if diagnosis.status is Status.COMPLETE:
        return Failure("nothing-to-do", "The chain is trusted as it is served; there is nothing to repair.")
    attempts: list[Repair] = []
    for path in diagnosis.search.good:
        if len(path.certificates) > 1:
            attempts.append(_prove(path, served, resolution, at))
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
    return Failure("no-repair", *_why_not(diagnosis))


def _prove(path: Path, served: ServedChain, resolution: Resolution, at: datetime) -> Repair:
    bundle = Bundle(path.certificates[1:], (str(served.target),), resolution.sources)
    verdicts = Judge(bundle.certificates).verdicts(served.certificates, host=served.host, at=at)
    added = tuple(certificate for certificate in bundle.certificates if certificate not in served.certificates)
    return Repair(path, bundle, verdicts, added)


def _why_not(diagnosis: Diagnosis) -> tuple[str, str]:
    missing = diagnosis.missing
    if missing:
        link = missing[0]
        key = f" (key id {link.key_id})" if link.key_id else ""
        return (
            f"A link is still missing: {link.subject}{key}, which signed {link.wanted_by.label}.",
            "Get it from the authority and add it from a file.",
        )
    fatal = [found for found in diagnosis.findings if found.severity.value == "fatal"]
    if fatal:
        return f"No bundle mends this: {fatal[0].message}", fatal[0].hint
    return "No path to a trust anchor was found.", "Look at the findings."


def combine(repairs: list[tuple[ServedChain, Repair]], *, at: datetime) -> Bundle | Failure:
    """Make one bundle for several hosts, each certificate once, and prove it for every one of them again."""
    certificates = dict.fromkeys(c for _, repair in repairs for c in repair.bundle.certificates)
    sources: dict[str, str] = {}
    for _, repair in repairs:
        sources |= repair.bundle.sources
    bundle = Bundle(tuple(certificates), tuple(str(served.target) for served, _ in repairs), sources)
    judge = Judge(bundle.certificates)
    for served, repair in repairs:
        for profile in PROFILES:
            verdict = judge.verdict(profile, served.certificates, host=served.host, at=at)
            if repair.verdicts[profile.name].ok and not verdict.ok:
                return Failure(
                    "no-repair",
                    f"One bundle for all fails: with it {profile.name} refuses {served.target}: {verdict.error}.",
                    "Write one file a host.",
                )
    return bundle
