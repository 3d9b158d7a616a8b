"""Certificates in other clothes: Java's PKCS#12 trust store and PKCS#7."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import SEQUENCE, element, encode

MAX_ALIAS = 60
"""Characters of the readable part of an alias."""


def java_truststore(certificates: Sequence[Certificate]) -> bytes:
    """Make a PKCS#12 store in which Java trusts each certificate, each under an alias of its own.

    The file has no password: it holds nothing secret, and Java opens it with any password or none. Its integrity
    mark, whose salt is random, is left out (RFC 7292 section 4: optional), so the same input gives the same bytes.
    Certificates that cryptography cannot parse are left out.
    """
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

    entries = [
        pkcs12.PKCS12Certificate(certificate.parsed, alias(certificate).encode("ascii"))
        for certificate in certificates
        if certificate.parsed is not None
    ]
    version, contents, *_mac = element(pkcs12.serialize_java_truststore(entries, NoEncryption())).children()
    return encode(SEQUENCE, version.raw, contents.raw)


def alias(certificate: Certificate) -> str:
    """A name for a certificate in a Java store: readable, lower-case ASCII, and its own by its SHA-256."""
    readable = re.sub(r"[^a-z0-9]+", "-", certificate.label.lower()).strip("-")[:MAX_ALIAS]
    return f"{readable or 'certificate'}-{certificate.sha256[:16]}"


def pkcs7_file(certificates: Sequence[Certificate]) -> bytes:
    """Make a PKCS#7 file in PEM that holds the certificates and nothing else (RFC 5652 section 5.1)."""
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    return pkcs7.serialize_certificates([one.parsed for one in certificates if one.parsed is not None], Encoding.PEM)
