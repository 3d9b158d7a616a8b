"""The signature algorithms and keys of rustls with aws-lc-rs (`crypto/aws_lc_rs/mod.rs`, webpki `aws_lc_rs_algs.rs`).

Every AlgorithmIdentifier is compared as it is encoded, contents without tag and length.
"""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import rsa

from tui_chain.clients.engines.rustls.certificate import WebpkiCertificate, bit_string
from tui_chain.clients.engines.signature_check import public_key, signed
from tui_chain.clients.engines.strict_der import StrictReader
from tui_chain.x509.algorithms import Scheme, SignatureAlgorithm
from tui_chain.x509.der import CONTEXT, INTEGER, SEQUENCE, DERError, encode

_NULL = b"\x05\x00"
_SHA2 = bytes.fromhex("06096086480165030402")
_PKCS1 = bytes.fromhex("06092a864886f70d0101")
_EC_KEY = bytes.fromhex("06072a8648ce3d0201")
_ECDSA = bytes.fromhex("06082a8648ce3d0403")
_ED25519 = bytes.fromhex("06032b6570")
_ML_DSA = {
    Scheme.ML_DSA_44: bytes.fromhex("0609608648016503040311"),
    Scheme.ML_DSA_65: bytes.fromhex("0609608648016503040312"),
    Scheme.ML_DSA_87: bytes.fromhex("0609608648016503040313"),
}
"""RFC 9881: the keys and the signatures have one identifier, without parameters."""
_RSA_KEYS = (_PKCS1 + b"\x01" + _NULL,)
_CURVES = tuple(
    _EC_KEY + bytes.fromhex(curve) for curve in ("06082a8648ce3d030107", "06052b81040022", "06052b81040023")
)
"""P-256, P-384 and P-521."""

_RSA_BITS = range(2048, 8193)

Entry = tuple[bytes, tuple[bytes, ...], SignatureAlgorithm]
"""A signature algorithm as encoded, the key algorithms as encoded that go with it, and what it is."""


def _entries() -> Iterator[Entry]:
    yield _ED25519, (_ED25519,), SignatureAlgorithm("Ed25519", Scheme.ED25519)
    for scheme, encoded in _ML_DSA.items():
        yield encoded, (encoded,), SignatureAlgorithm(scheme.value, scheme)
    for arc, size in ((1, 32), (2, 48), (3, 64)):
        digest = f"SHA-{size * 8}"
        pkcs1 = _PKCS1 + bytes([10 + arc])
        yield _ECDSA + bytes([arc + 1]), _CURVES, SignatureAlgorithm(f"ECDSA {digest}", Scheme.ECDSA, digest)
        for parameters in (_NULL, b""):
            yield pkcs1 + parameters, _RSA_KEYS, SignatureAlgorithm(f"RSA {digest}", Scheme.RSA, digest)
        pss = SignatureAlgorithm(f"RSA PSS {digest}", Scheme.PSS, digest, digest, size)
        yield _PKCS1 + b"\x0a" + _pss_parameters(arc, size), _RSA_KEYS, pss


def _pss_parameters(arc: int, size: int) -> bytes:
    """Return the one encoding of PSS that counts: NULL parameters, the same hash in the mask, a salt as long."""
    digest = encode(SEQUENCE, _SHA2 + bytes([arc]) + _NULL)
    mask = encode(SEQUENCE, _PKCS1 + b"\x08" + digest)
    salt = encode(INTEGER, bytes([size]))
    return encode(SEQUENCE, encode(CONTEXT, digest), encode(CONTEXT + 1, mask), encode(CONTEXT + 2, salt))


_ALGORITHMS = {encoded: (keys, algorithm) for encoded, keys, algorithm in _entries()}


def signature_error(spki: bytes, child: WebpkiCertificate) -> str | None:
    """Return webpki's name of the error by which a key did not sign `child`, or None; `spki` has no tag and length.

    RSA keys have 2048 to 8192 bits; the hash of ECDSA is free of the curve.
    """
    if child.algorithm not in _ALGORITHMS:
        return "UnsupportedSignatureAlgorithm"
    keys, algorithm = _ALGORITHMS[child.algorithm]
    found = _key_algorithm(spki)
    if found is None:
        return "BadDer"
    if found not in keys:
        return "UnsupportedSignatureAlgorithmForPublicKey"
    whole = encode(SEQUENCE, spki)
    sound = _is_usable(whole) and signed(whole, algorithm, child.tbs, child.signature)
    return None if sound else "InvalidSignatureForPublicKey"


def _key_algorithm(spki: bytes) -> bytes | None:
    reader = StrictReader(spki)
    try:
        algorithm = reader.read(SEQUENCE)
        bit_string(reader)
        reader.finish()
    except DERError:
        return None
    return algorithm


def _is_usable(spki: bytes) -> bool:
    key = public_key(spki)
    return key is not None and (not isinstance(key, rsa.RSAPublicKey) or key.key_size in _RSA_BITS)


def leaf_key_works(spki: bytes) -> bool:
    """Tell whether the key can sign a TLS handshake for rustls; `spki` has no tag and length."""
    known = (*_RSA_KEYS, *_CURVES, _ED25519, *_ML_DSA.values())
    return _key_algorithm(spki) in known and _is_usable(encode(SEQUENCE, spki))
