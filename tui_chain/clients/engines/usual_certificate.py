"""Certificates that have nothing odd, so that OpenSSL, GnuTLS, Java, Go and rustls all read them.

To read one as each library does takes a millisecond, and trust files hold hundreds. Nearly all are alike: of
version 3, with an RSA key or one on a NIST curve, names of printable ASCII, and the extensions of RFC 5280 in their
usual form. cryptography, which is quick, is the stricter parser of all that counts here; the rest is looked at by
hand.
"""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tui_chain.x509.faults import attempt

_HEAD = re.compile(
    rb"\x30\x82..\x30\x82(..)\xa0\x03\x02\x01\x02\x02([\x01-\x14])(?=[\x01-\x7f]|\x00[\x80-\xff])", re.DOTALL
)
"""The start of a certificate of version 3 with a positive serial number; 8 bytes stand before the signed fields."""
_NAME = re.compile(
    rb"(?:\x31[\x09-\x7f]\x30[\x08-\x7d]\x06"
    rb"(?:\x03\x55\x04[\x03-\x7f]"
    rb"|\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"
    rb"|\x0a\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19)"
    rb"(?:[\x0c\x13\x16][\x01-\x7f][ -?A-^a-z~]+|\x0c[\x01-\x7f][ -?A-^a-z~\x80-\xff]+))+"
)
"""The content of a Name: one attribute a set, of a usual kind, of printable ASCII or UTF-8; cryptography knows the
lengths."""
_EMAIL, _COMPONENT = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"
"""Contents of the OIDs emailAddress and domainComponent."""
_VALIDITY = re.compile(rb"\x30\x1e(?:\x17\x0d\d{12}Z){2}|\x30\x20\x17\x0d\d{12}Z\x18\x0f2[01]\d{12}Z")
"""Years from 2200 on are left to a closer look."""
_ALGORITHMS = frozenset(
    bytes.fromhex(one)
    for one in (
        "300d06092a864886f70d0101050500",
        "300d06092a864886f70d01010b0500",
        "300d06092a864886f70d01010c0500",
        "300d06092a864886f70d01010d0500",
        "300a06082a8648ce3d040302",
        "300a06082a8648ce3d040303",
        "300a06082a8648ce3d040304",
    )
)
"""AlgorithmIdentifiers of RSA with SHA-1, SHA-256, 384, 512, and of ECDSA with SHA-256, 384, 512."""
_SIGNATURE = re.compile(rb"\x03(?:[\x01-\x7f]|\x81.|\x82..)\x00", re.DOTALL)
"""The start of a BIT STRING of whole octets."""
_RSA = re.compile(
    rb"\x30\x82..\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x82..\x00\x30\x82.."
    rb"(?:\x02\x82\x01\x01\x00[\x80-\xff].{255}|\x02\x82\x01\x81\x00[\x80-\xff].{383}"
    rb"|\x02\x82\x02\x01\x00[\x80-\xff].{511})\x02\x03\x01\x00\x01",
    re.DOTALL,
)
"""A SubjectPublicKeyInfo with an RSA key of 2048, 3072 or 4096 bits and the exponent 65537, lengths aside."""
_POINTS = (
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04",
    b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00\x04",
    b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00\x04",
)
"""A SubjectPublicKeyInfo with an uncompressed point of P-256, P-384 or P-521."""
_MAX_ARC = 0x7FFFFFFF
_EXTENSIONS = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.SubjectKeyIdentifier,
)
"""Extensions that are usual whatever they hold."""


def is_usual(der: bytes, parsed: x509.Certificate | None) -> bool:
    """Tell whether every library reads a certificate for certain; `parsed` is cryptography's, None where it refuses.

    False says nothing but that it has to be read as each library does.
    """
    if parsed is None:
        return False
    return attempt("certificate", lambda: _has_usual_fields(der, parsed) and _has_usual_extensions(parsed)) is True


def _has_usual_fields(der: bytes, parsed: x509.Certificate) -> bool:
    head = _HEAD.match(der)
    if head is None:
        return False
    at = head.end() + head[2][0]
    algorithm = der[at : at + 2 + der[at + 1]]
    behind = 8 + int.from_bytes(head[1], "big")
    if algorithm not in _ALGORITHMS or not der.startswith(algorithm, behind):
        return False
    if _SIGNATURE.match(der, behind + len(algorithm)) is None:
        return False
    issuer, at = _content(der, at + len(algorithm))
    validity = _VALIDITY.match(der, at)
    if validity is None or not _is_usual_name(issuer):
        return False
    subject, at = _content(der, validity.end())
    return _is_usual_name(subject) and _is_usual_key(der, at, parsed)


def _is_usual_name(name: bytes) -> bool:
    if _NAME.fullmatch(name) is None:
        return False
    text = name.replace(_EMAIL, b"").replace(_COMPONENT, b"")
    text.decode("utf-8")  # raises for a name that is not; what stands between the texts is ASCII
    return True


def _content(der: bytes, at: int) -> tuple[bytes, int]:
    """The content of a short SEQUENCE and where it ends; empty for another element, which no name matches."""
    size, body = der[at + 1], at + 2
    if size == 0x81:
        size, body = der[at + 2], at + 3
    return (der[body : body + size], body + size) if der[at] == 0x30 and size != 0x82 else (b"", at)


def _is_usual_key(der: bytes, at: int, parsed: x509.Certificate) -> bool:
    if _RSA.match(der, at) is not None:
        return True
    return der.startswith(_POINTS, at) and isinstance(parsed.public_key(), ec.EllipticCurvePublicKey)


def _has_usual_extensions(parsed: x509.Certificate) -> bool:
    return all(map(_is_usual_extension, parsed.extensions))


def _is_usual_extension(extension: x509.Extension[x509.ExtensionType]) -> bool:
    value = extension.value
    if isinstance(value, x509.CertificatePolicies):
        return all(_has_short_arcs(one.policy_identifier) for one in value)
    if isinstance(value, x509.AuthorityInformationAccess):
        return all(_has_short_arcs(one.access_method) for one in value)
    if isinstance(value, x509.AuthorityKeyIdentifier):
        return not extension.critical
    if isinstance(value, x509.CRLDistributionPoints):
        return all(point.relative_name is None for point in value)
    if isinstance(value, x509.ExtendedKeyUsage):
        return all(map(_has_short_arcs, value))
    if isinstance(value, x509.UnrecognizedExtension):
        return not extension.critical and _has_short_arcs(extension.oid)
    return isinstance(value, _EXTENSIONS)


def _has_short_arcs(oid: x509.ObjectIdentifier) -> bool:
    """Go takes arcs of 31 bits."""
    text = oid.dotted_string
    return len(text) <= 10 or all(len(arc) < 10 or int(arc) <= _MAX_ARC for arc in text.split("."))
