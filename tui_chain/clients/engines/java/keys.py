"""Keys and signatures in Java 17: what it reads, what its security properties let pass, and what verifies."""

from __future__ import annotations

from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tui_chain.clients.engines.java.refusal import JavaUnreadable
from tui_chain.clients.engines.java.text import read_oid
from tui_chain.clients.engines.raw_certificate import RawCertificate
from tui_chain.x509.algorithms import Scheme, SignatureAlgorithm, signature_algorithm
from tui_chain.x509.der import BIT_STRING, INTEGER, SEQUENCE, DERError, Element, element, encode
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.keys import PublicKey, schemes, verifying_key
from tui_chain.x509.signatures import padding_of, verify

RSA_KEY, PSS_KEY, DSA_KEY = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10040.4.1"
ED25519_KEY, EC_KEY, ECDH_KEY = "1.3.101.112", "1.2.840.10045.2.1", "1.3.132.1.12"
CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
"""The curves that SunEC verifies with (JDK 16 dropped the others)."""

_OCTETS = {"1.3.101.110": 32, "1.3.101.111": 56, ED25519_KEY: 32, "1.3.101.113": 57}
"""Octets of a key of X25519, X448, Ed25519 and Ed448 (XDHPublicKeyImpl, EdDSAPublicKeyImpl)."""
_DIGESTS = frozenset({"SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"})
_CURVE_BITS = {
    "1.2.840.10045.3.1": {1: 192, 2: 192, 3: 192, 4: 239, 5: 239, 6: 239, 7: 256},
    "1.3.132.0": {1: 163, 2: 163, 3: 239, 4: 113, 5: 113, 6: 112, 7: 112, 8: 160, 9: 160, 10: 256, 15: 163, 16: 283}
    | {17: 283, 22: 131, 23: 131, 24: 193, 25: 193, 26: 233, 27: 233, 28: 128, 29: 128, 30: 160, 31: 192, 32: 224}
    | {33: 224, 34: 384, 35: 521, 36: 409, 37: 409, 38: 571, 39: 571},
    "1.3.36.3.3.2.8.1.1": {1: 160, 3: 192, 5: 224, 7: 256, 9: 320, 11: 384, 13: 512},
}
"""Bits of the field by curve (sun.security.util.CurveDB): X9.62 prime, SEC 2, Brainpool r1."""
_UNCOMPRESSED, _MAX_UNUSED = 4, 7
_NULL = 5
"""The tag of NULL."""
_MIN_BITS = 1024


def check_key(spki: Element) -> None:
    """Read a SubjectPublicKeyInfo as Java does (X509Key.parse); raises Unreadable or DERError."""
    parts = tuple(spki.expect(SEQUENCE).children())
    if len(parts) != 2:
        raise JavaUnreadable("a key of another form")
    (oid, parameters), content = identifier(parts[0]), bit_string(parts[1])
    if oid == EC_KEY:
        _check_point(content[1:], parameters)
    if oid == RSA_KEY:
        _check_rsa(content)
    if oid == DSA_KEY:
        _check_dsa(content, parameters)
    if len(content) - 1 != _OCTETS.get(oid, len(content) - 1):
        raise JavaUnreadable("a key of another length")


def bit_string(value: Element) -> bytes:
    """Return a BIT STRING's content, which begins with the number of its unused bits; raises Unreadable."""
    content = value.expect(BIT_STRING).content
    if not content or content[0] > _MAX_UNUSED:
        raise JavaUnreadable("a bit string of another form")
    return content


def _check_point(point: bytes, parameters: bytes) -> None:
    """ECUtil.decodePoint: an uncompressed point of a curve that CurveDB names; one octet more passes."""
    size = -(-_curve_bits(read_oid(element(parameters)) if parameters else "") // 8)
    if not size or (len(point) - 1) // 2 != size or point[0] != _UNCOMPRESSED:
        raise JavaUnreadable("no point of an elliptic curve that Java knows by name")


def _curve_bits(oid: str) -> int:
    family, _, number = oid.rpartition(".")
    return _CURVE_BITS.get(family, {}).get(int(number or 0), 0)


def _check_rsa(content: bytes) -> None:
    """RSAKeyFactory.checkKeyLengths and checkExponentRange."""
    key = element(content, 1)
    modulus, exponent = (one.expect(INTEGER).integer() for one in key.expect(SEQUENCE).children())
    if modulus.bit_length() < 512 or not 3 <= exponent < modulus or key.after != len(content):
        raise JavaUnreadable("an RSA key out of range")


def _check_dsa(content: bytes, parameters: bytes) -> None:
    """DSAPublicKey.parseKeyBits and DSAParameters.engineInit."""
    numbers = [element(content, 1), *(element(parameters).expect(SEQUENCE).children() if parameters else ())]
    if any(one.tag != INTEGER or not one.content for one in numbers) or (parameters and len(numbers) != 4):
        raise JavaUnreadable("no DSA key")


def weak_key(fields: RawCertificate) -> bool:
    """Tell whether jdk.certpath.disabledAlgorithms bars the key: RSA, DSA < 1024 bits, EC < 224.

    jdk.tls.disabledAlgorithms has ECDH, which is the name of a key that is for ECDH alone.
    """
    if fields.key_algorithm == ECDH_KEY:
        return True
    key = public_key(fields.spki)
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey):
        return key.key_size < _MIN_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size < 224


def proves_itself(leaf: RawCertificate) -> bool:
    """Tell whether a server can prove to Java that it has this key (SignatureScheme), in TLS 1.3."""
    key = public_key(leaf.spki)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name in CURVES
    return isinstance(key, rsa.RSAPublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey)


def algorithm_of(fields: RawCertificate) -> SignatureAlgorithm | None:
    """Return the algorithm of a certificate's signature, or None where Java's TLS allows none of that name.

    The names are those of the signature schemes that a client offers (SignatureScheme): no MD5, no SHA-3.
    """
    try:
        found = signature_algorithm(fields.outer_algorithm)
        _, parameters = identifier(element(fields.outer_algorithm))
    except (DERError, JavaUnreadable):
        return None
    if found.scheme is None or found.scheme in {Scheme.ML_DSA_44, Scheme.ML_DSA_65, Scheme.ML_DSA_87}:
        return None
    if found.digest is not None and found.digest not in _DIGESTS:
        return None
    if parameters and found.scheme not in {Scheme.PSS, Scheme.ECDSA}:
        return None
    return found


@lru_cache(maxsize=1024)
def public_key(spki: bytes) -> PublicKey | None:
    """Return the key of a SubjectPublicKeyInfo (BER, as Java reads it), or None where there is none."""
    loaded = attempt("public key", lambda: load_der_public_key(spki))
    if isinstance(loaded, Fault):
        loaded = attempt("public key", lambda: _from_parts(spki))
    return None if isinstance(loaded, Fault) else verifying_key(loaded)


def _from_parts(spki: bytes) -> PublicKeyTypes:
    """Make the key of what matters in an encoding that cryptography refuses: long lengths, odd RSA parameters."""
    algorithm, key = element(spki).expect(SEQUENCE).children()
    kind, *parameters = algorithm.children()
    if read_oid(kind) in {RSA_KEY, PSS_KEY}:
        modulus, exponent = (number.integer() for number in element(key.content, 1).children())
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    if read_oid(kind) == ED25519_KEY:
        return ed25519.Ed25519PublicKey.from_public_bytes(key.content[1:])
    if read_oid(kind) != EC_KEY:
        raise JavaUnreadable("a key of another kind")
    curve = ec.get_curve_for_oid(x509.ObjectIdentifier(read_oid(parameters[0])))
    size = -(-_curve_bits(read_oid(parameters[0])) // 8)
    return ec.EllipticCurvePublicKey.from_encoded_point(curve(), key.content[1 : 2 + 2 * size])


@lru_cache(maxsize=1024)
def key_identity(spki: bytes) -> tuple[str, bytes, bytes]:
    """Return what equal keys have in common (X509Key.equals): OID, parameters but NULL, and the key's octets."""
    algorithm, key = element(spki).expect(SEQUENCE).children()
    oid, parameters = identifier(algorithm)
    return oid, parameters, key.content


def identifier(algorithm: Element) -> tuple[str, bytes]:
    """Return OID and parameters of an AlgorithmIdentifier; NULL and none are equal (AlgorithmId.parse).

    Raises Unreadable or DERError, also for parameters of RSASSA-PSS that Java does not know.
    """
    parts = tuple(algorithm.expect(SEQUENCE).children())
    if not parts or len(parts) > 2:
        raise JavaUnreadable("an algorithm of another form")
    oid, parameters = read_oid(parts[0]), parts[1] if len(parts) == 2 else None
    if parameters is None or (parameters.tag == _NULL and not parameters.content):
        return oid, b""
    if parameters.tag == _NULL:
        raise JavaUnreadable("a NULL that is none")
    if oid == PSS_KEY:
        signature_algorithm(algorithm.raw)
    return oid, encode(parameters.tag, parameters.content)


@lru_cache(maxsize=256)
def signed(child: RawCertificate, algorithm: SignatureAlgorithm, issuer: RawCertificate) -> bool:
    """Tell whether the key of `issuer` made the signature of `child` (X509CertImpl.verify); remembered."""
    key = public_key(issuer.spki)
    if key is None or algorithm.scheme not in schemes(key):
        return False
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name not in CURVES:
        return False
    if not _key_allows(issuer.spki, algorithm, identifier(element(child.outer_algorithm))[1]):
        return False
    return attempt("signature", lambda: _verify(key, algorithm, child)) is True


def _key_allows(spki: bytes, algorithm: SignatureAlgorithm, parameters: bytes) -> bool:
    """Tell whether a signature's algorithm agrees with the parameters that its key has, if any.

    An RSASSA-PSS key with parameters signs with its own hash, and a salt as long or longer
    (RSAPSSSignature.isCompatible); ECDSA may name the key's curve once more.
    """
    kind, own, _ = key_identity(spki)
    if kind == EC_KEY:
        return parameters in {b"", own}
    if kind != PSS_KEY or not own:
        return True
    limits = signature_algorithm(element(spki).first().raw)
    allowed = (limits.scheme, limits.digest, limits.mask)
    return allowed == (algorithm.scheme, algorithm.digest, algorithm.mask) and limits.salt <= algorithm.salt


def _signature(child: RawCertificate) -> bytes:
    """The signature with its unused bits cleared, whatever they were (DerValue.getBitString)."""
    octets = child.signature
    return octets[:-1] + bytes((octets[-1] >> (unused := child.signature_unused_bits) << unused,)) if octets else b""


def _verify(key: PublicKey, algorithm: SignatureAlgorithm, child: RawCertificate) -> bool:
    """Java verifies over the signed fields with their length written anew (DerValue.toByteArray)."""
    signed_part, signature = encode(SEQUENCE, element(child.tbs).content), _signature(child)
    if algorithm.mask is not None and algorithm.mask not in _DIGESTS:
        return False
    try:
        verify(key, signature, signed_part, algorithm.digest, padding_of(algorithm))
    except InvalidSignature:
        return False
    return True
