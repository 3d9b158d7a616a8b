"""uv and rustls: the roots that are built in, which SSL_CERT_FILE replaces."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Takes, variable
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText, Layer
from tui_chain.clients.families import FamilyId
from tui_chain.clients.readers import RUSTLS
from tui_chain.clients.trust_file import Reads
from tui_chain.core.output_kind import OutputKind


def _advice(at: Deployment) -> Iterator[Advice]:
    note = "SSL_CERT_DIR does the same with a folder."
    yield at.export("uv", "SSL_CERT_FILE", note, REPLACES, kind=OutputKind.CLIENT_STORE)


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
