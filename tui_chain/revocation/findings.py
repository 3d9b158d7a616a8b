"""What the issuers' answers mean for a host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tui_chain.core.status import Blame, Status
from tui_chain.diagnose.catalogue import Finding, finding
from tui_chain.diagnose.diagnosis import Diagnosis, by_severity
from tui_chain.revocation.status import Means, Revocation, RevocationCheck


def revocation_findings(checks: tuple[RevocationCheck, ...]) -> Iterator[Finding]:
    """What is to be said of the answers; a certificate that is good, or names nobody to ask, brings nothing."""
    for check in checks:
        answer, bad = check.decisive, check.bad_staple
        if bad is not None:
            yield finding("staple-bad", check.at, f"{bad.words[:1].upper()}{bad.words[1:]}.")
        if answer is None or answer.status is Revocation.GOOD or not check.askable:
            continue
        if answer.status is Revocation.UNKNOWN and all(one.means is Means.STAPLE for one in check.answers):
            continue
        yield finding(_CODES[answer.status], check.at, f"{answer.words[:1].upper()}{answer.words[1:]}.")


_CODES = {
    Revocation.REVOKED: "revoked",
    Revocation.UNKNOWN: "revocation-unknown",
    Revocation.UNREACHABLE: "revocation-unreachable",
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
