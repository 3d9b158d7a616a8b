"""Go programs: the system's store, whose file SSL_CERT_FILE names."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, Advice, Deployment
from tui_chain.clients.client import Client, Takes, variable
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText, Layer
from tui_chain.clients.families import FamilyId
from tui_chain.clients.readers import GO
from tui_chain.clients.trust_file import Reads


def _advice(at: Deployment) -> Iterator[Advice]:
    yield at.export("Go", "SSL_CERT_FILE", FOLDER_ON_DEBIAN, ADDS)


CLIENT = Client(
    "Go",
    place=230,
    families={FamilyId.GO: "Go programs: docker, kubectl, terraform, gh"},
    settings=(variable("SSL_CERT_FILE", ADDS), variable("SSL_CERT_DIR", ADDS, Takes.ALL_FILES)),
    reads=(Reads(GO, "SSL_CERT_FILE"),),
    advice=_advice,
    errors=ErrorOutput(
        (
            # both stand behind "certificate has expired or is not yet valid"
            ErrorText(ErrorKind.EXPIRED, r"current time \S+ is after", first=True),
            ErrorText(ErrorKind.NOT_YET, r"current time \S+ is before", first=True),
            ErrorText(ErrorKind.TIME, r"certificate has expired or is not yet valid"),
            ErrorText(ErrorKind.NO_SAN, r"legacy Common Name field|certificate is not valid for any names"),
            ErrorText(ErrorKind.IP, r"doesn't contain any IP SANs"),
            ErrorText(ErrorKind.HOST, r"is valid for .*, not "),
            ErrorText(ErrorKind.WEAK, r"insecure signature algorithm|signature algorithm.{0,40}(?:insecure|SHA-?1)"),
            ErrorText(ErrorKind.PURPOSE, r"incompatible key usage"),
            ErrorText(ErrorKind.CONSTRAINED, r"is not permitted by any constraint"),
            ErrorText(ErrorKind.BAD_CA, r"not a CA\b|not authorized to sign|too many intermediates"),
            ErrorText(ErrorKind.UNKNOWN_ISSUER, r"signed by unknown authority|x509: unhandled"),
            ErrorText(ErrorKind.VERSION, r"protocol version not supported|unsupported versions"),
            ErrorText(
                ErrorKind.NOT_TLS,
                r"first record does not look like a TLS handshake|server gave HTTP response to HTTPS client",
            ),
            ErrorText(ErrorKind.NAME, r"no such host"),
            ErrorText(ErrorKind.TIMEOUT, r"i/o timeout|deadline exceeded"),
            ErrorText(ErrorKind.ENDED, r": EOF$"),
            ErrorText(ErrorKind.GENERAL, r"tls: failed to verify certificate"),
        ),
        signs=r"\bx509: |\btls: |dial tcp|net/http: |^Get \"https",
        trust_command="env | grep -E 'SSL_CERT_(FILE|DIR)'",
        layer=Layer.RUNTIME,
    ),
)
