"""Findings on the TLS handshake, beside the certificates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from tui_chain.clients.families import family_names
from tui_chain.clients.handshake import HandshakeCode
from tui_chain.core.finding_codes import FindingCode
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.findings.finding import CLIENT, COSMETIC, FATAL, RISK, SERVER, Finding, FindingKind
from tui_chain.diagnose.findings.network import ALERT_HANDSHAKE_FAILURE, is_ended_by_alert

OLD_TLS = FindingKind(
    FindingCode.OLD_TLS,
    FATAL,
    SERVER,
    "The server's newest TLS version is older than 1.2.",
    "Turn on TLS 1.2 and 1.3 in the server.",
    "RFC 8996; CPython 3.10, Go 1.18, OpenSSL 3 at security level 2, Java 17, rustls",
)
OLD_CIPHER = FindingKind(
    FindingCode.OLD_CIPHER,
    RISK,
    SERVER,
    "The server's cipher suites are too old for some client families.",
    "Turn on ECDHE with AES-GCM or ChaCha20-Poly1305 in the server.",
    "RFC 9325 section 4.2; PY_SSL_DEFAULT_CIPHER_STRING of CPython 3.10; rustls",
)
NO_SECURE_RENEGOTIATION = FindingKind(
    FindingCode.NO_SECURE_RENEGOTIATION,
    RISK,
    SERVER,
    "The server does not support secure renegotiation.",
    "Update the server's TLS library, or turn on TLS 1.3, which has no renegotiation.",
    "RFC 5746; OpenSSL 3 `unsafe legacy renegotiation disabled`",
)
UNSUPPORTED_GROUP = FindingKind(
    FindingCode.UNSUPPORTED_GROUP,
    RISK,
    CLIENT,
    "The server takes only a key exchange group that some client families do not have.",
    "Let the server take X25519 or P-256 too, or update the clients.",
    "RFC 8446 section 4.2.7; IANA TLS Supported Groups",
)
UNSUPPORTED_ALGORITHM = FindingKind(
    FindingCode.UNSUPPORTED_ALGORITHM,
    RISK,
    CLIENT,
    "The server's certificate has a key that some client families cannot use.",
    "Have the server offer an RSA or P-256 certificate too, or update the clients.",
    "RFC 8446 section 4.2.3; IANA TLS SignatureScheme",
)
CLIENT_CERTIFICATE_REQUIRED = FindingKind(
    FindingCode.CLIENT_CERTIFICATE_REQUIRED,
    FATAL,
    CLIENT,
    "The server requires a client certificate.",
    "Give the client its certificate and key; the server's own chain is not the reason.",
    "RFC 8446 section 4.4.2.4, alert 116; RFC 5246 section 7.4.6, alerts 40 and 42",
)
CLIENT_CERTIFICATE_REQUESTED = FindingKind(
    FindingCode.CLIENT_CERTIFICATE_REQUESTED,
    COSMETIC,
    CLIENT,
    "The server asks for a client certificate and goes on without one.",
    "Only if the service refuses the request, give the client its certificate and key.",
    "RFC 8446 section 4.3.2; RFC 5246 section 7.4.4",
)

KINDS = (
    OLD_TLS,
    OLD_CIPHER,
    NO_SECURE_RENEGOTIATION,
    UNSUPPORTED_GROUP,
    UNSUPPORTED_ALGORITHM,
    CLIENT_CERTIFICATE_REQUIRED,
    CLIENT_CERTIFICATE_REQUESTED,
)
"""What the handshake says; which families it concerns stands in each finding."""


MAX_CAS = 4
"""Names of accepted client CAs that are shown."""

_KINDS: Mapping[str, FindingKind] = {
    HandshakeCode.PROTOCOL_VERSION: OLD_TLS,
    HandshakeCode.NO_SHARED_CIPHER: OLD_CIPHER,
    HandshakeCode.WEAK_DH_KEY: OLD_CIPHER,
    HandshakeCode.LEGACY_RENEGOTIATION: NO_SECURE_RENEGOTIATION,
    HandshakeCode.NO_SHARED_GROUP: UNSUPPORTED_GROUP,
    HandshakeCode.UNSUPPORTED_ALGORITHM: UNSUPPORTED_ALGORITHM,
    HandshakeCode.CLIENT_CERTIFICATE: CLIENT_CERTIFICATE_REQUIRED,
    HandshakeCode.HANDSHAKE_FAILURE: ALERT_HANDSHAKE_FAILURE,
}


def handshake_findings(case: Case) -> Iterator[Finding]:
    """Say of each kind of refusal which families it concerns, and whether a client certificate is asked for."""
    groups: dict[FindingKind, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for family, verdict in case.no_handshake.items():
        groups[_KINDS.get(str(verdict.code), ALERT_HANDSHAKE_FAILURE)][verdict.error or ""].append(family)
    if is_ended_by_alert(case.served):
        groups.pop(ALERT_HANDSHAKE_FAILURE, None)  # the finding on that says more
    for kind, reasons in groups.items():
        refusals = " ".join(f"{family_names(families)}: {why}." for why, families in reasons.items())
        yield kind.finding(None, _cas(case) if kind is CLIENT_CERTIFICATE_REQUIRED else refusals)
    if case.served.tls.client_certificate == "requested":
        yield CLIENT_CERTIFICATE_REQUESTED.finding(None, _cas(case))


def _cas(case: Case) -> str:
    names, tls = case.served.tls.client_cas, case.served.tls
    refused = tls.client_certificate == "required" and case.served.identity_given
    given = "It did not take the one that was given. " if refused else ""
    if not names:
        return f"{given}It names no CA that has to have issued it."
    more = f" and {len(names) - MAX_CAS} more" if len(names) > MAX_CAS else ""
    return f"{given}It takes those issued by {'; '.join(names[:MAX_CAS])}{more}."
