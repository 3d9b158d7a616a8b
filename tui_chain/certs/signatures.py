"""Whether one certificate's key signed another: the only proof that it is the issuer."""

from __future__ import annotations

from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from tui_chain.certs.certificate import Certificate


class Proof(StrEnum):
    """Whether the issuer's key verifies the child's signature."""

    SIGNED = "signed"
    NOT_SIGNED = "not signed"
    CANNOT_TELL = "cannot tell"


def signature_proof(child: Certificate, issuer: Certificate) -> Proof:
    """Check the signature on `child` with the public key of `issuer` (RFC 5280 section 4.1.1.3).

    RSA PKCS#1 v1.5 and PSS, ECDSA, Ed25519 and Ed448 are checked, with any hash OpenSSL has, SHA-1 and MD5
    among them. An algorithm or certificate that cannot be read is `CANNOT_TELL`, which never makes a link.
    """
    signed, key = child.parsed, issuer.public_key
    if signed is None or key is None:
        return Proof.CANNOT_TELL
    try:
        return _check(signed, key)
    except InvalidSignature:
        return Proof.NOT_SIGNED
    except (UnsupportedAlgorithm, ValueError, TypeError, AttributeError, KeyError):
        return Proof.CANNOT_TELL


def _check(signed: x509.Certificate, key: object) -> Proof:
    signature, content = signed.signature, signed.tbs_certificate_bytes
    if isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
        if signed.signature_algorithm_oid != _EDDSA[type(key).__name__]:
            return Proof.NOT_SIGNED
        key.verify(signature, content)
        return Proof.SIGNED
    how = signed.signature_algorithm_parameters
    digest = signed.signature_hash_algorithm
    if digest is None:
        return (
            Proof.NOT_SIGNED if isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)) else Proof.CANNOT_TELL
        )
    if isinstance(key, rsa.RSAPublicKey):
        if not isinstance(how, (padding.PKCS1v15, padding.PSS)):
            return Proof.NOT_SIGNED
        key.verify(signature, content, how, digest)
        return Proof.SIGNED
    if isinstance(key, ec.EllipticCurvePublicKey):
        if not isinstance(how, ec.ECDSA):
            return Proof.NOT_SIGNED
        key.verify(signature, content, how)
        return Proof.SIGNED
    return Proof.CANNOT_TELL


_EDDSA = {
    "Ed25519PublicKey": x509.SignatureAlgorithmOID.ED25519,
    "Ed448PublicKey": x509.SignatureAlgorithmOID.ED448,
}


class SignatureProver:
    """Remembers proofs by child and issuing key, so that a signature is checked once in a run.

    `checks` counts the signatures that were computed, not the ones remembered.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes | None], Proof] = {}
        self.checks = 0

    def proof(self, child: Certificate, issuer: Certificate) -> Proof:
        """Return `signature_proof(child, issuer)`, from memory where it is known."""
        pair = (child.sha256, issuer.key_bytes)
        known = self._known.get(pair)
        if known is None:
            self.checks += 1
            known = self._known[pair] = signature_proof(child, issuer)
        return known

    def knows(self, child: Certificate, issuer: Certificate) -> bool:
        """Tell whether the proof is remembered, so that asking costs nothing."""
        return (child.sha256, issuer.key_bytes) in self._known

    def signed(self, child: Certificate, issuer: Certificate) -> bool:
        """Tell whether `issuer` is proven to have signed `child`."""
        return self.proof(child, issuer) is Proof.SIGNED
