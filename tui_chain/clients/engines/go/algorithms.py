"""The signature and key algorithms that Go knows (crypto/x509 `x509.go`, `parser.go`), as in Go 1.19."""

from __future__ import annotations

from typing import NamedTuple

from tui_chain.clients.engines.go.der import bits, integer, oid, small_integer
from tui_chain.clients.engines.signature_check import public_key
from tui_chain.clients.engines.strict_der import StrictReader
from tui_chain.x509.algorithms import Scheme, SignatureAlgorithm
from tui_chain.x509.der import BIT_STRING, CONTEXT, INTEGER, OID, SEQUENCE, DERError, encode

_NULL = b"\x05\x00"
_PSS, _MGF1 = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"
_ED25519, _ED25519_SIZE = "1.3.101.112", 32

_SIGNATURES = {
    "1.2.840.113549.1.1.11": SignatureAlgorithm("SHA256-RSA", Scheme.RSA, "SHA-256"),
    "1.2.840.113549.1.1.12": SignatureAlgorithm("SHA384-RSA", Scheme.RSA, "SHA-384"),
    "1.2.840.113549.1.1.13": SignatureAlgorithm("SHA512-RSA", Scheme.RSA, "SHA-512"),
    "1.2.840.10045.4.3.2": SignatureAlgorithm("ECDSA-SHA256", Scheme.ECDSA, "SHA-256"),
    "1.2.840.10045.4.3.3": SignatureAlgorithm("ECDSA-SHA384", Scheme.ECDSA, "SHA-384"),
    "1.2.840.10045.4.3.4": SignatureAlgorithm("ECDSA-SHA512", Scheme.ECDSA, "SHA-512"),
    "1.2.840.113549.1.1.4": SignatureAlgorithm("MD5-RSA", Scheme.RSA, "MD5"),
    "1.2.840.113549.1.1.5": SignatureAlgorithm("SHA1-RSA", Scheme.RSA, "SHA-1"),
    "1.3.14.3.2.29": SignatureAlgorithm("SHA1-RSA", Scheme.RSA, "SHA-1"),
    "1.2.840.10045.4.1": SignatureAlgorithm("ECDSA-SHA1", Scheme.ECDSA, "SHA-1"),
}
_PSS_SIGNATURES = {
    ("2.16.840.1.101.3.4.2.1", 32): SignatureAlgorithm("SHA256-RSAPSS", Scheme.PSS, "SHA-256", "SHA-256", 32),
    ("2.16.840.1.101.3.4.2.2", 48): SignatureAlgorithm("SHA384-RSAPSS", Scheme.PSS, "SHA-384", "SHA-384", 48),
    ("2.16.840.1.101.3.4.2.3", 64): SignatureAlgorithm("SHA512-RSAPSS", Scheme.PSS, "SHA-512", "SHA-512", 64),
}
_KEYS = {
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.10045.2.1": "ECDSA",
    _ED25519: "Ed25519",
    "1.2.840.10040.4.1": "DSA",
}
_CURVES = {
    "1.3.132.0.33": 28,
    "1.2.840.10045.3.1.7": 32,
    "1.3.132.0.34": 48,
    "1.3.132.0.35": 66,
}
"""Octets of a coordinate on P-224, P-256, P-384 and P-521, by the curve's OID."""

CURVE_P224 = "1.3.132.0.33"

VERIFIES = {Scheme.RSA: "RSA", Scheme.PSS: "RSA", Scheme.ECDSA: "ECDSA", Scheme.ED25519: "Ed25519"}
"""The kind of key that makes signatures of a scheme."""


def _identifier(content: bytes) -> tuple[str, bytes]:
    """Return the OID and the parameters of an AlgorithmIdentifier's content; raises DERError."""
    reader = StrictReader(content)
    name = oid(reader)
    return name, b"" if reader.empty else reader.any().raw


def signature_scheme(content: bytes) -> SignatureAlgorithm | None:
    """Return the algorithm of an AlgorithmIdentifier's content, or None for one that Go has no name for.

    Parameters count only for PSS and Ed25519 (`getSignatureAlgorithmFromAI`). Raises DERError.
    """
    name, parameters = _identifier(content)
    if name == _ED25519:
        return None if parameters else SignatureAlgorithm("Ed25519", Scheme.ED25519)
    if name != _PSS:
        return _SIGNATURES.get(name)
    try:
        return _pss(StrictReader(parameters).enter(SEQUENCE))
    except DERError:
        return None


def _pss(fields: StrictReader) -> SignatureAlgorithm | None:
    """Return the PSS algorithm: the same hash in the mask, a salt as long as the hash; none has a default."""
    digest = _hash(fields.enter(CONTEXT).read(SEQUENCE))
    mask, mask_parameters = _identifier(fields.enter(CONTEXT + 1).read(SEQUENCE))
    salt = small_integer(fields.enter(CONTEXT + 2))
    trailer = small_integer(fields.enter(CONTEXT + 3)) if fields.peek(CONTEXT + 3) else 1
    same = mask == _MGF1 and _hash(StrictReader(mask_parameters).read(SEQUENCE)) == digest
    return _PSS_SIGNATURES.get((digest, salt)) if same and trailer == 1 else None


def _hash(content: bytes) -> str:
    name, parameters = _identifier(content)
    if parameters not in (b"", _NULL):
        raise DERError("a hash with parameters")
    return name


class GoKey(NamedTuple):
    """A key's kind, `RSA`, `ECDSA`, `Ed25519`, `DSA` or "" for others, and its SubjectPublicKeyInfo, DER.

    `spki` has only what Go reads of it; `curve` is the OID of an EC key's curve.
    """

    kind: str
    spki: bytes
    curve: str = ""


def read_key(fields: StrictReader) -> GoKey:
    """Read the content of a SubjectPublicKeyInfo; raises DERError where Go cannot read the key (`parsePublicKey`).

    RSA wants NULL as parameters, EC a named curve of P-224 to P-521 and a point that is not compressed. The size of
    an RSA key does not matter (1.24 and later: at least 1024 bits).
    """
    identifier = fields.read(SEQUENCE)
    name, parameters = _identifier(identifier)
    key = bits(fields.read(BIT_STRING))
    kind = _KEYS.get(name, "")
    if kind == "RSA":
        key = _rsa(parameters, key)
    elif kind == "Ed25519" and (parameters or len(key) != _ED25519_SIZE):
        raise DERError("an Ed25519 key that cannot be")
    elif kind == "DSA":
        _check_dsa(parameters, key)
    algorithm = encode(SEQUENCE, StrictReader(identifier).part(OID).raw, parameters)
    spki = encode(SEQUENCE, algorithm, encode(BIT_STRING, b"\0", key))
    return GoKey(kind, spki, _curve(parameters, key, spki) if kind == "ECDSA" else "")


def _rsa(parameters: bytes, key: bytes) -> bytes:
    fields = StrictReader(key).enter(SEQUENCE)
    modulus, exponent = fields.part(INTEGER).raw, fields.part(INTEGER).raw
    if parameters != _NULL or integer(StrictReader(modulus)) <= 0 or small_integer(StrictReader(exponent)) <= 0:
        raise DERError("an RSA key that cannot be read")
    return encode(SEQUENCE, modulus, exponent)


def _curve(parameters: bytes, point: bytes, spki: bytes) -> str:
    curve = oid(StrictReader(parameters))
    if len(point) != 1 + 2 * _CURVES.get(curve, 0) or point[:1] != b"\x04" or public_key(spki) is None:
        raise DERError("an EC key that cannot be read")
    return curve


def _check_dsa(parameters: bytes, key: bytes) -> None:
    numbers = StrictReader(parameters).enter(SEQUENCE)
    if integer(StrictReader(key)) <= 0 or any(integer(numbers) <= 0 for _ in range(3)):
        raise DERError("a DSA key that cannot be read")
