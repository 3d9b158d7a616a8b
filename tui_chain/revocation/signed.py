"""Signatures on what is no certificate: OCSP responses and CRLs."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import element

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


def name_bytes(certificate: Certificate) -> bytes | None:
    """The DER of its issuer's name, as it stands in the certificate."""
    return None if certificate.anatomy is None else certificate.anatomy.issuer


def key_bits(certificate: Certificate) -> bytes | None:
    """The bits of its public key without tag and length, which OCSP hashes (RFC 6960 section 4.1.1)."""
    if certificate.anatomy is None:
        return None
    _, bits = element(certificate.anatomy.key).children()
    return bits.content[1:]


def digest_of(content: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    """Hash some bytes."""
    hasher = hashes.Hash(algorithm)
    hasher.update(content)
    return hasher.finalize()
