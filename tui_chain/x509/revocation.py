"""What was said of one certificate, by whom, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Revocation(StrEnum):
    """Whether a certificate was revoked, as far as could be learned."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"


class Means(StrEnum):
    """How it was learned."""

    STAPLE = "staple"
    OCSP = "OCSP"
    CRL = "CRL"
    NONE = "none"


@dataclass(frozen=True)
class Answer:
    """One answer of an issuer: `words` say what it is or why it does not count; `revoked_at` and `reason` if given.

    Times are aware, in UTC. `url` is safe text, empty for a staple.
    """

    means: Means
    status: Revocation
    words: str
    url: str = ""
    produced: datetime | None = None
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True)
class RevocationCheck:
    """All answers about one certificate (`at`, a SHA-256), in the order in which they were asked for."""

    at: str
    label: str
    answers: tuple[Answer, ...] = ()

    @property
    def decisive(self) -> Answer | None:
        """The answer that counts: revoked before good, good before unknown, unknown before unreachable."""
        order = (Revocation.REVOKED, Revocation.GOOD, Revocation.UNKNOWN, Revocation.UNREACHABLE)
        return next((answer for wanted in order for answer in self.answers if answer.status is wanted), None)

    @property
    def status(self) -> Revocation:
        """What is known in the end; `unknown` where the certificate names nobody to ask."""
        return Revocation.UNKNOWN if self.decisive is None else self.decisive.status

    @property
    def askable(self) -> bool:
        """Whether there was anybody to ask."""
        return any(answer.means is not Means.NONE for answer in self.answers)

    @property
    def bad_staple(self) -> Answer | None:
        """The server's staple, where it has one that does not hold."""
        staples = (answer for answer in self.answers if answer.means is Means.STAPLE)
        return next((answer for answer in staples if answer.status is Revocation.UNKNOWN), None)
