"""Findings on trust: the root, the store that has it or not, and who may stand in between."""

from __future__ import annotations

from tui_chain.diagnose.kinds.kind import FATAL, INTERCEPTION, RISK, SERVER, STORE, FindingKind, Kinds

TRUST: Kinds = (
    FindingKind(
        "untrusted-root",
        FATAL,
        STORE,
        "The path ends at a root that is not in the trust store.",
        "Get the root's fingerprint from the people who run it; only then trust it.",
        "OpenSSL codes 19 and 20",
    ),
    FindingKind(
        "root-only-in-system",
        RISK,
        STORE,
        "Its root is in the system's trust store but not in certifi.",
        "curl, git and Go accept it; requests and httpx need `--trust system`'s file, or a bundle.",
        "OpenSSL codes 19 and 20",
    ),
    FindingKind(
        "root-only-in-certifi",
        RISK,
        STORE,
        "Its root is in certifi but not in the trust store in use.",
        "requests and httpx accept it; update the system's CA certificates for the others.",
        "OpenSSL codes 19 and 20",
    ),
    FindingKind(
        "anchor-expired",
        FATAL,
        STORE,
        "The root in the trust store has expired.",
        "Update the trust store (certifi, ca-certificates); the authority has a newer root or a cross-sign.",
        "RFC 5280 section 6.1.1 (d); OpenSSL code 10",
    ),
    FindingKind(
        "namesake-in-store",
        RISK,
        STORE,
        "The trust file holds a CA certificate with the issuer's name and another key.",
        "If it is outdated, take it out of the file: some clients take the first of that name and look no further.",
        "OpenSSL build_chain takes one candidate issuer and does not backtrack",
    ),
    FindingKind(
        "rejected",
        FATAL,
        STORE,
        "The trust file rejects this certificate.",
        "Leave it so unless you know better: whoever made the file does not want it to be trusted.",
        "X509_CERT_AUX; OpenSSL code 28",
    ),
    FindingKind(
        "anchor-expires-soon",
        RISK,
        STORE,
        "The root in the trust store expires within 30 days.",
        "Update the trust store, and send the authority's newer intermediate.",
        "RFC 5280 section 6.1.1 (d)",
    ),
    FindingKind(
        "family-refuses",
        RISK,
        SERVER,
        "These client families refuse the chain.",
        "A bundle helps where another path wins them, which `tlschain fix` looks for; else the server has to change.",
        "the verdict of each family's engine",
    ),
    FindingKind(
        "constraints-lost",
        RISK,
        SERVER,
        "As a trust anchor in a bundle this intermediate loses a limit that is set above it.",
        "The remedy without loss is that the server sends the intermediate; writing the bundle all the same needs "
        "your consent (--accept-lost-constraints).",
        "RFC 5280 sections 4.2.1.9, 4.2.1.10, 4.2.1.12 and 6.1; OpenSSL's X509_V_FLAG_PARTIAL_CHAIN",
    ),
)
"""What a trust store says of a path's end."""

BETWEEN: Kinds = (
    FindingKind(
        "interception-likely",
        RISK,
        INTERCEPTION,
        "The chain ends at a product that reads TLS traffic: a proxy or virus scanner most likely stands in between.",
        "Ask those who run this network or machine; compare from another network. Do not trust its root untold.",
        "issuer words of the product, and a root that no public store has",
    ),
    FindingKind(
        "shared-unknown-root",
        RISK,
        INTERCEPTION,
        "Unrelated hosts end at the same root that no public store has: something may stand in between.",
        "Compare from another network; if the hosts are all yours, it may be your own private CA.",
        "the same unknown root over hosts of different domains",
    ),
)
"""Who may stand between client and server; said as likely, never as certain."""

REVOCATION: Kinds = (
    FindingKind(
        "revoked",
        FATAL,
        SERVER,
        "This certificate was revoked by its issuer.",
        "Replace it at once; do not work around it.",
        "RFC 6960 section 2.2; RFC 5280 section 6.3; OpenSSL code 23",
    ),
    FindingKind(
        "revocation-unknown",
        RISK,
        SERVER,
        "Its issuer does not know this certificate, or gives no fresh signed answer about it.",
        "Ask again later; if it stays so, ask the authority.",
        "RFC 6960 sections 2.2 and 4.2.2.1",
    ),
    FindingKind(
        "revocation-unreachable",
        RISK,
        SERVER,
        "No revocation source of this certificate could be reached.",
        "Clients that insist on an answer refuse it; check the authority's responder and the network.",
        "RFC 6960; RFC 5280 section 4.2.1.13",
    ),
    FindingKind(
        "staple-bad",
        RISK,
        SERVER,
        "The OCSP response that the server staples is not valid for its certificate.",
        "Let the server fetch a fresh one; clients that read it refuse the connection.",
        "RFC 6066 section 8; RFC 6960 section 3.2",
    ),
)
"""What the issuer says of a certificate since it was issued; asked on request only."""
