"""Findings on the TLS handshake, beside the certificates."""

from __future__ import annotations

from tui_chain.diagnose.kinds.kind import CLIENT, COSMETIC, FATAL, RISK, SERVER, FindingKind, Kinds

HANDSHAKE: Kinds = (
    FindingKind(
        "old-tls",
        FATAL,
        SERVER,
        "The server's newest TLS version is older than 1.2.",
        "Turn on TLS 1.2 and 1.3 in the server.",
        "RFC 8996; CPython 3.10, Go 1.18, OpenSSL 3 at security level 2, Java 17, rustls",
    ),
    FindingKind(
        "old-cipher",
        RISK,
        SERVER,
        "The server's cipher suites are too old for some client families.",
        "Turn on ECDHE with AES-GCM or ChaCha20-Poly1305 in the server.",
        "RFC 9325 section 4.2; PY_SSL_DEFAULT_CIPHER_STRING of CPython 3.10; rustls",
    ),
    FindingKind(
        "no-secure-renegotiation",
        RISK,
        SERVER,
        "The server does not support secure renegotiation.",
        "Update the server's TLS library, or turn on TLS 1.3, which has no renegotiation.",
        "RFC 5746; OpenSSL 3 `unsafe legacy renegotiation disabled`",
    ),
    FindingKind(
        "unsupported-group",
        RISK,
        CLIENT,
        "The server takes only a key exchange group that some client families do not have.",
        "Let the server take X25519 or P-256 too, or update the clients.",
        "RFC 8446 section 4.2.7; IANA TLS Supported Groups",
    ),
    FindingKind(
        "unsupported-algorithm",
        RISK,
        CLIENT,
        "The server's certificate has a key that some client families cannot use.",
        "Have the server offer an RSA or P-256 certificate too, or update the clients.",
        "RFC 8446 section 4.2.3; IANA TLS SignatureScheme",
    ),
    FindingKind(
        "client-certificate-required",
        FATAL,
        CLIENT,
        "The server requires a client certificate.",
        "Give the client its certificate and key; the server's own chain has no part in this.",
        "RFC 8446 section 4.4.2.4, alert 116; RFC 5246 section 7.4.6, alerts 40 and 42",
    ),
    FindingKind(
        "client-certificate-requested",
        COSMETIC,
        CLIENT,
        "The server asks for a client certificate and goes on without one.",
        "Only if the service refuses the request, give the client its certificate and key.",
        "RFC 8446 section 4.3.2; RFC 5246 section 7.4.4",
    ),
)
"""What the handshake says; which families it concerns stands in each finding."""
