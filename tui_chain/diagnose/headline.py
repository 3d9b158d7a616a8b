"""The one line that tells a tired person what clients say, what is wrong, and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui_chain.clients.families import FAMILIES, family_names
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Severity, Status
from tui_chain.core.text import plural

if TYPE_CHECKING:
    from tui_chain.clients.verdict import Verdicts
    from tui_chain.diagnose.diagnosis import Diagnosis
    from tui_chain.diagnose.findings.finding import Finding

_FIRST = {
    FindingCode.MISSING_ISSUER: "the server does not send its intermediate certificate",
    FindingCode.ISSUER_UNKNOWN: "the issuer of the last certificate sent is neither sent nor trusted",
    FindingCode.UNTRUSTED_ROOT: "the trust store does not have the root",
    FindingCode.REJECTED: "the trust file rejects the CA that it needs",
    FindingCode.SELF_SIGNED: "the server's certificate is self-signed",
    FindingCode.HOST_MISMATCH: "the certificate is for another name",
    FindingCode.NO_SAN: "the certificate names its host only in the common name",
    FindingCode.IP_AS_DNS_NAME: "the IP address stands among the DNS names",
    FindingCode.ANCHOR_EXPIRED: "the root in the trust store has expired",
    FindingCode.REVOKED: "a certificate was revoked",
    FindingCode.BACKEND_BROKEN: "one of several servers is broken",
    FindingCode.KEY_TYPE_BROKEN: "the chain of one key type is broken",
    FindingCode.CHAIN_TOO_LARGE: "the chain is larger than clients take",
    FindingCode.CLIENTS_REFUSE: "no client finds the good path in what the server sends",
    FindingCode.LEAF_NOT_FIRST: "the server does not send its own certificate first",
}
_DATES = {FindingCode.EXPIRED: "has expired", FindingCode.NOT_YET_VALID: "is not valid yet"}
MAX_NAMED = 3
"""Families that are named before the others are only counted."""


class Proven(Protocol):
    """A bundle that was proven: what the families say with it."""

    @property
    def verdicts(self) -> Verdicts:
        """Every family's verdict on the chain as served, with the bundle alone."""


def headline(diagnosis: Diagnosis, status: Status, repair: Proven | None = None) -> str:
    """Say in a few words what clients say and what is wrong; the status word stands before it."""
    if status is Status.REPAIRABLE and repair is not None:
        return _repairable(diagnosis, repair.verdicts)
    if status is Status.COMPLETE:
        return _complete(diagnosis)
    if diagnosis.blame is Blame.INTERCEPTION:
        return "something between you and the server makes up its certificates, most likely"
    if status is Status.REFUSED:
        return f"no client can shake hands with the server: {_first_error(diagnosis.verdicts)}"
    if status in {Status.PARTIAL, Status.REPAIRABLE}:
        return partial_headline(diagnosis.verdicts)
    return _wrong(diagnosis)


def partial_headline(verdicts: Verdicts) -> str:
    """Say how many families accept, who refuses with the first error, and how many more refuse with another."""
    refusing = {name: verdict for name, verdict in verdicts.items() if not verdict.ok}
    first = next(iter(refusing.values()), None)
    alike = [name for name, verdict in refusing.items() if first is not None and verdict.code == first.code]
    others = len(refusing) - len(alike)
    more = f"; {others} more refuse{'' if others > 1 else 's'} for another reason" if others else ""
    accepted = len(verdicts) - len(refusing)
    counts = f"accepted by {accepted} of {len(verdicts)} client families; refused by {_names(alike)}"
    return f"{counts}: {_first_error(refusing)}{more}"


def _names(families: list[str]) -> str:
    """The families by name, a few at most."""
    more = len(families) - MAX_NAMED
    return family_names(families[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _first_error(verdicts: Verdicts) -> str:
    refusal = next((verdict for verdict in verdicts.values() if not verdict.ok), None)
    if refusal is None:
        return "it gives no reason"
    code = f" ({refusal.code})" if isinstance(refusal.code, int) else ""
    return f"{(refusal.error or 'it gives no reason').rstrip('.')}{code}"


def works_for(verdicts: Verdicts) -> str:
    """Say for how many families a proven bundle works, and for which it does not."""
    refusing = [name for name, verdict in verdicts.items() if not verdict.ok]
    passed = f"works for {len(verdicts) - len(refusing)} of {len(verdicts)} client families with the bundle"
    return f"{passed}, not for {_names(refusing)}" if refusing else passed


def _repairable(diagnosis: Diagnosis, verdicts: Verdicts) -> str:
    """Begin with what the bundle does not reach, where that is so: the end of a line may be cut."""
    works = works_for(verdicts)
    if not diagnosis.not_sent:
        return works
    names = ", ".join(certificate.label for certificate in diagnosis.not_sent[:2])
    more = f" and {len(diagnosis.not_sent) - 2} more" if len(diagnosis.not_sent) > 2 else ""
    missing = f"the server does not send {names}{more}"
    whole = all(verdict.ok for verdict in verdicts.values())
    return f"{missing}; {works}" if whole else f"{works}; {missing}"


def _wrong(diagnosis: Diagnosis) -> str:
    if diagnosis.blame is Blame.SERVER_OR_STORE:
        return "the issuer of the server's certificate is neither sent nor in the trust store"
    fatal = [found for found in diagnosis.findings if found.severity is Severity.FATAL]
    if diagnosis.status is Status.UNREACHABLE or not fatal:
        return _clause(fatal[0].message) if fatal else f"no client accepts it: {_first_error(diagnosis.verdicts)}"
    phrases = [_phrase(diagnosis, found) for found in fatal]
    unique = list(dict.fromkeys(phrases))
    return unique[0] if len(unique) == 1 else f"{unique[0]}, and {unique[1]}"


def _phrase(diagnosis: Diagnosis, found: Finding) -> str:
    if found.code in _DATES:
        return f"{_whose(diagnosis, found.at)} {_DATES[found.code]}"
    return _FIRST.get(found.code, _clause(found.kind.message))


def _whose(diagnosis: Diagnosis, at: str | None) -> str:
    """Name the certificate with this SHA-256: the server's own, or a CA's by its label."""
    search = diagnosis.search
    trails = [path.certificates for path in search.paths] + [missing.trail for missing in search.missing]
    for trail in (*trails, *search.untrusted, *search.circles):
        for depth, certificate in enumerate(trail):
            if certificate.sha256 == at:
                return f"the CA certificate {certificate.label}" if depth else "the server's certificate"
    return "a certificate"


def _clause(sentence: str) -> str:
    """Make a part of a line out of a sentence; an abbreviation at its head stays as it is."""
    head = sentence[:1] if sentence[1:2].isupper() else sentence[:1].lower()
    return head + sentence[1:].rstrip(".")


def _complete(diagnosis: Diagnosis) -> str:
    fatal = next((found for found in diagnosis.findings if found.severity is Severity.FATAL), None)
    if fatal is not None:
        return f"accepted where it was asked first, but {_phrase(diagnosis, fatal)}"
    accepted = f"accepted by all {len(FAMILIES)} client families"
    risks = sum(found.severity is Severity.RISK for found in diagnosis.findings)
    notes = sum(found.severity is Severity.COSMETIC for found in diagnosis.findings)
    if risks:
        return f"{accepted}, with {plural(risks, 'risk')}"
    return f"{accepted}, with {plural(notes, 'note')}" if notes else accepted
