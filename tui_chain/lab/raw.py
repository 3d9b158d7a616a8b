"""Certificates that no builder makes: fields of a sound one are changed in the DER, and it is signed again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

from tui_chain.x509.der import BIT_STRING, INTEGER, OID, SEQUENCE, element, encode

FieldEdit: TypeAlias = Callable[[list[bytes]], None]
"""Changes the DER of a certificate's signed fields in place: version, serial, algorithm, issuer, validity, subject,
key, extensions (RFC 5280 section 4.1)."""

SERIAL, ALGORITHM, SUBJECT = 1, 2, 5
_SHA1 = encode(SEQUENCE, encode(OID, bytes.fromhex("2a8648ce3d0401")))
"""ecdsa-with-SHA1 (RFC 5758 section 3.2)."""


def sign_edited(der: bytes, key: CertificateIssuerPrivateKeyTypes, edit: FieldEdit) -> bytes:
    """Return the certificate with its fields edited, signed by an EC key; raises TypeError for another key."""
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("only a CA with an EC key signs edited certificates")
    fields = [field.raw for field in element(der).first().children()]
    edit(fields)
    signed = encode(SEQUENCE, *fields)
    digest = hashes.SHA1() if fields[ALGORITHM] == _SHA1 else hashes.SHA256()  # noqa: S303 - a lab of broken servers
    signature = key.sign(signed, ec.ECDSA(digest))
    return encode(SEQUENCE, signed, fields[ALGORITHM], encode(BIT_STRING, b"\0" + signature))


def negative_serial(fields: list[bytes]) -> None:
    """Make the serial number -1."""
    fields[SERIAL] = encode(INTEGER, b"\xff")


def zero_serial(fields: list[bytes]) -> None:
    """Make the serial number 0."""
    fields[SERIAL] = encode(INTEGER, b"\0")


def sha1_signature(fields: list[bytes]) -> None:
    """Let it be signed with SHA-1."""
    fields[ALGORITHM] = _SHA1


def no_subject(fields: list[bytes]) -> None:
    """Leave the subject empty."""
    fields[SUBJECT] = encode(SEQUENCE)
