"""Checking a signature with a key: cryptography's call for each kind of key, with hashes by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa

from tui_chain.x509.algorithms import SignatureAlgorithm
from tui_chain.x509.keys import PublicKey

HASHES: Mapping[str, type[hashes.HashAlgorithm]] = MappingProxyType(
    {
        "MD5": hashes.MD5,
        "SHA-1": hashes.SHA1,
        "SHA-224": hashes.SHA224,
        "SHA-256": hashes.SHA256,
        "SHA-384": hashes.SHA384,
        "SHA-512": hashes.SHA512,
        "SHA3-224": hashes.SHA3_224,
        "SHA3-256": hashes.SHA3_256,
        "SHA3-384": hashes.SHA3_384,
        "SHA3-512": hashes.SHA3_512,
    }
)
"""The hashes that cryptography has, by their names in `certs.algorithms`."""


def hash_named(name: str | None) -> hashes.HashAlgorithm:
    """Return the hash of this name; raises KeyError for one that cryptography lacks (MD2, MD4)."""
    return HASHES[name or ""]()


def padding_of(algorithm: SignatureAlgorithm) -> padding.AsymmetricPadding:
    """Return the padding of an RSA signature: PSS where the algorithm names the hash of a mask."""
    if algorithm.mask is None:
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(hash_named(algorithm.mask)), algorithm.salt)


def verify(
    key: PublicKey, signature: bytes, content: bytes, digest: str | None, rsa_padding: padding.AsymmetricPadding
) -> None:
    """Raise InvalidSignature unless `key` made `signature` over `content`, KeyError for a hash that is not there.

    `digest` is the hash of RSA, ECDSA and DSA, `rsa_padding` that of RSA; other keys have their own.
    """
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, content, rsa_padding, hash_named(digest))
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, content, ec.ECDSA(hash_named(digest)))
    elif isinstance(key, dsa.DSAPublicKey):
        key.verify(signature, content, hash_named(digest))
    else:
        key.verify(signature, content)
