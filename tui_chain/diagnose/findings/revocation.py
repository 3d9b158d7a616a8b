"""What the issuers say of certificates since they were issued; asked on request only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.diagnose.diagnosis import Diagnosis, by_severity
from tui_chain.diagnose.findings.finding import (
    FATAL,
    RISK,
    SERVER,
    Finding,
    FindingKind,
)
from tui_chain.x509.revocation import Means, Revocation, RevocationCheck

REVOKED = FindingKind(
    FindingCode.REVOKED,
    FATAL,
    SERVER,
    "This certificate was revoked by its issuer.",
    "Replace it at once; do not work around it.",
    "RFC 6960 section 2.2; RFC 5280 section 6.3; OpenSSL code 23",
)
REVOCATION_UNKNOWN = FindingKind(
    FindingCode.REVOCATION_UNKNOWN,
    RISK,
    SERVER,
    "Its issuer does not know this certificate, or gives no fresh signed answer about it.",
    "Ask again later; if it stays so, ask the authority.",
    "RFC 6960 sections 2.2 and 4.2.2.1",
)
REVOCATION_UNREACHABLE = FindingKind(
    FindingCode.REVOCATION_UNREACHABLE,
    RISK,
    SERVER,
    "No revocation source of this certificate could be reached.",
    "Clients that insist on an answer refuse it; check the authority's responder and the network.",
    "RFC 6960; RFC 5280 section 4.2.1.13",
)
STAPLE_BAD = FindingKind(
    FindingCode.STAPLE_BAD,
    RISK,
    SERVER,
    "The OCSP response that the server staples is not valid for its certificate.",
    "Let the server fetch a fresh one; clients that read it refuse the connection.",
    "RFC 6066 section 8; RFC 6960 section 3.2",
)

KINDS = (
    REVOKED,
    REVOCATION_UNKNOWN,
    REVOCATION_UNREACHABLE,
    STAPLE_BAD,
)
"""What the issuer says of a certificate since it was issued; asked on request only."""


def revocation_findings(checks: tuple[RevocationCheck, ...]) -> Iterator[Finding]:
    """What is to be said of the answers; a certificate that is good, or names nobody to ask, brings nothing."""
    for check in checks:
        answer, bad = check.decisive, check.bad_staple
        if bad is not None:
            yield STAPLE_BAD.finding(check.at, f"{bad.text[:1].upper()}{bad.text[1:]}.")
        if answer is None or answer.status is Revocation.GOOD or not check.askable:
            continue
        if answer.status is Revocation.UNKNOWN and all(one.means is Means.STAPLE for one in check.answers):
            continue
        yield _KINDS[answer.status].finding(check.at, f"{answer.text[:1].upper()}{answer.text[1:]}.")


_KINDS = {
    Revocation.REVOKED: REVOKED,
    Revocation.UNKNOWN: REVOCATION_UNKNOWN,
    Revocation.UNREACHABLE: REVOCATION_UNREACHABLE,
}


def with_revocation(diagnosis: Diagnosis, checks: tuple[RevocationCheck, ...]) -> Diagnosis:
    """The host's diagnosis with what its issuers say; a revoked certificate makes what clients accept `invalid`."""
    found = tuple(revocation_findings(checks))
    revoked = any(check.status is Revocation.REVOKED for check in checks)
    # with everything that was found a path stands, and it is no path any more
    found_path = diagnosis.status is Status.INCOMPLETE and diagnosis.path is not None
    worse = revoked and (found_path or diagnosis.status in {Status.COMPLETE, Status.PARTIAL})
    return replace(
        diagnosis,
        findings=by_severity((*found, *diagnosis.findings)),
        status=Status.INVALID if worse else diagnosis.status,
        blame=Blame.SERVER if revoked else diagnosis.blame,
    )
