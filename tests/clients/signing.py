"""Signature algorithms of certificates, sound and odd: an AlgorithmIdentifier and what signs by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tui_chain.x509.der import CONTEXT, INTEGER, OID, SEQUENCE, element, encode

Signer = Callable[[CertificateIssuerPrivateKeyTypes, bytes], bytes]
NULL = b"\x05\x00"


@dataclass(frozen=True)
class Signing:
    """An AlgorithmIdentifier, DER, and the function that signs by it."""

    identifier: bytes
    sign: Signer


def algorithm(dotted: str, *parameters: bytes) -> bytes:
    """Return an AlgorithmIdentifier as DER (RFC 5280 section 4.1.1.2)."""
    return encode(SEQUENCE, oid(dotted), *parameters)


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER as DER."""
    first, second, *rest = map(int, dotted.split("."))
    return encode(OID, b"".join(map(_base128, (first * 40 + second, *rest))))


def _base128(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(0x80 | value & 0x7F)
    return bytes(reversed(digits))


_ECDSA = {"sha1": "1.2.840.10045.4.1"} | {
    f"sha{bits}": f"1.2.840.10045.4.3.{number}" for number, bits in enumerate((224, 256, 384, 512), 1)
}
_RSA = {
    "md5": "1.2.840.113549.1.1.4",
    "sha1": "1.2.840.113549.1.1.5",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
    "sha224": "1.2.840.113549.1.1.14",
}
_HASHES = {
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 - certificates that clients have to refuse
    "sha1": hashes.SHA1(),  # noqa: S303 - as above
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def ecdsa(digest: str = "sha256", *parameters: bytes) -> Signing:
    """Return ECDSA with a hash (RFC 5758 section 3.2); parameters should be absent."""
    return Signing(algorithm(_ECDSA[digest], *parameters), _ecdsa_signer(digest))


def _ecdsa_signer(digest: str) -> Signer:
    def sign(key: CertificateIssuerPrivateKeyTypes, data: bytes) -> bytes:
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("not an EC key")
        return key.sign(data, ec.ECDSA(_DIGESTS[digest]))

    return sign


def rsa_pkcs1(digest: str = "sha256", parameters: bytes = NULL) -> Signing:
    """Return RSA PKCS#1 v1.5 with a hash (RFC 4055 section 5)."""
    return Signing(algorithm(_RSA[digest], parameters), _rsa_signer(padding.PKCS1v15(), digest))


def rsa_pss(
    digest: str = "sha256", salt: int = 32, mask: str | None = None, *, null: bool = True, trailer: bool = False
) -> Signing:
    """Return RSASSA-PSS with parameters (RFC 4055 section 3.1); `null` as parameters of the hashes or nothing."""
    mask = mask or digest
    scheme = padding.PSS(padding.MGF1(_DIGESTS[mask]), salt)
    return Signing(
        algorithm("1.2.840.113549.1.1.10", _pss(digest, salt, mask, null, trailer)), _rsa_signer(scheme, digest)
    )


def _pss(digest: str, salt: int, mask: str, null: bool, trailer: bool) -> bytes:
    end = (NULL,) if null else ()
    parts = [
        encode(CONTEXT, algorithm(_HASHES[digest], *end)),
        encode(CONTEXT + 1, algorithm("1.2.840.113549.1.1.8", algorithm(_HASHES[mask], *end))),
        encode(CONTEXT + 2, encode(INTEGER, bytes([salt]))),
    ]
    if trailer:
        parts.append(encode(CONTEXT + 3, encode(INTEGER, b"\x01")))
    return encode(SEQUENCE, *parts)


def _rsa_signer(scheme: padding.PKCS1v15 | padding.PSS, digest: str) -> Signer:
    def sign(key: CertificateIssuerPrivateKeyTypes, data: bytes) -> bytes:
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("not an RSA key")
        return key.sign(data, scheme, _DIGESTS[digest])

    return sign


def usual_signing(key: CertificateIssuerPrivateKeyTypes) -> Signing:
    """Return what a key of this type signs certificates with."""
    if isinstance(key, rsa.RSAPrivateKey):
        return rsa_pkcs1()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return ecdsa()
    return Signing(spki_algorithm(key), _own)


def spki_algorithm(key: CertificateIssuerPrivateKeyTypes) -> bytes:
    """Return the AlgorithmIdentifier of a public key, which signatures of Ed25519, Ed448 and ML-DSA have too."""
    info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return element(info).first().raw


def _own(key: CertificateIssuerPrivateKeyTypes, data: bytes) -> bytes:
    sign: Any = key.sign
    signature: bytes = sign(data)
    return signature
