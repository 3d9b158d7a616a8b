"""Findings on any certificate of a path: its dates, its right to sign, its strength, its form."""

from __future__ import annotations

from tui_chain.diagnose.kinds.kind import FATAL, RISK, SERVER, FindingKind, Kinds

CERTIFICATE: Kinds = (
    FindingKind(
        "expired",
        FATAL,
        SERVER,
        "This certificate has expired.",
        "It has to be renewed where it is installed.",
        "RFC 5280 section 4.1.2.5; OpenSSL code 10",
    ),
    FindingKind(
        "not-yet-valid",
        FATAL,
        SERVER,
        "This certificate is not valid yet.",
        "Check the clock of this machine, then the server's certificate.",
        "RFC 5280 section 4.1.2.5; OpenSSL code 9",
    ),
    FindingKind(
        "ca-expires-soon",
        RISK,
        SERVER,
        "A CA certificate of the path expires within 30 days.",
        "Have the leaf issued anew under the CA's next certificate, and send that one along.",
        "RFC 5280 section 4.1.2.5",
    ),
    FindingKind(
        "not-a-ca",
        FATAL,
        SERVER,
        "It signed a certificate but may not.",
        "Its authority has to issue a proper CA certificate.",
        "RFC 5280 section 6.1.4 (k); OpenSSL codes 24 and 79",
    ),
    FindingKind(
        "leaf-as-issuer",
        FATAL,
        SERVER,
        "A server's certificate, which is no CA, was used to sign another.",
        "Have the leaf signed by a CA; nobody trusts what another server signed.",
        "RFC 5280 section 4.2.1.9; OpenSSL codes 24 and 79",
    ),
    FindingKind(
        "no-cert-sign",
        FATAL,
        SERVER,
        "Its keyUsage does not let it sign certificates, yet it signed one.",
        "Its authority has to issue it with keyCertSign.",
        "RFC 5280 section 6.1.4 (n); OpenSSL code 32",
    ),
    FindingKind(
        "path-length",
        FATAL,
        SERVER,
        "There are more CA certificates below it than it allows.",
        "The authority has to issue another path.",
        "RFC 5280 section 4.2.1.9; OpenSSL code 25",
    ),
    FindingKind(
        "purpose",
        FATAL,
        SERVER,
        "Its key usages do not allow TLS servers.",
        "A certificate for serverAuth is needed.",
        "RFC 5280 section 4.2.1.12; OpenSSL code 26",
    ),
    FindingKind(
        "name-constraints",
        FATAL,
        SERVER,
        "A CA above does not allow the names of this certificate.",
        "The authority has to issue another path, or another name.",
        "RFC 5280 section 4.2.1.10; OpenSSL codes 47 and 48",
    ),
    FindingKind(
        "critical-extension",
        FATAL,
        SERVER,
        "It has a critical extension that clients do not know.",
        "The authority has to issue it without.",
        "RFC 5280 section 4.2; OpenSSL code 34",
    ),
    FindingKind(
        "key-id-mismatch",
        FATAL,
        SERVER,
        "What it says of its issuer's certificate (authorityKeyIdentifier) does not fit the issuer.",
        "Have it issued anew; OpenSSL takes no issuer that does not fit.",
        "RFC 5280 section 4.2.1.1; OpenSSL codes 20, 30 and 31",
    ),
    FindingKind(
        "weak-signature",
        FATAL,
        SERVER,
        "Its signature uses a hash that is broken.",
        "Have it issued anew with SHA-256.",
        "RFC 9155; OpenSSL code 68 at security level 2, Python's and Debian's default",
    ),
    FindingKind(
        "weak-key",
        FATAL,
        SERVER,
        "Its key is too small.",
        "Have it issued anew with RSA 2048 or EC P-256.",
        "OpenSSL codes 66 and 67 at security level 2, Python's and Debian's default",
    ),
    FindingKind(
        "unreadable",
        RISK,
        SERVER,
        "A part of this certificate cannot be read.",
        "Some clients refuse it; have it issued anew.",
        "RFC 5280 section 4",
    ),
    FindingKind(
        "odd-serial",
        RISK,
        SERVER,
        "Its serial number is negative or zero.",
        "Have it issued anew; Go from 1.23 refuses it when negative.",
        "RFC 5280 section 4.1.2.2",
    ),
)
"""What any certificate of a path can have."""

_WITHOUT_STRICT = "`tlschain advise` has a Python context without VERIFY_X509_STRICT."

STRICT: Kinds = (
    FindingKind(
        "strict-aki",
        RISK,
        SERVER,
        "It does not say which key signed it (authorityKeyIdentifier), which Python from 3.13 on demands.",
        "Have it issued anew with the extension; until then " + _WITHOUT_STRICT,
        "RFC 5280 section 4.2.1.1; OpenSSL code 85 with X509_STRICT; Python ≥ 3.13",
    ),
    FindingKind(
        "strict-ski",
        RISK,
        SERVER,
        "This CA certificate does not say which key it has (subjectKeyIdentifier); Python from 3.13 on demands it.",
        "Its authority has to issue it anew; until then " + _WITHOUT_STRICT,
        "RFC 5280 section 4.2.1.2; OpenSSL code 86 with X509_STRICT; Python ≥ 3.13",
    ),
    FindingKind(
        "strict-criticality",
        RISK,
        SERVER,
        "An extension of it is not marked critical as Python from 3.13 on demands, or is and must not be.",
        "Have it issued anew as RFC 5280 says; until then " + _WITHOUT_STRICT,
        "RFC 5280 sections 4.2.1.1 to 4.2.1.9; OpenSSL codes 88 to 91 with X509_STRICT; Python ≥ 3.13",
    ),
    FindingKind(
        "strict-key-usage",
        RISK,
        SERVER,
        "Its keyUsage is missing or does not fit its part, which Python from 3.13 on refuses.",
        "Have it issued anew with the right keyUsage; until then " + _WITHOUT_STRICT,
        "RFC 5280 section 4.2.1.3; OpenSSL codes 81, 82 and 92 with X509_STRICT; Python ≥ 3.13",
    ),
    FindingKind(
        "strict-form",
        RISK,
        SERVER,
        "It breaks a rule of form that Python from 3.13 on insists on.",
        "Have it issued anew as RFC 5280 says; until then " + _WITHOUT_STRICT,
        "RFC 5280 section 4.1; OpenSSL codes 78 to 93 with X509_STRICT; Python ≥ 3.13",
    ),
)
"""What only Python from 3.13 on refuses: OpenSSL's X509_V_FLAG_X509_STRICT."""
