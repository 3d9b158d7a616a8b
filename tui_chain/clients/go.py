"""Go programs: the system's store, whose file SSL_CERT_FILE names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, Advice, Deployment
from tui_chain.clients.client import Client, Takes, variable
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText, Layer
from tui_chain.clients.families import FamilyId
from tui_chain.clients.trust_file import NOTHING, Loaded, Reads, TrustFileReader, certificate_of, decoded

_END = b"\n-----END "
_END_LINE = re.compile(rb"\n-----END ([^\r\n]*?)-----[ \t\r]*(?:\n|$)")
_HEADER = 1000
"""Bytes of a block in which a header line is looked for."""


def _advice(at: Deployment) -> Iterator[Advice]:
    yield at.export("Go", "SSL_CERT_FILE", FOLDER_ON_DEBIAN, ADDS)


def load_go(data: bytes) -> Loaded:
    """Read as `CertPool.AppendCertsFromPEM` over `pem.Decode` does: damaged blocks are passed over in silence."""
    found = tuple(filter(None, map(certificate_of, _blocks(data))))
    return Loaded(found, None if found else NOTHING)


def _blocks(data: bytes) -> Iterator[bytes]:
    """DER of each well-formed CERTIFICATE block; a BEGIN counts only at the start of a line."""
    at = end = 0
    while (start := _start(data, at)) >= 0:
        line_end = data.find(b"\n", start)
        at = len(data) if line_end < 0 else line_end + 1
        label = data[start:at].rstrip()
        if not label.endswith(b"-----"):
            continue
        # the first END that follows, whatever it ends; found once for all the BEGINs before it
        end = end if end >= at - 1 else data.find(_END, at - 1)
        if end < 0:
            return
        last = _END_LINE.match(data, end)
        if last is None or last[1] + b"-----" != label or b":" in data[at : min(end, at + _HEADER)]:
            continue
        body = decoded(data[at : end + 1])
        if body is not None:
            at = last.end() - 1
            if label == b"CERTIFICATE-----":
                yield body


def _start(data: bytes, at: int) -> int:
    """Where the label of the next BEGIN line starts, or -1."""
    if at == 0 and data.startswith(b"-----BEGIN "):
        return 11
    found = data.find(b"\n-----BEGIN ", max(at - 1, 0))
    return -1 if found < 0 else found + 12


GO = TrustFileReader("Go", 60, load_go)

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
