"""What only a server's own certificate can have wrong: its names, its dates, its form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from tui_chain.clients.engines.openssl.hostnames import curl_covers
from tui_chain.clients.families import family_names
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.text import safe_text
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.findings.finding import FATAL, RISK, SERVER, Finding, FindingKind
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.names import parse_ip

HOST_MISMATCH = FindingKind(
    FindingCode.HOST_MISMATCH,
    FATAL,
    SERVER,
    "The certificate is not for this host.",
    "Use a name that it covers, or have the name added to it.",
    "RFC 9525 section 6; OpenSSL codes 62 and 64",
)
NO_SAN = FindingKind(
    FindingCode.NO_SAN,
    RISK,
    SERVER,
    "The certificate has no subjectAltName for its host, and only some client families read its common name.",
    "Have it issued anew with the host in subjectAltName.",
    "RFC 9525 section 6.3; Go 1.15, urllib3 2, Chrome 58",
)
IP_AS_DNS_NAME = FindingKind(
    FindingCode.IP_AS_DNS_NAME,
    FATAL,
    SERVER,
    "The IP address stands among the DNS names, where clients do not look for it.",
    "Have it issued anew with an iPAddress entry in subjectAltName.",
    "RFC 5280 section 4.2.1.6; RFC 9525 section 6.5; OpenSSL code 64",
)
SELF_SIGNED = FindingKind(
    FindingCode.SELF_SIGNED,
    FATAL,
    SERVER,
    "The server's certificate is signed by itself; no authority vouches for it.",
    "Get a certificate from an authority, or compare its fingerprint with its owner and pin it on purpose.",
    "OpenSSL code 18",
)
CA_AS_LEAF = FindingKind(
    FindingCode.CA_AS_LEAF,
    RISK,
    SERVER,
    "The server's own certificate is a CA certificate.",
    "Have a certificate issued that is no CA; rustls, Firefox and cryptography refuse this one.",
    "RFC 5280 section 4.2.1.9; CA/Browser Forum BR section 7.1.2.7",
)
EXPIRES_SOON = FindingKind(
    FindingCode.EXPIRES_SOON,
    RISK,
    SERVER,
    "The server's certificate expires soon.",
    "Renew it now, and look why it was not renewed by itself.",
    "RFC 5280 section 4.1.2.5",
)
TOO_LONG_VALID = FindingKind(
    FindingCode.TOO_LONG_VALID,
    RISK,
    SERVER,
    "The certificate is valid for longer than some clients take.",
    "Have it issued anew for a shorter time.",
    "CA/Browser Forum BR section 6.3.2 (398, 200, 100, 47 days); Apple HT210176 (825 days)",
)
MUST_STAPLE_MISSING = FindingKind(
    FindingCode.MUST_STAPLE_MISSING,
    RISK,
    SERVER,
    "The certificate demands a stapled OCSP response, and the server sends none.",
    "Turn OCSP stapling on in the server; GnuTLS (git, wget) and Firefox refuse it as it is.",
    "RFC 7633 section 4.2.3.1",
)

KINDS = (
    HOST_MISMATCH,
    NO_SAN,
    IP_AS_DNS_NAME,
    SELF_SIGNED,
    CA_AS_LEAF,
    EXPIRES_SOON,
    TOO_LONG_VALID,
    MUST_STAPLE_MISSING,
)
"""What only the leaf can have."""

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

MAX_NAMES = 200
"""Names of a leaf that are compared with the host."""


def host_finding(case: Case, detail: str) -> Finding:
    """RFC 9525 section 6: why the leaf does not cover the host, and what it covers instead."""
    leaf, host = case.leaf, case.served.host
    names = leaf.alternative_names
    address = parse_ip(host)
    if address is not None and any(parse_ip(name) == address for name in names.dns):
        return IP_AS_DNS_NAME.finding(leaf.sha256, f"{host} is one of its DNS names.")
    if not names and curl_covers(leaf, host):
        return NO_SAN.finding(leaf.sha256, _common_name_detail(case))
    if not names:
        common = f"; its common name is {leaf.common_name}" if leaf.common_name else ""
        return HOST_MISMATCH.finding(leaf.sha256, f"It has no subjectAltName{common}.", NO_SAN_ADVICE)
    nearest = nearest_name(host, leaf)
    near = f" The nearest to {host} is {nearest}." if nearest else ""
    return HOST_MISMATCH.finding(leaf.sha256, f"{detail}{near}", _host_advice(host, nearest))


NO_SAN_ADVICE = "Have it issued anew with the host in subjectAltName."


def _common_name_detail(case: Case) -> str:
    """What the common name is, which families read it, and which do not."""
    name = case.leaf.common_name
    detail = f"Its common name is {name}." if name else "It has no common name either."
    refusing = [identity for identity, verdict in case.verdicts.items() if not verdict.ok]
    accepting = [identity for identity, verdict in case.verdicts.items() if verdict.ok]
    if not accepting or not refusing:
        return detail
    return f"{detail} Accepted by {family_names(accepting)}; refused by {family_names(refusing)}."


def nearest_name(host: str, leaf: Certificate) -> str | None:
    """The name of a leaf that looks most like `host`, safe for a terminal, or None where none does."""
    from difflib import get_close_matches  # only a wrong name is worth loading it

    names = [safe_text(name.lower(), 253) for name in leaf.alternative_names.dns[:MAX_NAMES]]
    return next(iter(get_close_matches(host.lower(), names, n=1, cutoff=0.6)), None)


def _host_advice(host: str, nearest: str | None) -> str:
    if nearest is None:
        return ""
    if nearest.startswith("*.") and host.endswith(nearest[1:]):
        return "A wildcard stands for one label only; have the name itself added to the certificate."
    if nearest.startswith("*.") and host == nearest[2:]:
        return "A wildcard does not cover the domain itself; have that name added to the certificate."
    if f"www.{host}" == nearest or f"www.{nearest}" == host:
        return f"Use {nearest}, or have the name with and without www in the certificate."
    return f"Use {nearest} if that is the host you mean, or have the name added to the certificate."


_NO_RESPONDER = (
    "The certificate names no OCSP responder, so that no server can staple for it: have it issued anew without the "
    "TLS feature extension."
)


def leaf_findings(case: Case) -> Iterator[Finding]:
    """Say what a leaf has wrong beside its names: a CA, no staple, a life too long."""
    leaf = case.leaf
    if leaf.is_ca and leaf.alternative_names.covers(case.served.host):
        yield CA_AS_LEAF.finding(leaf.sha256)
    if leaf.must_staple and case.served.staple == b"":
        advice = "" if leaf.ocsp_urls else _NO_RESPONDER
        yield MUST_STAPLE_MISSING.finding(leaf.sha256, advice=advice)
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
        detail = f"It is issued for {life} days; {whose.format(limit)}."
        yield TOO_LONG_VALID.finding(case.leaf.sha256, detail, advice)


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
