"""Findings on a server's own certificate: its names, its dates, its form."""

from __future__ import annotations

from tui_chain.diagnose.kinds.kind import FATAL, RISK, SERVER, FindingKind, Kinds

LEAF: Kinds = (
    FindingKind(
        "host-mismatch",
        FATAL,
        SERVER,
        "The certificate is not for this host.",
        "Use a name that it covers, or have the name added to it.",
        "RFC 9525 section 6; OpenSSL codes 62 and 64",
    ),
    FindingKind(
        "no-san",
        RISK,
        SERVER,
        "The certificate has no subjectAltName for its host, and only some client families read its common name.",
        "Have it issued anew with the host in subjectAltName.",
        "RFC 9525 section 6.3; Go 1.15, urllib3 2, Chrome 58",
    ),
    FindingKind(
        "ip-as-dns-name",
        FATAL,
        SERVER,
        "The IP address stands among the DNS names, where clients do not look for it.",
        "Have it issued anew with an iPAddress entry in subjectAltName.",
        "RFC 5280 section 4.2.1.6; RFC 9525 section 6.5; OpenSSL code 64",
    ),
    FindingKind(
        "self-signed",
        FATAL,
        SERVER,
        "The server's certificate is signed by itself; no authority vouches for it.",
        "Get a certificate from an authority, or compare its fingerprint with its owner and pin it on purpose.",
        "OpenSSL code 18",
    ),
    FindingKind(
        "ca-as-leaf",
        RISK,
        SERVER,
        "The server's own certificate is a CA certificate.",
        "Have a certificate issued that is no CA; rustls, Firefox and cryptography refuse this one.",
        "RFC 5280 section 4.2.1.9; CA/Browser Forum BR section 7.1.2.7",
    ),
    FindingKind(
        "expires-soon",
        RISK,
        SERVER,
        "The server's certificate expires within 14 days.",
        "Renew it now, and look why it was not renewed by itself.",
        "RFC 5280 section 4.1.2.5",
    ),
    FindingKind(
        "too-long-valid",
        RISK,
        SERVER,
        "The certificate is valid for longer than some clients take.",
        "Have it issued anew for a shorter time.",
        "CA/Browser Forum BR section 6.3.2 (398, 200, 100, 47 days); Apple HT210176 (825 days)",
    ),
    FindingKind(
        "must-staple-missing",
        RISK,
        SERVER,
        "The certificate demands a stapled OCSP response, and the server sends none.",
        "Turn OCSP stapling on in the server; GnuTLS (git, wget) and Firefox refuse it as it is.",
        "RFC 7633 section 4.2.3.1",
    ),
)
"""What only the leaf can have."""
