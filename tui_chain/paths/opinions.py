"""What two independent verifiers say of exactly one path, and why they differ from our own checks where they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui_chain.paths.openssl import PARTIAL
from tui_chain.paths.profiles import Judge, Profile, Verdict
from tui_chain.paths.search import Path

VERIFIERS: tuple[Profile, ...] = (Profile("OpenSSL", PARTIAL), Profile("cryptography", None))
"""The verifiers that are asked; the anchor is taken as it is, self-signed or not."""

_WHY_ACCEPTED = {
    ("OpenSSL", "weak-key"): "it counts an RSA key just short of 2048 bits as strong enough",
    ("cryptography", "weak-key"): "it does not weigh the server's own key",
    ("cryptography", "key-id-mismatch"): "it goes by names and signatures, not by key identifiers",
    ("cryptography", "purpose"): "it asks less of the uses that a CA or a key is for",
    ("cryptography", "name-constraints"): "it does not apply constraints on this kind of name",
    ("cryptography", "unreadable"): "it reads only what it needs",
}


@dataclass(frozen=True)
class SecondOpinion:
    """What one verifier says of a path; `reason` says in a sentence why it and our checks disagree, or is empty."""

    verifier: str
    verdict: Verdict
    agrees: bool
    reason: str = ""


def second_opinions(path: Path, *, host: str, at: datetime) -> tuple[SecondOpinion, ...]:
    """Ask OpenSSL and cryptography about `path` for `host` (ASCII) at `at` (aware).

    Only its anchor is trusted and only its own certificates are given, so that nobody can leave the path.
    """
    judge = Judge((path.anchor,))
    given = path.certificates[:-1] or path.certificates
    verdicts = ((one, judge.verdict(one, given, host=host, at=at)) for one in VERIFIERS)
    return tuple(_opinion(profile.name, verdict, path) for profile, verdict in verdicts)


def _opinion(verifier: str, verdict: Verdict, path: Path) -> SecondOpinion:
    if verdict.ok == path.good:
        return SecondOpinion(verifier, verdict, agrees=True)
    return SecondOpinion(verifier, verdict, agrees=False, reason=_reason(verifier, verdict, path))


def _reason(verifier: str, verdict: Verdict, path: Path) -> str:
    if not verdict.ok:
        return f"{verifier} asks for more than RFC 5280: {verdict.words}."
    problem = path.problems[0]
    why = _WHY_ACCEPTED.get((verifier, problem.code), "it does not check that")
    return f"{verifier} accepts it although {problem.detail}: {why}."
