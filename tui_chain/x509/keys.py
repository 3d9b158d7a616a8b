"""Public keys: which kinds can check a signature, of which schemes, and what they are called."""

from __future__ import annotations

from typing import TypeAlias, cast, get_args

from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes

from tui_chain.x509.algorithms import Scheme

PublicKey: TypeAlias = CertificateIssuerPublicKeyTypes
"""A key whose signatures can be checked: RSA, EC, Ed25519, Ed448, DSA and, in newer cryptography, ML-DSA."""

_KINDS: tuple[type, ...] = get_args(CertificateIssuerPublicKeyTypes)

_SCHEMES = {
    "RSAPublicKey": frozenset({Scheme.RSA, Scheme.PSS}),
    "EllipticCurvePublicKey": frozenset({Scheme.ECDSA}),
    "DSAPublicKey": frozenset({Scheme.DSA}),
    "Ed25519PublicKey": frozenset({Scheme.ED25519}),
    "Ed448PublicKey": frozenset({Scheme.ED448}),
    "MLDSA44PublicKey": frozenset({Scheme.ML_DSA_44}),
    "MLDSA65PublicKey": frozenset({Scheme.ML_DSA_65}),
    "MLDSA87PublicKey": frozenset({Scheme.ML_DSA_87}),
}


def verifying_key(key: object) -> PublicKey | None:
    """Return `key` if it is of a kind that can check signatures, else None."""
    return cast("PublicKey", key) if isinstance(key, _KINDS) else None


def schemes(key: PublicKey) -> frozenset[Scheme]:
    """Return the schemes of the signatures that this kind of key can make; empty for a kind unknown here."""
    kind = next((kind.__name__ for kind in _KINDS if isinstance(key, kind)), "")
    return _SCHEMES.get(kind, frozenset())


def key_text(key: object) -> str:
    """Kind and size of a key, as in `EC secp256r1` or `RSA 2048` (bits)."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}"
    return type(key).__name__.removesuffix("PublicKey").removeprefix("_")
