"""What any certificate of a path can have wrong: its dates, its right to sign, its strength, its form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tui_chain.core.expiry import notice
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.text import first_few, plural
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.findings.finding import FATAL, RISK, SERVER, Finding, FindingKind
from tui_chain.diagnose.findings.leaf import EXPIRES_SOON, host_finding, leaf_findings
from tui_chain.diagnose.findings.strict import strict_findings
from tui_chain.diagnose.findings.trust import ANCHOR_EXPIRED, ANCHOR_EXPIRES_SOON, REJECTED
from tui_chain.paths.checks import PathProblem, path_problems
from tui_chain.x509.certificate import Certificate

EXPIRED = FindingKind(
    FindingCode.EXPIRED,
    FATAL,
    SERVER,
    "This certificate has expired.",
    "It has to be renewed where it is installed.",
    "RFC 5280 section 4.1.2.5; OpenSSL code 10",
)
NOT_YET_VALID = FindingKind(
    FindingCode.NOT_YET_VALID,
    FATAL,
    SERVER,
    "This certificate is not valid yet.",
    "Check the clock of this machine, then the server's certificate.",
    "RFC 5280 section 4.1.2.5; OpenSSL code 9",
)
CA_EXPIRES_SOON = FindingKind(
    FindingCode.CA_EXPIRES_SOON,
    RISK,
    SERVER,
    "A CA certificate of the path expires soon.",
    "Have the leaf issued anew under the CA's next certificate, and send that one along.",
    "RFC 5280 section 4.1.2.5",
)
NOT_A_CA = FindingKind(
    FindingCode.NOT_A_CA,
    FATAL,
    SERVER,
    "It signed a certificate but may not.",
    "Its authority has to issue a proper CA certificate.",
    "RFC 5280 section 6.1.4 (k); OpenSSL codes 24 and 79",
)
LEAF_AS_ISSUER = FindingKind(
    FindingCode.LEAF_AS_ISSUER,
    FATAL,
    SERVER,
    "A server's certificate, which is no CA, was used to sign another.",
    "Have the leaf signed by a CA; nobody trusts what another server signed.",
    "RFC 5280 section 4.2.1.9; OpenSSL codes 24 and 79",
)
NO_CERT_SIGN = FindingKind(
    FindingCode.NO_CERT_SIGN,
    FATAL,
    SERVER,
    "Its keyUsage does not let it sign certificates, yet it signed one.",
    "Its authority has to issue it with keyCertSign.",
    "RFC 5280 section 6.1.4 (n); OpenSSL code 32",
)
PATH_LENGTH = FindingKind(
    FindingCode.PATH_LENGTH,
    FATAL,
    SERVER,
    "There are more CA certificates below it than it allows.",
    "The authority has to issue another path.",
    "RFC 5280 section 4.2.1.9; OpenSSL code 25",
)
PURPOSE = FindingKind(
    FindingCode.PURPOSE,
    FATAL,
    SERVER,
    "Its key usages do not allow TLS servers.",
    "A certificate for serverAuth is needed.",
    "RFC 5280 section 4.2.1.12; OpenSSL code 26",
)
NAME_CONSTRAINTS = FindingKind(
    FindingCode.NAME_CONSTRAINTS,
    FATAL,
    SERVER,
    "A CA above does not allow the names of this certificate.",
    "The authority has to issue another path, or another name.",
    "RFC 5280 section 4.2.1.10; OpenSSL codes 47 and 48",
)
CRITICAL_EXTENSION = FindingKind(
    FindingCode.CRITICAL_EXTENSION,
    FATAL,
    SERVER,
    "It has a critical extension that clients do not know.",
    "The authority has to issue it without.",
    "RFC 5280 section 4.2; OpenSSL code 34",
)
KEY_ID_MISMATCH = FindingKind(
    FindingCode.KEY_ID_MISMATCH,
    FATAL,
    SERVER,
    "What it says of its issuer's certificate (authorityKeyIdentifier) does not fit the issuer.",
    "Have it issued anew; OpenSSL takes no issuer that does not fit.",
    "RFC 5280 section 4.2.1.1; OpenSSL codes 20, 30 and 31",
)
WEAK_SIGNATURE = FindingKind(
    FindingCode.WEAK_SIGNATURE,
    FATAL,
    SERVER,
    "Its signature uses a hash that is broken.",
    "Have it issued anew with SHA-256.",
    "RFC 9155; OpenSSL code 68 at security level 2, Python's and Debian's default",
)
WEAK_KEY = FindingKind(
    FindingCode.WEAK_KEY,
    FATAL,
    SERVER,
    "Its key is too small.",
    "Have it issued anew with RSA 2048 or EC P-256.",
    "OpenSSL codes 66 and 67 at security level 2, Python's and Debian's default",
)
UNREADABLE = FindingKind(
    FindingCode.UNREADABLE,
    RISK,
    SERVER,
    "A part of this certificate cannot be read.",
    "Some clients refuse it; have it issued anew.",
    "RFC 5280 section 4",
)
ODD_SERIAL = FindingKind(
    FindingCode.ODD_SERIAL,
    RISK,
    SERVER,
    "Its serial number is negative or zero.",
    "Have it issued anew; Go from 1.23 refuses it when negative.",
    "RFC 5280 section 4.1.2.2",
)

KINDS = (
    EXPIRED,
    NOT_YET_VALID,
    CA_EXPIRES_SOON,
    NOT_A_CA,
    LEAF_AS_ISSUER,
    NO_CERT_SIGN,
    PATH_LENGTH,
    PURPOSE,
    NAME_CONSTRAINTS,
    CRITICAL_EXTENSION,
    KEY_ID_MISMATCH,
    WEAK_SIGNATURE,
    WEAK_KEY,
    UNREADABLE,
    ODD_SERIAL,
)
"""What any certificate of a path can have."""


MAX_FAULTS = 3
"""Unreadable fields of one certificate that are told."""


def path_findings(case: Case) -> Iterator[Finding]:
    """What is wrong along the path; where there is none, along the longest trail."""
    problems = (
        case.path.problems if case.path is not None else path_problems(case.trail, host=case.served.host, at=case.at)
    )
    for problem in problems:
        # of a CA certificate in the leaf's place only the place is wrong
        if case.misplaced_leaf is None or problem.certificate != case.leaf:
            yield _found(case, problem)
    for certificate in dict.fromkeys((*case.served.certificates, *case.trail)):
        for fault in certificate.faults[:MAX_FAULTS]:
            yield UNREADABLE.finding(certificate.sha256, f"{fault.field}: {fault.reason}.")
        if len(certificate.faults) > MAX_FAULTS:
            rest = first_few([fault.field for fault in certificate.faults[MAX_FAULTS:]], MAX_FAULTS)
            yield UNREADABLE.finding(certificate.sha256, f"Nor can be read: {rest}.")


def _found(case: Case, problem: PathProblem) -> Finding:
    detail = f"{problem.detail[:1].upper()}{problem.detail[1:]}."
    at = problem.certificate.sha256
    if problem.code is FindingCode.HOST_MISMATCH:
        return host_finding(case, detail)
    if problem.code in _OF_DATES:
        detail = f"{_whose(case, problem.certificate)}{detail.removeprefix('It')}"
    return _kind(case, problem).finding(at, detail)


def _whose(case: Case, certificate: Certificate) -> str:
    return "The server's own certificate" if certificate == case.leaf else f"The CA certificate {certificate.label}"


_OF_DATES = {FindingCode.EXPIRED, FindingCode.NOT_YET_VALID}
_BY_CODE = {kind.code: kind for kind in (*KINDS, REJECTED)}


def _kind(case: Case, problem: PathProblem) -> FindingKind:
    certificate = problem.certificate
    if problem.code is FindingCode.NOT_A_CA:
        return _not_a_ca(certificate)
    if problem.code is FindingCode.EXPIRED and certificate == case.anchor:
        return ANCHOR_EXPIRED
    return _BY_CODE[problem.code]


def _not_a_ca(certificate: Certificate) -> FindingKind:
    if certificate.is_ca:
        return NO_CERT_SIGN
    return LEAF_AS_ISSUER if certificate.alternative_names else NOT_A_CA


def certificate_findings(case: Case) -> Iterator[Finding]:
    """What the certificates of the path, and the other served ones, have on their own."""
    for depth, certificate in enumerate(case.trail):
        yield from _ends_soon(case, certificate, leaf=depth == 0)
        yield from strict_findings(case, depth)
    yield from leaf_findings(case)
    for certificate in dict.fromkeys(case.served.certificates):
        if certificate.serial is not None and certificate.serial <= 0:
            yield ODD_SERIAL.finding(certificate.sha256, f"It is {certificate.serial}.")


def _ends_soon(case: Case, certificate: Certificate, *, leaf: bool) -> Iterator[Finding]:
    begin, end = certificate.not_before, certificate.not_after
    if end is None:
        return
    left = end - case.at
    if left < timedelta(0) or left > notice(begin, end, case.wanted_notice, leaf=leaf):
        return
    kind = EXPIRES_SOON if leaf else ANCHOR_EXPIRES_SOON if certificate == case.anchor else CA_EXPIRES_SOON
    time = plural(left.days, "day") if left.days else plural(left.seconds // 3600, "hour")
    yield kind.finding(certificate.sha256, f"It has {time} left, until {end:%Y-%m-%d %H:%M} UTC.")


def told_of_end(certificate: Certificate, at: datetime, wanted: timedelta | None) -> tuple[object, ...]:
    """All that the finding on the end of a certificate takes from the time: equal where it says the same.

    `wanted` is as for `notice`.
    """
    begin, end = certificate.not_before, certificate.not_after
    if end is None:
        return ()
    left = end - at
    limits = [notice(begin, end, wanted, leaf=leaf) for leaf in (True, False)]
    hours = left // _HOUR if timedelta(0) <= left <= max(limits) else None
    return (hours, *(left > limit for limit in limits))


_HOUR = timedelta(hours=1)
