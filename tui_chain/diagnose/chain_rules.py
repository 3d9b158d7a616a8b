"""What is wrong with the list of served certificates itself: order, copies, strangers, roots, size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from tui_chain.diagnose.case import Case
from tui_chain.diagnose.catalogue import Finding, finding
from tui_chain.x509.certificate import Certificate

MAX_CHAIN = 100 * 1024
"""Bytes of a served chain that OpenSSL's clients take (SSL_MAX_CERT_LIST_DEFAULT)."""
ENTRY = 5
"""Bytes that each certificate costs in the message beside its own (RFC 8446 section 4.4.2)."""


def chain_findings(case: Case) -> Iterator[Finding]:
    """Which certificates were sent for nothing, twice, in the wrong place, or too many."""
    reached = _reached(case)
    leaf_waits = any(len(missing.trail) == 1 for missing in case.search.missing)
    yield from _size(case)
    if case.misplaced_leaf is not None:
        yield finding("leaf-not-first", case.leaf.sha256)
    for certificate, copies in Counter(case.served.certificates).items():
        if copies > 1:
            yield finding("duplicate", certificate.sha256, f"It is there {copies} times.")
        if certificate in {case.leaf, case.misplaced_leaf}:
            continue
        root = case.is_root(certificate)
        if certificate not in reached:
            if case.has_issued(certificate):
                continue  # another certificate for the same name and key, as after a renewal
            waits = root and leaf_waits and not case.names_an_issuer(certificate)
            code = "namesake" if case.names_an_issuer(certificate) else "stranger"
            yield finding("root-in-place-of-intermediate" if waits else code, certificate.sha256)
        elif root and certificate in case.trust:
            yield finding("root-served", certificate.sha256)
        elif _expired_unneeded(case, certificate):
            yield finding("expired-unneeded", certificate.sha256, f"It expired on {certificate.not_after:%Y-%m-%d}.")
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
        words = f"It has {size // 1024} KiB in {len(case.served.certificates)} certificates."
        yield finding("chain-too-large", case.leaf.sha256, words)


def _order(case: Case) -> Iterator[Finding]:
    """RFC 8446 section 4.4.2: each certificate should directly certify the one before it."""
    served = case.served.certificates
    places = [(served.index(c), c) for c in case.trail if c in served]
    for (before, _), (after, certificate) in pairwise(places):
        if after < before:
            yield finding("wrong-order", certificate.sha256)
            return
