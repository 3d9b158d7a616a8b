"""What single certificates of the path have: little time left, too much of it, odd forms, strictness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tui_chain.core.text import plural
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.catalogue import Finding, finding
from tui_chain.paths.codes import meaning
from tui_chain.paths.strict import strict_fault
from tui_chain.x509.certificate import Certificate

LEAF_SOON, CA_SOON = timedelta(days=14), timedelta(days=30)
"""How long before its end a certificate is called soon to expire."""
SOON_SHARE = 3
"""A certificate of a short life is called so in the last third of it: six-day ones are renewed every few days."""
PRIVATE_DAYS = 825
"""Longest validity that Apple's clients take under any root."""
_STEPS = (
    (datetime(2029, 3, 15, tzinfo=UTC), 47),
    (datetime(2027, 3, 15, tzinfo=UTC), 100),
    (datetime(2026, 3, 15, tzinfo=UTC), 200),
    (datetime(2020, 9, 1, tzinfo=UTC), 398),
    (datetime(2018, 3, 1, tzinfo=UTC), 825),
)
"""From when on public authorities may issue for at most so many days (CA/Browser Forum BR section 6.3.2)."""


def certificate_findings(case: Case) -> Iterator[Finding]:
    """What the certificates of the path, and the other served ones, have on their own."""
    for depth, certificate in enumerate(case.trail):
        yield from _ends_soon(case, certificate, leaf=depth == 0)
        yield from _strict(case, depth)
    yield from _leaf(case)
    for certificate in dict.fromkeys(case.served.certificates):
        if certificate.serial is not None and certificate.serial <= 0:
            yield finding("odd-serial", certificate.sha256, f"It is {certificate.serial}.")


def _ends_soon(case: Case, certificate: Certificate, *, leaf: bool) -> Iterator[Finding]:
    left = time_left(certificate, case.at)
    if left is None or left < timedelta(0) or left > soon(certificate, LEAF_SOON if leaf else CA_SOON):
        return
    code = "expires-soon" if leaf else "anchor-expires-soon" if certificate == case.anchor else "ca-expires-soon"
    words = plural(left.days, "day") if left.days else plural(left.seconds // 3600, "hour")
    yield finding(code, certificate.sha256, f"It has {words} left, until {certificate.not_after:%Y-%m-%d %H:%M} UTC.")


def time_left(certificate: Certificate, at: datetime) -> timedelta | None:
    """How long a certificate is still valid; negative when it is over, None where its dates cannot be read."""
    return None if certificate.not_after is None else certificate.not_after - at


def soon(certificate: Certificate, limit: timedelta) -> timedelta:
    """Within which time before its end a certificate is called soon to expire: `limit`, or a third of its life."""
    if certificate.not_before is None or certificate.not_after is None:
        return limit
    return min(limit, (certificate.not_after - certificate.not_before) / SOON_SHARE)


_NO_RESPONDER = (
    "The certificate names no OCSP responder, so that no server can staple for it: have it issued anew without the "
    "TLS feature extension."
)


def _leaf(case: Case) -> Iterator[Finding]:
    leaf = case.leaf
    if leaf.is_ca and leaf.alternative_names.covers(case.served.host):
        yield finding("ca-as-leaf", leaf.sha256)
    if leaf.must_staple and case.served.staple == b"":
        advice = "" if leaf.ocsp_urls else _NO_RESPONDER
        yield finding("must-staple-missing", leaf.sha256, advice=advice)
    yield from _too_long(case)


def _too_long(case: Case) -> Iterator[Finding]:
    """Public authorities are bound to less than private ones; which one it is is looked up only where it matters."""
    life, public = lifetime_days(case.leaf), longest_validity(case.leaf, public=True)
    if life is None or public is None or life <= public or len(case.trail) < 2:
        return
    known = _publicly_trusted(case)
    limit = public if known else longest_validity(case.leaf, public=False)
    if limit is not None and life > limit:
        whose = "browsers take at most {} from a public authority" if known else "Apple's clients take at most {}"
        advice = "" if known else "Only where Apple's clients matter, have it issued anew for a shorter time."
        words = f"It is issued for {life} days; {whose.format(limit)}."
        yield finding("too-long-valid", case.leaf.sha256, words, advice)


def _publicly_trusted(case: Case) -> bool:
    """Whether the path ends in certifi: the system's store may hold a company's root too."""
    if case.anchor is None:
        return False
    return case.trust.name == "certifi" or any(
        store.name == "certifi" and case.anchor in store for store in case.others()
    )


def lifetime_days(certificate: Certificate) -> int | None:
    """Days of validity, a begun one counted (CA/Browser Forum BR section 6.3.2), or None if unreadable."""
    start, end = certificate.not_before, certificate.not_after
    if start is None or end is None:
        return None
    return -(-int((end - start).total_seconds() + 1) // 86_400)


def longest_validity(leaf: Certificate, *, public: bool) -> int | None:
    """Days for which a leaf may be valid, by its date of issue; under a private root only Apple's limit counts."""
    start = leaf.not_before
    if start is None:
        return None
    if not public:
        return PRIVATE_DAYS if start >= datetime(2019, 7, 1, tzinfo=UTC) else None
    return next((days for since, days in _STEPS if start >= since), None)


_STRICT = {
    85: "strict-aki",
    86: "strict-ski",
    88: "strict-criticality",
    89: "strict-criticality",
    90: "strict-criticality",
    91: "strict-criticality",
    81: "strict-key-usage",
    82: "strict-key-usage",
    92: "strict-key-usage",
}


def _strict(case: Case, depth: int) -> Iterator[Finding]:
    """X509_V_FLAG_X509_STRICT on every certificate of the path; Python itself tells the first only."""
    if case.trail[depth].unreadable_extensions:
        return  # what is missing may stand in the part that cannot be read
    code = strict_fault(case.trail, depth)
    if code is not None and meaning(code).strict:
        words = f"OpenSSL says: {meaning(code).error} (code {code})."
        yield finding(_STRICT.get(code, "strict-form"), case.trail[depth].sha256, words)
