"""What is wrong with the list of certificates that a server sends: order, copies, unrelated certificates, size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from tui_chain.core.finding_codes import FindingCode
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.findings.finding import (
    COSMETIC,
    FATAL,
    RISK,
    SERVER,
    STORE,
    Finding,
    FindingKind,
)
from tui_chain.x509.certificate import Certificate

MISSING_ISSUER = FindingKind(
    FindingCode.MISSING_ISSUER,
    FATAL,
    SERVER,
    "The server does not send the issuer of its own certificate.",
    "Find the missing intermediate, then give the client a bundle or the server its chain file.",
    "RFC 8446 section 4.4.2; OpenSSL codes 20 and 21",
)
ISSUER_UNKNOWN = FindingKind(
    FindingCode.ISSUER_UNKNOWN,
    FATAL,
    STORE,
    "The issuer of the topmost served certificate is neither served nor trusted.",
    "Most likely its root is not in this trust store; it may also be a missing intermediate. Look for it.",
    "RFC 5280 section 6.1; OpenSSL code 20 at depth 1 or more",
)
ISSUER_CIRCLE = FindingKind(
    FindingCode.ISSUER_CIRCLE,
    FATAL,
    SERVER,
    "Two CA certificates certify each other and lead to no root.",
    "Put the certificate that leads to a root into the server's chain file.",
    "RFC 5280 section 6.1",
)
ROOT_IN_PLACE_OF_INTERMEDIATE = FindingKind(
    FindingCode.ROOT_IN_PLACE_OF_INTERMEDIATE,
    FATAL,
    SERVER,
    "The server sends a root where the intermediate belongs; no client needs it.",
    "Put the intermediate in its place in the server's chain file.",
    "RFC 8446 section 4.4.2",
)
LEAF_NOT_FIRST = FindingKind(
    FindingCode.LEAF_NOT_FIRST,
    FATAL,
    SERVER,
    "The first certificate is a CA's; the server's own comes later.",
    "Put the leaf first in the server's chain file; no bundle repairs this.",
    "RFC 8446 section 4.4.2",
)
CHAIN_TOO_LARGE = FindingKind(
    FindingCode.CHAIN_TOO_LARGE,
    FATAL,
    SERVER,
    "The served chain is larger than 100 KiB, more than OpenSSL takes.",
    "Send the leaf and its intermediates only.",
    "OpenSSL SSL_MAX_CERT_LIST_DEFAULT",
)
EXPIRED_UNNEEDED = FindingKind(
    FindingCode.EXPIRED_UNNEEDED,
    RISK,
    SERVER,
    "An expired certificate is sent that no path needs.",
    "Remove it from the chain file: old clients (OpenSSL 1.0, GnuTLS before 3.6.14) fail on it.",
    "RFC 5280 section 6.1.3; OpenSSL code 10",
)
NAMESAKE = FindingKind(
    FindingCode.NAMESAKE,
    RISK,
    SERVER,
    "This certificate has the name of an issuer here, but another key.",
    "Some clients take it for the issuer and fail; remove it from the chain file.",
    "OpenSSL build_chain takes one candidate issuer and does not backtrack",
)
WRONG_ORDER = FindingKind(
    FindingCode.WRONG_ORDER,
    COSMETIC,
    SERVER,
    "The served certificates are not in the order in which they sign.",
    "Clients accept it; put each issuer right after the certificate it signed.",
    "RFC 8446 section 4.4.2",
)
DUPLICATE = FindingKind(
    FindingCode.DUPLICATE,
    COSMETIC,
    SERVER,
    "The same certificate is sent twice.",
    "Remove the second copy; clients pass it over, but Java takes 10 certificates in all and GnuTLS 16.",
    "RFC 8446 section 4.4.2",
)
STRANGER = FindingKind(
    FindingCode.STRANGER,
    COSMETIC,
    SERVER,
    "This certificate has nothing to do with the leaf.",
    "Remove it from the chain file; clients pass it over, but Java takes 10 certificates in all and GnuTLS 16.",
    "RFC 8446 section 4.4.2",
)
ROOT_SERVED = FindingKind(
    FindingCode.ROOT_SERVED,
    COSMETIC,
    SERVER,
    "The root is sent too; clients use their own copy.",
    "It costs a kilobyte a connection; remove it from the chain file.",
    "RFC 8446 section 4.4.2",
)
SEARCH_CUT = FindingKind(
    FindingCode.SEARCH_CUT,
    RISK,
    SERVER,
    "The search for paths was ended by its bounds.",
    "Too many certificates carry the same name; what is said here may be incomplete.",
)

KINDS = (
    MISSING_ISSUER,
    ISSUER_UNKNOWN,
    ISSUER_CIRCLE,
    ROOT_IN_PLACE_OF_INTERMEDIATE,
    LEAF_NOT_FIRST,
    CHAIN_TOO_LARGE,
    EXPIRED_UNNEEDED,
    NAMESAKE,
    WRONG_ORDER,
    DUPLICATE,
    STRANGER,
    ROOT_SERVED,
    SEARCH_CUT,
)
"""Which certificates were sent, and in what order."""


MAX_CHAIN = 100 * 1024
"""Bytes of a served chain that OpenSSL's clients take (SSL_MAX_CERT_LIST_DEFAULT)."""
ENTRY = 5
"""Bytes that each certificate costs in the message beside its own (RFC 8446 section 4.4.2)."""


def search_findings(case: Case) -> Iterator[Finding]:
    """Say where the search for paths stopped at its bounds."""
    if case.search.cut:
        yield SEARCH_CUT.finding(case.leaf.sha256, f"It stopped {case.search.cut}.")


def chain_findings(case: Case) -> Iterator[Finding]:
    """Which certificates were sent for nothing, twice, in the wrong place, or too many."""
    reached = _reached(case)
    issuer_missing = any(len(missing.trail) == 1 for missing in case.search.missing)
    yield from _size(case)
    if case.misplaced_leaf is not None:
        yield LEAF_NOT_FIRST.finding(case.leaf.sha256)
    for certificate, copies in Counter(case.served.certificates).items():
        if copies > 1:
            yield DUPLICATE.finding(certificate.sha256, f"It is there {copies} times.")
        if certificate in {case.leaf, case.misplaced_leaf}:
            continue
        root = case.is_root(certificate)
        if certificate not in reached:
            if case.has_issued(certificate):
                continue  # another certificate for the same name and key, as after a renewal
            misplaced = root and issuer_missing and not case.names_an_issuer(certificate)
            kind = NAMESAKE if case.names_an_issuer(certificate) else STRANGER
            yield (ROOT_IN_PLACE_OF_INTERMEDIATE if misplaced else kind).finding(certificate.sha256)
        elif root and certificate in case.trust:
            yield ROOT_SERVED.finding(certificate.sha256)
        elif _expired_unneeded(case, certificate):
            yield EXPIRED_UNNEEDED.finding(certificate.sha256, f"It expired on {certificate.not_after:%Y-%m-%d}.")
    yield from _order(case)


def _reached(case: Case) -> set[Certificate]:
    trails = [path.certificates for path in case.search.paths]
    trails += [missing.trail for missing in case.search.missing]
    return {case.leaf}.union(*trails, *case.search.untrusted, *case.search.circles)


def _expired_unneeded(case: Case, certificate: Certificate) -> bool:
    """Whether a good path stands without it and its time is over: an old cross-sign, most often."""
    path, end = case.path, certificate.not_after
    if path is None or not path.good or certificate in path.certificates:
        return False
    return end is not None and case.at > end


def _size(case: Case) -> Iterator[Finding]:
    size = sum(len(certificate.der) + ENTRY for certificate in case.served.certificates)
    if size > MAX_CHAIN:
        detail = f"It has {size // 1024} KiB in {len(case.served.certificates)} certificates."
        yield CHAIN_TOO_LARGE.finding(case.leaf.sha256, detail)


def _order(case: Case) -> Iterator[Finding]:
    """RFC 8446 section 4.4.2: each certificate should directly certify the one before it."""
    served = case.served.certificates
    places = [(served.index(c), c) for c in case.trail if c in served]
    for (before, _), (after, certificate) in pairwise(places):
        if after < before:
            yield WRONG_ORDER.finding(certificate.sha256)
            return
