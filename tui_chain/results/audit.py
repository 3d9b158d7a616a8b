"""What an audit of a trust file found, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_chain.core.command import FILE
from tui_chain.results.json_reader import JSONReader, json_line, read_line, uncut

if TYPE_CHECKING:  # the values alone are in the Python API
    from tui_chain.audit.audit import Audit
    from tui_chain.audit.fix import LeftOut
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
    clients: Mapping[str, LoadedResult] = field(hash=False)
    findings: tuple[AuditFindingResult, ...]
    written: str | None = None
    crls: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    crl_check: str | None = None
    left_out: tuple[LeftOutResult, ...] = ()

    def to_json(self) -> str:
        """One line of JSON, ASCII only."""
        return json_line(self)

    @classmethod
    def from_json(cls, text: str) -> AuditResult:
        """Read what `to_json` wrote; raises ValueError for anything else."""
        return read_line(text, "an audit", _audit)


def _audit(given: JSONReader) -> AuditResult:
    clients = given.object("clients")
    return AuditResult(
        file=given.text("file"),
        format=given.text("format"),
        certificates=given.list("certificates", JSONReader.sha256),
        clients={clients.key(name): _loaded(clients.object(name)) for name in clients.values},
        findings=tuple(map(_finding, given.objects("findings"))),
        written=given.maybe("written", JSONReader.text),
        crls=given.list("crls", JSONReader.free),
        crl_check=given.maybe("crl_check", JSONReader.text),
        left_out=tuple(map(_left_out, given.objects("left_out"))),
    )


def _loaded(given: JSONReader) -> LoadedResult:
    refused = given.maybe("refused", JSONReader.text)
    return LoadedResult(given.list("certificates", JSONReader.sha256), refused, given.list("crls", JSONReader.sha256))


def _finding(given: JSONReader) -> AuditFindingResult:
    return AuditFindingResult(
        given.text("code"),
        given.text("severity"),
        given.text("message"),
        given.text("hint"),
        given.maybe("at", JSONReader.sha256),
        given.maybe("line", JSONReader.count),
    )


def _left_out(given: JSONReader) -> LeftOutResult:
    return LeftOutResult(given.sha256("sha256"), given.text("subject"), given.text("why"), given.texts("used_by"))


def audit_result(data: bytes, public: TrustStore, at: datetime) -> AuditResult:
    """Audit the bytes of a file at the time `at` (aware); `public` is the store that everybody has."""
    from tui_chain.audit.audit import Auditor

    return of_audit(Auditor(public, at).audit(data), Path(FILE))


def of_audit(
    audit: Audit, file: Path, written: Path | None = None, left_out: tuple[LeftOut, ...] = ()
) -> AuditResult:
    """The values of an audit, and of the file that was written in its place; commands in hints name `file`."""
    from tui_chain.audit.summary import completed_hint
    from tui_chain.repair.file_header import read_header
    from tui_chain.results.host import crl_object

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
                str(one.code),
                one.severity.value,
                one.message,
                completed_hint(one.hint, file, header),
                one.at,
                one.line,
            )
            for one in audit.findings
        ),
        written=uncut(str(written)) if written is not None else None,
        crls=tuple(dict(crl_object(crl, "")) for crl in audit.scan.crls),
        crl_check=header.crl_check.value if header is not None and header.crl_check is not None else None,
        left_out=tuple(
            LeftOutResult(one.certificate.sha256, one.certificate.subject, one.why, one.used_by) for one in left_out
        ),
    )
