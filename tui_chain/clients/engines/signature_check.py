"""Checks one signature with a key, for the models of Go and rustls: which algorithms count is theirs to say."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tui_chain.x509.algorithms import SignatureAlgorithm
from tui_chain.x509.faults import attempt
from tui_chain.x509.keys import PublicKey
from tui_chain.x509.signatures import padding_of, verify


class MLDSAPublicKey(Protocol):
    """An ML-DSA key (FIPS 204), for which an older cryptography has no class."""

    def verify(self, signature: bytes, data: bytes, /) -> None:
        """Raise InvalidSignature unless the key made `signature` over `data`."""


Key = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | MLDSAPublicKey
"""A key of a kind that one of the libraries knows."""

_PLAIN = (rsa.RSAPublicKey, ec.EllipticCurvePublicKey, ed25519.Ed25519PublicKey)
_ML_DSA = frozenset({"MLDSA44PublicKey", "MLDSA65PublicKey", "MLDSA87PublicKey"})
"""Names of cryptography's classes."""

_DIGESTS = frozenset({None, "SHA-256", "SHA-384", "SHA-512"})


@lru_cache(maxsize=1024)
def public_key(spki: bytes) -> Key | None:
    """Return the key of a SubjectPublicKeyInfo (DER), or None for another kind or one that cryptography refuses."""
    loaded = attempt("public key", lambda: load_der_public_key(spki))
    if isinstance(loaded, _PLAIN):
        return loaded
    return cast("MLDSAPublicKey", loaded) if type(loaded).__name__ in _ML_DSA else None


@lru_cache(maxsize=256)
def signed(spki: bytes, algorithm: SignatureAlgorithm, data: bytes, signature: bytes) -> bool:
    """Tell whether the key of `spki` (DER) made `signature` over `data`: RSA, ECDSA, Ed25519 or ML-DSA.

    The hash is SHA-256, SHA-384 or SHA-512; PSS has the same hash in its mask.
    """
    key = public_key(spki)
    if key is None or algorithm.digest not in _DIGESTS:
        return False
    found = attempt("signature", lambda: _verify(key, algorithm, data, signature))
    return found is True


def _verify(key: Key, algorithm: SignatureAlgorithm, data: bytes, signature: bytes) -> bool:
    try:
        verify(cast("PublicKey", key), signature, data, algorithm.digest, padding_of(algorithm))
    except InvalidSignature:
        return False
    return True
