"""Whether one certificate's key signed another: the only proof that it is the issuer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa

from tui_chain.x509.algorithms import SignatureAlgorithm, signature_algorithm
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.keys import PublicKey, schemes
from tui_chain.x509.structure import Anatomy

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
"""The hashes that cryptography has, by their names in `x509.algorithms`."""


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


class Proof(StrEnum):
    """Whether the issuer's key verifies the child's signature."""

    SIGNED = "signed"
    NOT_SIGNED = "not signed"
    UNKNOWN = "cannot tell"


def signature_proof(child: Certificate, issuer: Certificate) -> Proof:
    """Check the signature on `child` with the public key of `issuer` (RFC 5280 section 4.1.1.3).

    RSA PKCS#1 v1.5 and PSS, ECDSA, DSA, Ed25519, Ed448 and ML-DSA are checked, with any hash that cryptography
    has, SHA-1 and MD5 among them; `Certificate.weak_hash` flags those. A key of another kind than the signature's
    did not make it, and one whose algorithm is named differently inside and outside the signed part is refused
    by every verifier (RFC 5280 section 4.1.1.2): both are `NOT_SIGNED`. An algorithm, key or certificate that
    cannot be read is `UNKNOWN`, which never makes a link. Names and extensions are not looked at.
    """
    parts, key = child.anatomy, issuer.public_key
    if parts is None or key is None:
        return Proof.UNKNOWN
    proof = attempt("signature", lambda: _proof(parts, key))
    return Proof.UNKNOWN if isinstance(proof, Fault) else proof


def _proof(parts: Anatomy, key: PublicKey) -> Proof:
    algorithm, able = signature_algorithm(parts.outer_algorithm), schemes(key)
    if algorithm.scheme is None or not able:
        return Proof.UNKNOWN
    if algorithm.scheme not in able or parts.inner_algorithm != parts.outer_algorithm or parts.unused_bits:
        return Proof.NOT_SIGNED
    try:
        verify(key, parts.signature, parts.tbs, algorithm.digest, padding_of(algorithm))
    except InvalidSignature:
        return Proof.NOT_SIGNED
    return Proof.SIGNED


MAX_PROOFS = 4_096
"""Proofs after which older ones than these are forgotten: a search makes some hundred at most."""


class SignatureProver:
    """Remembers proofs by child and issuing key, so that a signature is not checked twice while it matters.

    `checks` counts the signatures that were computed, not the ones remembered. At least the newest `MAX_PROOFS` are,
    and at most twice as many.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes | None], Proof] = {}
        self._older: Mapping[tuple[str, bytes | None], Proof] = {}
        self.checks = 0

    def proof(self, child: Certificate, issuer: Certificate) -> Proof:
        """Return `signature_proof(child, issuer)`, from memory where it is known."""
        pair = (child.sha256, issuer.key_bytes)
        known = self._known.get(pair) or self._older.get(pair)
        if known is None:
            self.checks += issuer.key_bytes is not None
            known = signature_proof(child, issuer)
            if len(self._known) >= MAX_PROOFS:
                self._older, self._known = self._known, {}
            self._known[pair] = known
        return known

    def knows(self, child: Certificate, issuer: Certificate) -> bool:
        """Tell whether the proof is remembered, so that asking costs nothing."""
        pair = (child.sha256, issuer.key_bytes)
        return pair in self._known or pair in self._older

    def signed(self, child: Certificate, issuer: Certificate) -> bool:
        """Tell whether `issuer` is proven to have signed `child`."""
        return self.proof(child, issuer) is Proof.SIGNED
