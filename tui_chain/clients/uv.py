"""uv and rustls: the roots that are built in, which SSL_CERT_FILE replaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Takes, variable
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText, Layer
from tui_chain.clients.families import FamilyId
from tui_chain.clients.trust_file import NOTHING, Loaded, Reads, TrustFileReader, certificate_of, decoded
from tui_chain.core.output_kind import OutputKind

if TYPE_CHECKING:
    from tui_chain.x509.certificate import Certificate


def _advice(at: Deployment) -> Iterator[Advice]:
    note = "SSL_CERT_DIR does the same with a folder."
    yield at.export("uv", "SSL_CERT_FILE", note, REPLACES, kind=OutputKind.CLIENT_STORE)


def load_rustls(data: bytes) -> Loaded:
    """Read as rustls' `pki-types` does for uv: a damaged block costs itself, and what shares a line with it."""
    found: list[Certificate] = []
    label, body = None, bytearray()
    for line in re.split(rb"[\r\n]+", data):
        if line.startswith(b"-----BEGIN ") and line.rstrip().endswith(b"-----"):
            label, body = line.rstrip()[11:-5], bytearray()
        elif label is not None and line.startswith(b"-----END " + label + b"-----"):
            certificate = certificate_of(decoded(bytes(body))) if label == b"CERTIFICATE" else None
            found += () if certificate is None else (certificate,)
            label = None
        elif label is not None:
            body += line.strip()
    return Loaded(tuple(found), None if found else NOTHING)


RUSTLS = TrustFileReader("rustls", 70, load_rustls)

CLIENT = Client(
    "uv",
    place=70,
    families={FamilyId.RUSTLS: "uv"},
    settings=(variable("SSL_CERT_FILE", REPLACES), variable("SSL_CERT_DIR", REPLACES, Takes.FOLDER)),
    reads=(Reads(RUSTLS, "uv, SSL_CERT_FILE"),),
    advice=_advice,
    errors=ErrorOutput(
        (
            ErrorText(ErrorKind.BAD_BUNDLE, r"no valid (?:PEM )?certificates? found in"),
            ErrorText(ErrorKind.EXPIRED, r"Expired\b.*certificate|peer certificate: Expired"),
            ErrorText(ErrorKind.NOT_YET, r"NotValidYet"),
            ErrorText(ErrorKind.NO_SAN, r"NoSubjectAltName"),
            ErrorText(ErrorKind.HOST, r"not valid for name|NotValidForName"),
            ErrorText(ErrorKind.WEAK, r"internal error.*weak"),
            ErrorText(ErrorKind.PURPOSE, r"InvalidPurpose|InvalidExtendedKeyUsage"),
            ErrorText(ErrorKind.CONSTRAINED, r"NameConstraint"),
            ErrorText(ErrorKind.CRITICAL, r"UnsupportedCriticalExtension"),
            ErrorText(ErrorKind.BAD_CA, r"CaUsedAsEndEntity"),
            ErrorText(ErrorKind.UNKNOWN_ISSUER, r"UnknownIssuer"),
            ErrorText(ErrorKind.NOT_TLS, r"InvalidContentType"),
            ErrorText(ErrorKind.ENDED, r"peer closed connection"),
        ),
        signs=r"invalid peer certificate|rustls|\buv\b",
        trust_command="env | grep SSL_CERT",
        layer=Layer.TLS_LIBRARY,
        name="rustls (uv)",
    ),
)
