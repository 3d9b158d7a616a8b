"""What an issuer says of a certificate since it was issued, and what makes it count: its signature and its dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa


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
class RevocationAnswer:
    """One answer of an issuer: `text` say what it is or why it does not count; `revoked_at` and `reason` if given.

    Times are aware, in UTC. `url` is safe text, empty for a staple.
    """

    means: Means
    status: Revocation
    text: str
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
    answers: tuple[RevocationAnswer, ...] = ()

    @property
    def decisive(self) -> RevocationAnswer | None:
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
    def bad_staple(self) -> RevocationAnswer | None:
        """The server's staple, where it has one that does not hold."""
        staples = (answer for answer in self.answers if answer.means is Means.STAPLE)
        return next((answer for answer in staples if answer.status is Revocation.UNKNOWN), None)


SKEW = timedelta(minutes=5)
"""By how much clocks may differ."""
NO_END = timedelta(days=7)
"""How long an answer is taken as fresh that does not say until when it is."""


def signed_by(key: object, signature: bytes, content: bytes, digest: hashes.HashAlgorithm | None) -> bool:
    """Tell whether `key` made `signature` over `content`; RSA PKCS#1 v1.5, ECDSA and the Edwards curves.

    Any other kind of key or padding is no proof.
    """
    try:
        if isinstance(key, rsa.RSAPublicKey) and digest is not None:
            key.verify(signature, content, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and digest is not None:
            key.verify(signature, content, ec.ECDSA(digest))
        elif isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
            key.verify(signature, content)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def staleness(begin: datetime | None, end: datetime | None, at: datetime) -> str | None:
    """Say why an answer that holds from `begin` to `end` does not count at `at`, or None (RFC 6960, 4.2.2.1)."""
    if begin is None or begin - SKEW > at:
        return "it is dated in the future" if begin is not None else "it has no date"
    if end is None:
        return None if at - begin <= NO_END else f"it is of {begin:%Y-%m-%d} and does not say until when it holds"
    return None if at <= end + SKEW else f"it held until {end:%Y-%m-%d %H:%M} UTC"
