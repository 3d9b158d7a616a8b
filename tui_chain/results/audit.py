"""What an audit of a trust file found, as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tui_chain.audit.audit import Audit, Auditor
from tui_chain.audit.fix import LeftOut
from tui_chain.audit.summary import completed_hint
from tui_chain.core.command import FILE
from tui_chain.repair.file_header import read_header
from tui_chain.results.host import crl_object
from tui_chain.trust.store import TrustStore


@dataclass(frozen=True)
class LoadedResult:
    """What a client would load: SHA-256 of each certificate and CRL in order, and why it refuses the file or None."""

    certificates: tuple[str, ...]
    refused: str | None
    crls: tuple[str, ...]


@dataclass(frozen=True)
class AuditFindingResult:
    """A finding; `at` is the SHA-256 of a certificate or CRL or None, `line` a number from 1 or None."""

    code: str
    severity: str
    message: str
    hint: str
    at: str | None
    line: int | None


@dataclass(frozen=True)
class LeftOutResult:
    """A certificate that a fixed file does not have: SHA-256, subject, why, and the programs that loaded it."""

    sha256: str
    subject: str
    why: str
    used_by: tuple[str, ...]


@dataclass(frozen=True)
class AuditResult:
    """An audited file; `certificates` are SHA-256 in the file's order, `crls` its CRLs in theirs, as JSON objects.

    `crl_check` is `chain` or `leaf` where the file is ours and for clients that check CRLs, else None. `written` is
    the name of the file that was written in its place, or None; `left_out` is what that one does not have.
    """

    file: str
    format: str
    certificates: tuple[str, ...]
    clients: Mapping[str, LoadedResult]
    findings: tuple[AuditFindingResult, ...]
    written: str | None = None
    crls: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)
    crl_check: str | None = None
    left_out: tuple[LeftOutResult, ...] = ()

    def to_json(self) -> str:
        """One JSON object, ASCII only."""
        return json.dumps(asdict(self))


def audit_result(data: bytes, public: TrustStore, at: datetime) -> AuditResult:
    """Audit the bytes of a file at the time `at` (aware); `public` is the store that everybody has."""
    return of_audit(Auditor(public, at).audit(data), Path(FILE))


def of_audit(
    audit: Audit, file: Path, written: Path | None = None, left_out: tuple[LeftOut, ...] = ()
) -> AuditResult:
    """The values of an audit, and of the file that was written in its place; commands in hints name `file`."""
    header = read_header(audit.scan.data)
    return AuditResult(
        file=audit.name,
        format=audit.scan.format,
        certificates=tuple(one.sha256 for one in audit.certificates),
        clients={
            name: LoadedResult(
                tuple(one.sha256 for one in loaded.certificates),
                loaded.refused,
                tuple(crl.sha256 for crl in loaded.crls),
            )
            for name, loaded in audit.loaded.items()
        },
        findings=tuple(
            AuditFindingResult(
                one.code,
                one.severity.value,
                one.message,
                completed_hint(one.hint, file, header),
                one.at,
                one.line,
            )
            for one in audit.findings
        ),
        written=str(written) if written is not None else None,
        crls=tuple(dict(crl_object(crl, "")) for crl in audit.scan.crls),
        crl_check=header.crl_check.value if header is not None and header.crl_check is not None else None,
        left_out=tuple(
            LeftOutResult(one.certificate.sha256, one.certificate.subject, one.why, one.used_by) for one in left_out
        ),
    )
