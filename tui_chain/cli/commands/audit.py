"""`tlschain audit`: a trust file as each client reads it, and the fixed file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click

from tui_chain.audit.audit import Audit, Auditor, files_of
from tui_chain.audit.findings import AuditFinding
from tui_chain.audit.fix import FixedFile, fix_file
from tui_chain.audit.summary import (
    carried_options,
    client_loads,
    completed_hint,
    content_summary,
    fix_summary,
    not_written_over,
)
from tui_chain.cli.files import Consent, put
from tui_chain.cli.output import FOUND, OK, emit, fail, note
from tui_chain.core.command import command_line, hinted
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file, read_stdin
from tui_chain.core.status import Severity
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.chain_files import no_trust_file
from tui_chain.engine.host_state import utc_now
from tui_chain.probe.tls_secrets import is_manifest
from tui_chain.repair.file_header import Header, read_header
from tui_chain.results.audit import of_audit
from tui_chain.trust.loading import load_trust_store

GLYPHS = {Severity.FATAL: ("✗", "red"), Severity.RISK: ("!", "yellow"), Severity.COSMETIC: ("·", "bright_black")}
STDIN = Path("-")
"""The name that stands for standard input."""
MAX_ALIKE = 4
"""Findings of one code that are printed one by one."""


@dataclass(frozen=True)
class FixTarget:
    """Where fixed files go: over the old ones, or one to `output`; `backup` keeps the old ones beside them.

    `replace` lets a file that stands at `output` be replaced.
    """

    output: Path | None = None
    backup: bool = False
    replace: bool = False

    def is_over(self, file: Path) -> bool:
        """Whether the fixed file takes the place of the one that was read."""
        if self.output is None:
            return True
        output = os.path.expanduser(self.output)  # noqa: PTH111 - Path's raises for a user that is none
        return os.path.realpath(output) == os.path.realpath(file)


@dataclass(frozen=True)
class AuditOutput:
    """How audits are printed: as JSON, without files of another use, or with those alone that have a fault."""

    as_json: bool = False
    skip_others: bool = False
    quiet: bool = False


def run_audit(paths: Sequence[Path], target: FixTarget | None, output: AuditOutput) -> int:
    """Audit files, folders, and standard input (`-`).

    Exit 0: nothing worse than cosmetic, 1: a client is at risk, 2: it cannot be read.
    """
    public = load_trust_store("certifi")
    if isinstance(public, Failure):
        return fail(public)
    files: list[Path] = []
    for path in paths:
        found = (path,) if path == STDIN else files_of(path)
        if isinstance(found, Failure):
            return fail(found)
        _note_skipped(path, found)
        files += found
    if target is not None and target.output is not None and len(files) > 1:
        return fail(Failure("usage", "-o takes one fixed file, these are several.", "Name one file."))
    auditor = Auditor(public, utc_now())
    return max((_one(auditor, file, target, output) for file in dict.fromkeys(files)), default=OK)


def _note_skipped(path: Path, files: tuple[Path, ...]) -> None:
    """Say how many files of a folder are left out; two names of one file are none to skip."""
    if path.is_dir():
        audited = set(files)
        skipped = [each for each in path.iterdir() if each.is_file() and each.resolve() not in audited]
        if skipped:
            named = plural(len(skipped), "file")
            note(f"{named} of {safe_text(str(path))} skipped: only files named as certificates are read.\n")


def _one(auditor: Auditor, file: Path, target: FixTarget | None, output: AuditOutput) -> int:
    data = read_stdin("trust file") if file == STDIN else read_file(file, "trust file")
    if isinstance(data, Failure):
        return fail(data)
    name = "standard input" if file == STDIN else str(file)
    other = no_trust_file(data, safe_text(name)) if output.skip_others else None
    if other is not None:
        note(f"tlschain: {other}")
        return OK
    audit = auditor.audit(data, name)
    if is_manifest(audit.scan.data):
        why = f"{audit.name} is a manifest of Kubernetes and no trust file."
        return fail(Failure("file", why, f"{hinted('verify', _named(file))} judges the chains in its Secrets."))
    good = audit.severity in {None, Severity.COSMETIC}
    if not (output.as_json or (output.quiet and good)):
        note("\n".join(_lines(audit, _named(file))) + "\n")
    fixed = None if target is None else _write_fixed(auditor, audit, file, target)
    if output.as_json:
        emit(_as_json(audit, _named(file), fixed))
    if isinstance(fixed, Failure):
        return fail(fixed)
    return OK if fixed is not None or good else FOUND


def _named(file: Path) -> Path:
    """What stands for the file in the commands of hints."""
    return Path("FILE") if file == STDIN else file.absolute()


def _as_json(audit: Audit, file: Path, fixed: tuple[Path, FixedFile] | Failure | None) -> str:
    if fixed is None or isinstance(fixed, Failure):
        return of_audit(audit, file).to_json()
    written, made = fixed
    return of_audit(audit, file, written, made.left_out).to_json()


def _write_fixed(auditor: Auditor, audit: Audit, file: Path, target: FixTarget) -> tuple[Path, FixedFile] | Failure:
    """Write the fixed file; the only copy of a private key or of a store is never written over."""
    stays = "Standard input is no file." if file == STDIN else not_written_over(audit)
    if target.is_over(file) and stays is not None:
        return Failure("mend", stays, "Name a new file with -o.")
    fixed = fix_file(audit, auditor.prover, auditor.at)
    if isinstance(fixed, Failure):
        return fixed
    consent = Consent(replace=target.output is None or target.replace, backup=target.backup)
    written = put(target.output or file, fixed.data, fix_summary(audit, fixed), consent)
    if fixed.left_out:
        note("\n".join(one.text for one in fixed.left_out))
    header = read_header(audit.scan.data)
    if fixed.dropped_crls and header is not None and header.crl_check is not None:
        newest = command_line(
            "refresh", "--write", (target.output or file).absolute(), *carried_options("refresh", header)
        )
        note(f"It was written for clients that check CRLs; this gets the newest: {newest}")
    return written if isinstance(written, Failure) else (written, fixed)


def _lines(audit: Audit, file: Path) -> Iterator[str]:
    yield f"{click.style(audit.name, bold=True)}  {content_summary(audit)}"
    clients = client_loads(audit)
    width = max(len(client.name) for client in clients)
    for client in clients:
        glyph, colour = ("✓", "green") if client.whole else ("✗", "red")
        yield f"  {click.style(glyph, fg=colour)} {client.name:<{width}}  {client.text}  [{client.programs}]"
    for _, group in groupby(audit.findings, key=lambda found: found.code):
        yield from _group(list(group), file, read_header(audit.scan.data))


def _group(findings: list[AuditFinding], file: Path, header: Header | None) -> Iterator[str]:
    """Findings of one code: the first few and how many more, then what to do."""
    glyph, colour = GLYPHS[findings[0].severity]
    for found in findings[:MAX_ALIKE]:
        yield f"  {click.style(f'{glyph} {found.code}', fg=colour)}  {found.message}"
    if len(findings) > MAX_ALIKE:
        yield f"    and {len(findings) - MAX_ALIKE} more"
    yield f"      {completed_hint(findings[0].hint, file, header)}"
