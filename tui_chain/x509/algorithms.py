"""Signature algorithms: what an AlgorithmIdentifier in a certificate says (RFC 5280 section 4.1.1.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tui_chain.x509.der import CONTEXT, SEQUENCE, DERError, Element, element


class Scheme(StrEnum):
    """How a signature is made, apart from its hash."""

    RSA = "RSA PKCS#1 v1.5"
    PSS = "RSA PSS"
    ECDSA = "ECDSA"
    DSA = "DSA"
    ED25519 = "Ed25519"
    ED448 = "Ed448"
    ML_DSA_44 = "ML-DSA-44"
    ML_DSA_65 = "ML-DSA-65"
    ML_DSA_87 = "ML-DSA-87"


@dataclass(frozen=True)
class SignatureAlgorithm:
    """A signature algorithm: its name, and its scheme where signatures of it can be checked.

    `digest` is the hash as `SHA-256`, or None where the scheme brings its own. `mask` and `salt` (octets) are
    those of PSS (RFC 4055 section 3.1).
    """

    name: str
    scheme: Scheme | None = None
    digest: str | None = None
    mask: str | None = None
    salt: int = 0

    @property
    def weak_hash(self) -> str | None:
        """The hash, if collisions of it can be made: MD2, MD4, MD5 or SHA-1; None for all others."""
        return self.digest if self.digest in _WEAK else None


_WEAK = {"MD2", "MD4", "MD5", "SHA-1"}


@lru_cache(maxsize=256)
def signature_algorithm(identifier: bytes) -> SignatureAlgorithm:
    """Read the DER of an AlgorithmIdentifier; an unknown one is named by its dotted OID. Raises DERError.

    Parameters matter to PSS only: others are NULL or absent, and OpenSSL looks at neither.
    """
    oid, *parameters = element(identifier).expect(SEQUENCE).children()
    known = _ALGORITHMS.get(oid.oid())
    if known is None:
        return SignatureAlgorithm(oid.oid())
    if known.scheme is not Scheme.PSS:
        return known
    if not parameters:
        raise DERError("RSASSA-PSS without parameters")
    return _pss(known.name, parameters[0])


def algorithm_name(identifier: bytes) -> str:
    """Name the algorithm of an AlgorithmIdentifier, or give its dotted OID; raises DERError."""
    oid = element(identifier).expect(SEQUENCE).first().oid()
    return _ALGORITHMS[oid].name if oid in _ALGORITHMS else oid


def _pss(name: str, parameters: Element) -> SignatureAlgorithm:
    """RSASSA-PSS-params; what is not there has the defaults of RFC 4055 section 3.1: SHA-1 and 20 octets."""
    given = {field.tag - CONTEXT: field.first() for field in parameters.expect(SEQUENCE).children()}
    mask = given.get(1)
    if mask is not None:
        generator, mask = mask.expect(SEQUENCE).children()
        if generator.oid() != "1.2.840.113549.1.1.8":
            raise DERError(f"a mask generation of an unknown kind, {generator.oid()}")
    if 3 in given and given[3].integer() != 1:
        raise DERError("a trailer field of an unknown kind")
    salt = given[2].integer() if 2 in given else 20
    return SignatureAlgorithm(name, Scheme.PSS, _digest(given.get(0)), _digest(mask), salt)


def _digest(identifier: Element | None) -> str:
    if identifier is None:
        return "SHA-1"
    oid = identifier.expect(SEQUENCE).first().oid()
    if oid not in DIGESTS:
        raise DERError(f"a hash of an unknown kind, {oid}")
    return DIGESTS[oid]


DIGESTS = {
    "1.2.840.113549.2.2": "MD2",
    "1.2.840.113549.2.4": "MD4",
    "1.2.840.113549.2.5": "MD5",
    "1.3.14.3.2.26": "SHA-1",
    "2.16.840.1.101.3.4.2.1": "SHA-256",
    "2.16.840.1.101.3.4.2.2": "SHA-384",
    "2.16.840.1.101.3.4.2.3": "SHA-512",
    "2.16.840.1.101.3.4.2.4": "SHA-224",
    "2.16.840.1.101.3.4.2.7": "SHA3-224",
    "2.16.840.1.101.3.4.2.8": "SHA3-256",
    "2.16.840.1.101.3.4.2.9": "SHA3-384",
    "2.16.840.1.101.3.4.2.10": "SHA3-512",
}
"""Hashes by their dotted OID."""

_RSA, _EC, _DSA, _NIST = "1.2.840.113549.1.1", "1.2.840.10045.4", "1.2.840.10040.4", "2.16.840.1.101.3.4.3"


def _known(oid: str, name: str, scheme: Scheme | None, digest: str | None = None) -> tuple[str, SignatureAlgorithm]:
    return oid, SignatureAlgorithm(name, scheme, digest)


_ALGORITHMS = dict(
    [
        _known(f"{_RSA}.2", "md2WithRSAEncryption", Scheme.RSA, "MD2"),
        _known(f"{_RSA}.3", "md4WithRSAEncryption", Scheme.RSA, "MD4"),
        _known(f"{_RSA}.4", "md5WithRSAEncryption", Scheme.RSA, "MD5"),
        _known(f"{_RSA}.5", "sha1WithRSAEncryption", Scheme.RSA, "SHA-1"),
        _known("1.3.14.3.2.29", "sha1WithRSAEncryption", Scheme.RSA, "SHA-1"),
        _known("1.3.14.3.2.3", "md5WithRSA", Scheme.RSA, "MD5"),
        _known(f"{_RSA}.14", "sha224WithRSAEncryption", Scheme.RSA, "SHA-224"),
        _known(f"{_RSA}.11", "sha256WithRSAEncryption", Scheme.RSA, "SHA-256"),
        _known(f"{_RSA}.12", "sha384WithRSAEncryption", Scheme.RSA, "SHA-384"),
        _known(f"{_RSA}.13", "sha512WithRSAEncryption", Scheme.RSA, "SHA-512"),
        _known(f"{_NIST}.13", "id-rsassa-pkcs1-v1-5-with-sha3-224", Scheme.RSA, "SHA3-224"),
        _known(f"{_NIST}.14", "id-rsassa-pkcs1-v1-5-with-sha3-256", Scheme.RSA, "SHA3-256"),
        _known(f"{_NIST}.15", "id-rsassa-pkcs1-v1-5-with-sha3-384", Scheme.RSA, "SHA3-384"),
        _known(f"{_NIST}.16", "id-rsassa-pkcs1-v1-5-with-sha3-512", Scheme.RSA, "SHA3-512"),
        _known(f"{_RSA}.10", "RSASSA-PSS", Scheme.PSS),
        _known(f"{_EC}.1", "ecdsa-with-SHA1", Scheme.ECDSA, "SHA-1"),
        _known(f"{_EC}.3.1", "ecdsa-with-SHA224", Scheme.ECDSA, "SHA-224"),
        _known(f"{_EC}.3.2", "ecdsa-with-SHA256", Scheme.ECDSA, "SHA-256"),
        _known(f"{_EC}.3.3", "ecdsa-with-SHA384", Scheme.ECDSA, "SHA-384"),
        _known(f"{_EC}.3.4", "ecdsa-with-SHA512", Scheme.ECDSA, "SHA-512"),
        _known(f"{_NIST}.9", "id-ecdsa-with-sha3-224", Scheme.ECDSA, "SHA3-224"),
        _known(f"{_NIST}.10", "id-ecdsa-with-sha3-256", Scheme.ECDSA, "SHA3-256"),
        _known(f"{_NIST}.11", "id-ecdsa-with-sha3-384", Scheme.ECDSA, "SHA3-384"),
        _known(f"{_NIST}.12", "id-ecdsa-with-sha3-512", Scheme.ECDSA, "SHA3-512"),
        _known(f"{_DSA}.3", "dsa-with-sha1", Scheme.DSA, "SHA-1"),
        _known(f"{_NIST}.1", "dsa-with-sha224", Scheme.DSA, "SHA-224"),
        _known(f"{_NIST}.2", "dsa-with-sha256", Scheme.DSA, "SHA-256"),
        _known(f"{_NIST}.3", "dsa-with-sha384", Scheme.DSA, "SHA-384"),
        _known(f"{_NIST}.4", "dsa-with-sha512", Scheme.DSA, "SHA-512"),
        _known("1.3.101.112", "ed25519", Scheme.ED25519),
        _known("1.3.101.113", "ed448", Scheme.ED448),
        _known(f"{_NIST}.17", "ML-DSA-44", Scheme.ML_DSA_44),
        _known(f"{_NIST}.18", "ML-DSA-65", Scheme.ML_DSA_65),
        _known(f"{_NIST}.19", "ML-DSA-87", Scheme.ML_DSA_87),
        _known("1.2.643.2.2.3", "GOST R 34.11-94 with GOST R 34.10-2001", None),
        _known("1.2.643.7.1.1.3.2", "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)", None),
        _known("1.2.643.7.1.1.3.3", "GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)", None),
        _known("1.2.156.10197.1.501", "SM2-with-SM3", None),
    ]
)  # fmt: skip
