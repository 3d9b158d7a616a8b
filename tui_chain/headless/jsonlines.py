"""One host as a JSON object; the keys are a promise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NotRequired, TypedDict

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.pem import to_pem
from tui_chain.headless.asked import RevocationJSON, ServerJSON, revocation_object, server_object
from tui_chain.journey import HostState, source_of
from tui_chain.probe.served import ServedChain


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


class HostJSON(TypedDict):
    """A host; `label` is there where the host list gave one, `servers` and `revocation` where they were asked for."""

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
        profiles={name: ProfileJSON(ok=said.ok, error=said.error) for name, said in verdicts.items()},
        bundle=repair.bundle.pem.decode("ascii") if repair is not None else None,
        written=str(written) if written is not None and repair is not None else None,
    )
    if state.label:
        described["label"] = state.label
    if state.servers is not None:
        described["servers"] = [server_object(row) for row in state.servers.rows]
    if state.revocation is not None:
        described["revocation"] = [revocation_object(check) for check in state.revocation]
    return described


def _certificate(certificate: Certificate, source: str) -> CertificateJSON:
    return CertificateJSON(
        sha256=certificate.sha256,
        subject=certificate.subject,
        issuer=certificate.issuer,
        not_after=certificate.not_after.isoformat() if certificate.not_after is not None else None,
        source=source,
        pem=to_pem(certificate),
    )


def json_line(state: HostState, written: Path | None = None) -> str:
    """One line of JSON for a host, ASCII only."""
    return json.dumps(host_object(state, written))
