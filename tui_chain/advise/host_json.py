"""One host as a JSON object, for both front ends; the keys are a promise."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.crls import RevocationList
from tui_chain.certs.pem import to_pem
from tui_chain.failure import Failure
from tui_chain.paths.profiles import Verdicts
from tui_chain.probe.served import ServedChain
from tui_chain.state import HostState, source_of

if TYPE_CHECKING:
    from tui_chain.diagnose.servers import Row
    from tui_chain.revocation.status import Answer, RevocationCheck


class ServerJSON(TypedDict):
    """One answer of a host: how it was asked, and the SHA-256 of each certificate that came, or the error.

    `key_type` is `any`, `RSA` or `ECDSA`, `tls` the version asked for or null, `turn` counts from 1, `status` is the
    host's word for this answer alone, or `not offered`.
    """

    address: str
    key_type: str
    tls: str | None
    sni: bool
    turn: int
    status: str
    served: list[str]
    error: str | None


class AnswerJSON(TypedDict):
    """One word about a certificate: `means` is staple, OCSP, CRL or none; times are ISO 8601 in UTC or null."""

    means: str
    url: str
    status: str
    words: str
    produced: str | None
    next_update: str | None
    revoked_at: str | None
    reason: str | None


class RevocationJSON(TypedDict):
    """What was said of one certificate (`at`, a SHA-256): good, revoked, unknown or unreachable, and by whom."""

    at: str
    status: str
    answers: list[AnswerJSON]


class CertificateJSON(TypedDict):
    """A certificate: `not_after` is ISO 8601 in UTC or null, `source` says where it came from."""

    sha256: str
    subject: str
    issuer: str
    not_after: str | None
    source: str
    pem: str


class MissingJSON(TypedDict):
    """A missing issuer: RFC 4514 text, lower-case hex or null, and the SHA-256 of the certificate that wants it."""

    subject: str
    key_id: str | None
    wanted_by: str


class FindingJSON(TypedDict):
    """A finding; `at` is a SHA-256, or null where it sits on the host."""

    code: str
    severity: str
    at: str | None
    message: str
    hint: str


class ProfileJSON(TypedDict):
    """What a client profile says."""

    ok: bool
    error: str | None


class CrlJSON(TypedDict):
    """A CRL: times are ISO 8601 in UTC or null, `number` decimal digits or null, `source` says where it came from."""

    sha256: str
    issuer: str
    number: str | None
    this_update: str | None
    next_update: str | None
    source: str


class HostJSON(TypedDict):
    """A host; `label` is there where the host list gave one, `servers` and `revocation` where they were asked for.

    Where CRLs were gathered, `crls` are those of the path, `crl_check` says which certificates clients look up in
    them (`chain` or `leaf`) and `crl_profiles` what these say with the check on; or `crl_error` says why there are
    none.
    """

    target: str
    label: NotRequired[str]
    status: str
    blame: str
    served: list[CertificateJSON]
    path: list[CertificateJSON]
    missing: list[MissingJSON]
    findings: list[FindingJSON]
    profiles: dict[str, ProfileJSON]
    bundle: str | None
    written: str | None
    servers: NotRequired[list[ServerJSON]]
    revocation: NotRequired[list[RevocationJSON]]
    crls: NotRequired[list[CrlJSON]]
    crl_check: NotRequired[str]
    crl_profiles: NotRequired[dict[str, ProfileJSON]]
    crl_error: NotRequired[str]


def host_object(state: HostState, written: Path | None = None) -> HostJSON:
    """Describe a host that was probed at least."""
    verdict, status = state.verdict, state.status
    if verdict is None or status is None:
        raise ValueError("the host has not been probed")
    served = state.served.certificates if isinstance(state.served, ServedChain) else ()
    repair = state.proven
    path = repair.path if repair is not None else verdict.path
    verdicts = repair.verdicts if repair is not None else verdict.verdicts
    described = HostJSON(
        target=str(state.target),
        status=status.value,
        blame=verdict.blame.value,
        served=[_certificate(certificate, "served") for certificate in served],
        path=[_certificate(c, source_of(state, c)) for c in (path.certificates if path else ())],
        missing=[
            MissingJSON(subject=link.subject, key_id=link.key_id, wanted_by=link.wanted_by.sha256)
            for link in verdict.missing
        ],
        findings=[
            FindingJSON(code=f.code, severity=f.severity.value, at=f.at, message=f.message, hint=f.hint)
            for f in verdict.findings
        ],
        profiles=_profiles(verdicts),
        bundle=state.bundle.pem.decode("ascii") if state.bundle is not None else None,
        written=str(written) if written is not None and repair is not None else None,
    )
    if state.label:
        described["label"] = state.label
    if state.servers is not None:
        described["servers"] = [server_object(row) for row in state.servers.rows]
    if state.revocation is not None:
        described["revocation"] = [revocation_object(check) for check in state.revocation]
    _add_crls(described, state)
    return described


def _add_crls(described: HostJSON, state: HostState) -> None:
    found = state.crls
    if isinstance(found, Failure):
        described["crls"], described["crl_error"] = [], found.message
    elif found is not None:
        described["crls"] = [crl_object(one.crl, one.source) for one in found.lists]
        described["crl_check"] = found.scope.value
        described["crl_profiles"] = _profiles(found.verdicts)


def _profiles(verdicts: Verdicts) -> dict[str, ProfileJSON]:
    return {name: ProfileJSON(ok=said.ok, error=said.error) for name, said in verdicts.items()}


def crl_object(crl: RevocationList, source: str) -> CrlJSON:
    """Describe a CRL that came from `source`, safe text."""
    return CrlJSON(
        sha256=crl.sha256,
        issuer=crl.issuer,
        number=None if crl.number is None else str(crl.number),
        this_update=_iso(crl.this_update),
        next_update=_iso(crl.next_update),
        source=source,
    )


def _certificate(certificate: Certificate, source: str) -> CertificateJSON:
    return CertificateJSON(
        sha256=certificate.sha256,
        subject=certificate.subject,
        issuer=certificate.issuer,
        not_after=certificate.not_after.isoformat() if certificate.not_after is not None else None,
        source=source,
        pem=to_pem(certificate),
    )


def server_object(row: Row) -> ServerJSON:
    """Describe one answer."""
    variant, result = row.variant, row.answer.result
    return ServerJSON(
        address=variant.address.ip,
        key_type=variant.key_type.value,
        tls=variant.tls,
        sni=variant.sni,
        turn=variant.turn,
        status="not offered" if row.not_offered else row.diagnosis.status.value,
        served=list(row.chain),
        error=result.message if isinstance(result, Failure) else None,
    )


def revocation_object(check: RevocationCheck) -> RevocationJSON:
    """Describe what was said of one certificate."""
    return RevocationJSON(
        at=check.at, status=check.status.value, answers=[_answer_object(answer) for answer in check.answers]
    )


def _answer_object(answer: Answer) -> AnswerJSON:
    return AnswerJSON(
        means=answer.means.value,
        url=answer.url,
        status=answer.status.value,
        words=answer.words,
        produced=_iso(answer.produced),
        next_update=_iso(answer.next_update),
        revoked_at=_iso(answer.revoked_at),
        reason=answer.reason,
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
