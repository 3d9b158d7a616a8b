"""TRUSTED CERTIFICATE blocks: a certificate with the uses for which its owner trusts and rejects it."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.clients.signing import oid
from tui_chain.x509.der import CONTEXT, SEQUENCE, encode

SERVER, EMAIL, CLIENT, ANY = (
    ExtendedKeyUsageOID.SERVER_AUTH,
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
)
Uses = Iterable[ObjectIdentifier]


def trusted_block(der: bytes, *, trusted: Uses | None = None, rejected: Uses = ()) -> bytes:
    """The PEM block that `openssl x509 -trustout` writes with these uses added (X509_CERT_AUX)."""
    refused = _oids(rejected)
    allowed = b"" if trusted is None else encode(SEQUENCE, _oids(trusted))
    settings = encode(SEQUENCE, allowed, encode(CONTEXT, refused) if refused else b"")
    return block("TRUSTED CERTIFICATE", der + settings)


def block(label: str, data: bytes) -> bytes:
    """A PEM block of any label."""
    text = base64.b64encode(data).decode("ascii")
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n".encode("ascii")


def _oids(uses: Uses) -> bytes:
    return b"".join(oid(one.dotted_string) for one in uses)
