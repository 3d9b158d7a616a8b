"""Keys, signatures and their strength as GnuTLS 3.7 judges them at Debian's priority NORMAL (profile LOW, 80 bits).

Sources: `key_decode.c`, `mpi.c` (keys), `common.c` _gnutls_x509_get_signature_algorithm, `verify.c`
_gnutls_x509_verify_data and is_level_acceptable, `pubkey.c` fixup_spki_params, `algorithms/sign.c`, `secparams.c`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from tui_chain.clients.engines.gnutls import der
from tui_chain.clients.engines.gnutls.certificate import GnuTLSCertificate
from tui_chain.clients.engines.gnutls.der import Item
from tui_chain.x509.algorithms import DIGESTS, Scheme, signature_algorithm
from tui_chain.x509.der import CONTEXT, DERError
from tui_chain.x509.signatures import HASHES, hash_named, verify

_PSS_OID, _MASK_OID = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"
_LEAST_BITS = {Scheme.ECDSA: 160, Scheme.ED25519: 160, Scheme.ED448: 160}
_LEAST_RSA_BITS = 1024

_SECURE = frozenset(
    {f"SHA-{bits}" for bits in (224, 256, 384, 512)} | {f"SHA3-{bits}" for bits in (224, 256, 384, 512)}
)
_PSS_DIGESTS = frozenset({"SHA-256", "SHA-384", "SHA-512"})

_PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey | ed25519.Ed25519PublicKey
_AnyKey = _PublicKey | ed448.Ed448PublicKey


@dataclass(frozen=True)
class Padding:
    """RSASSA-PSS parameters (RFC 4055 section 3.1): hash, hash of the mask, and salt in octets."""

    digest: str
    mask: str
    salt: int


@dataclass(frozen=True)
class Key:
    """A public key: what it signs with, its size, and itself, or None where GnuTLS sees later that it is none.

    `padding` are the parameters of a key for RSASSA-PSS, where it has some.
    """

    scheme: Scheme
    bits: int
    public: _AnyKey | None
    padding: Padding | None = None

    @property
    def strong(self) -> bool:
        """Whether the key has 80 bits of security."""
        return self.bits >= _LEAST_BITS.get(self.scheme, _LEAST_RSA_BITS)


@dataclass(frozen=True)
class Algorithm:
    """A signature algorithm that GnuTLS knows."""

    scheme: Scheme
    digest: str | None
    padding: Padding | None = None

    @property
    def secure(self) -> bool:
        """Whether it is good for certificates that another key signed: not SHA-1 and older."""
        return self.digest is None or self.digest in _SECURE

    @property
    def strong(self) -> bool:
        """Whether its hash has 80 bits of security, as SHA-1 does by its length."""
        return self.secure or self.digest == "SHA-1"


@lru_cache(maxsize=512)
def key_of(spki: bytes) -> Key | None:
    """Read the DER of a SubjectPublicKeyInfo, or return None where GnuTLS cannot: explicit or unknown curves too."""
    try:
        parts = der.inside(spki, der.whole(spki, der.SEQUENCE), der.SEQUENCE)
        identifier = der.inside(spki, parts[0], der.SEQUENCE)
        oid = der.dotted(der.content(spki, identifier[0]))
        parameters = spki[identifier[1].start : identifier[1].end] if len(identifier) > 1 else None
        return _key(oid, parameters, der.content(spki, parts[1])[1:])
    except (ValueError, IndexError, UnsupportedAlgorithm):
        return None


def _key(oid: str, parameters: bytes | None, octets: bytes) -> Key | None:
    if oid == "1.2.840.113549.1.1.1":
        return _rsa(octets)
    if oid == _PSS_OID:
        return _rsa_pss(parameters, octets)
    if oid == "1.2.840.10045.2.1":
        return _ec(parameters or b"", octets)
    if oid == "1.2.840.10040.4.1":
        return _dsa(parameters or b"", octets)
    if oid == "1.3.101.112":
        return Key(Scheme.ED25519, 256, ed25519.Ed25519PublicKey.from_public_bytes(octets))
    if oid == "1.3.101.113":
        return Key(Scheme.ED448, 456, ed448.Ed448PublicKey.from_public_bytes(octets))
    return None


def _integers(data: bytes, parent: Item) -> list[int]:
    return [
        int.from_bytes(der.content(data, one), "big")
        for one in der.inside(data, parent, der.SEQUENCE)
        if one.tag == der.INTEGER
    ]


def _rsa(octets: bytes) -> Key:
    modulus, exponent = _integers(octets, der.whole(octets, der.SEQUENCE))
    return Key(Scheme.RSA, modulus.bit_length(), _public(rsa.RSAPublicNumbers(exponent, modulus)))


def _rsa_pss(parameters: bytes | None, octets: bytes) -> Key | None:
    """Read a key for RSASSA-PSS only; one that its own parameters do not fit is none."""
    key = _rsa(octets)
    if parameters is None:
        return Key(Scheme.PSS, key.bits, key.public)
    limits = _pss(parameters)
    if hash_named(limits.digest).digest_size + limits.salt + 2 > (key.bits + 7) // 8:
        return None
    return Key(Scheme.PSS, key.bits, key.public, limits)


def _ec(parameters: bytes, point: bytes) -> Key | None:
    curve = _CURVES.get(der.dotted(der.content(parameters, der.whole(parameters, der.OID))))
    if curve is None or point[:1] != b"\x04" or len(point) % 2 == 0:
        return None
    bits = (curve.key_size + 7) // 8 * 8
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    except (ValueError, UnsupportedAlgorithm):
        return Key(Scheme.ECDSA, bits, None)
    return Key(Scheme.ECDSA, bits, public)


def _dsa(parameters: bytes, octets: bytes) -> Key:
    p, q, g = _integers(parameters, der.whole(parameters, der.SEQUENCE))
    y = int.from_bytes(der.content(octets, der.whole(octets, der.INTEGER)), "big")
    numbers = dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g))
    return Key(Scheme.DSA, p.bit_length(), _public(numbers))


def _public(numbers: rsa.RSAPublicNumbers | dsa.DSAPublicNumbers) -> rsa.RSAPublicKey | dsa.DSAPublicKey | None:
    try:
        return numbers.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None


_CURVES: dict[str, ec.EllipticCurve] = {
    "1.2.840.10045.3.1.1": ec.SECP192R1(),
    "1.3.132.0.33": ec.SECP224R1(),
    "1.2.840.10045.3.1.7": ec.SECP256R1(),
    "1.3.132.0.34": ec.SECP384R1(),
    "1.3.132.0.35": ec.SECP521R1(),
}


@lru_cache(maxsize=256)
def algorithm_of(identifier: bytes) -> Algorithm | None:
    """Read the DER of an AlgorithmIdentifier, or return None where GnuTLS does not know the algorithm."""
    try:
        parts = der.inside(identifier, der.whole(identifier, der.SEQUENCE), der.SEQUENCE)
        if der.dotted(der.content(identifier, parts[0])) == _PSS_OID:
            found = _pss(identifier[parts[1].start : parts[1].end])
            return Algorithm(Scheme.PSS, found.digest, found) if found.digest in _PSS_DIGESTS else None
        known = signature_algorithm(identifier)
    except (DERError, IndexError):
        return None
    unknown = known.scheme is None or known.scheme.startswith("ML-DSA") or known.digest in ("MD4", "MD2")
    return None if known.scheme is None or unknown else Algorithm(known.scheme, known.digest)


def _pss(parameters: bytes) -> Padding:
    """Read RSASSA-PSS-params; raises DERError, also where the mask's hash is another one than the hash.

    Source: `key_decode.c`, _gnutls_x509_read_rsa_pss_params.
    """
    fields = der.inside(parameters, der.whole(parameters, der.SEQUENCE), der.SEQUENCE)
    given = {one.tag - CONTEXT: der.item(parameters, one.body, one.end) for one in fields}
    digest = _digest(parameters, given[0]) if 0 in given else "SHA-1"
    mask = _mask(parameters, given[1]) if 1 in given else "SHA-1"
    salt = der.unsigned(der.content(parameters, given[2])) if 2 in given else 20
    if (1 in given and mask != digest) or (3 in given and der.content(parameters, given[3]) != b"\x01"):
        raise DERError("RSASSA-PSS parameters that GnuTLS refuses")
    return Padding(digest, mask, salt)


def _mask(data: bytes, one: Item) -> str:
    generator, parameters = der.inside(data, one, der.SEQUENCE)
    if der.dotted(der.content(data, generator)) != _MASK_OID:
        raise DERError("a mask generation of an unknown kind")
    return _digest(data, parameters)


def _digest(data: bytes, one: Item) -> str:
    parts = der.inside(data, one, der.SEQUENCE)
    name = _DIGESTS.get(der.dotted(der.content(data, parts[0]))) if parts else "SHA-1"
    if name is None:
        raise DERError("a hash of an unknown kind")
    return name


def acceptable(
    child: GnuTLSCertificate, issuer: GnuTLSCertificate | None, algorithm: Algorithm, *, trusted: bool = False
) -> bool:
    """Tell whether keys and signature have 80 bits; the signature of a trusted certificate does not count."""
    keys = [key_of(one.spki) for one in (child, issuer) if one is not None]
    return (trusted or algorithm.strong) and all(key is not None and key.strong for key in keys)


def signature_fault(child: GnuTLSCertificate, issuer: GnuTLSCertificate, algorithm: Algorithm) -> str | None:
    """Check a signature: return the flag that GnuTLS raises, `INVALID` where it cannot tell, or None."""
    key = key_of(issuer.spki)
    if key is None:
        return "INVALID"
    if not _fits(key, algorithm):
        return "SIGNER_CONSTRAINTS_FAILURE"
    try:
        return None if _verified(child, key, algorithm) else "SIGNATURE_FAILURE"
    except (ValueError, UnsupportedAlgorithm, KeyError):
        return "INVALID"


def _fits(key: Key, algorithm: Algorithm) -> bool:
    """Tell whether this kind of key makes this kind of signature, within a PSS key's own limits."""
    if key.scheme is Scheme.PSS and key.padding is not None:
        made = algorithm.padding
        return made is not None and made.digest == key.padding.digest and made.salt >= key.padding.salt
    return key.scheme is algorithm.scheme or (key.scheme is Scheme.RSA and algorithm.scheme is Scheme.PSS)


def _verified(child: GnuTLSCertificate, key: Key, algorithm: Algorithm) -> bool:
    if child.signature is None or key.public is None:
        return False
    try:
        verify(key.public, child.signature, child.tbs, algorithm.digest, _padding(key, algorithm))
    except InvalidSignature:
        return False
    return True


def _padding(key: Key, algorithm: Algorithm) -> padding.AsymmetricPadding:
    """Return the padding to check; a plain RSA key's PSS signature must have a salt as long as its hash."""
    if algorithm.padding is None:
        return padding.PKCS1v15()
    size = hash_named(algorithm.padding.digest).digest_size
    salt = min(size, (key.bits + 7) // 8 - size - 2) if key.scheme is Scheme.RSA else algorithm.padding.salt
    return padding.PSS(padding.MGF1(hash_named(algorithm.padding.digest)), salt)


_DIGESTS = {oid: name for oid, name in DIGESTS.items() if name in HASHES}
"""The hashes that it knows: no MD2, no MD4."""
