"""`tlschain audit` and `tlschain refresh`."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import click

from tui_chain.audit.audit import Audit, Auditor, files_of
from tui_chain.audit.findings import AuditFinding
from tui_chain.audit.fix import fix_file
from tui_chain.audit.refresh import Refreshed, State, header_of, refreshed
from tui_chain.audit.summary import (
    client_loads,
    content_summary,
    fix_summary,
    not_written_over,
    outcome_summary,
    replacement_refused,
)
from tui_chain.cli.deliver import Consent, put
from tui_chain.cli.options import Options, Work, prepared
from tui_chain.cli.output import FOUND, OK, emit, fail, say
from tui_chain.cli.run import journeys, loss_refused, repairs_of
from tui_chain.core.failure import Failure
from tui_chain.core.status import Severity
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import utc_now
from tui_chain.repair.file_header import read_header
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.write import WritePlan, plan_write
from tui_chain.results.audit import of_audit
from tui_chain.trust.loading import load_trust_store, read_file
from tui_chain.x509.formats.readers import read_certificates

GLYPHS = {Severity.FATAL: ("✗", "red"), Severity.RISK: ("!", "yellow"), Severity.COSMETIC: ("·", "bright_black")}
MAX_ALIKE = 4
"""Findings of one code that are told one by one."""
NOT_NEEDED = 3
"""Exit code of refresh: the servers send everything by themselves now."""


@dataclass(frozen=True)
class Mending:
    """Where mended files go: over the old ones, or one to `output`; `backup` keeps the old ones beside them.

    `replace` lets a file that stands at `output` be replaced.
    """

    output: Path | None = None
    backup: bool = False
    replace: bool = False

    def is_over(self, file: Path) -> bool:
        """Whether the mended file takes the place of the one that was read."""
        if self.output is None:
            return True
        output = os.path.expanduser(self.output)  # noqa: PTH111 - Path's raises for a user that is none
        return os.path.realpath(output) == os.path.realpath(file)


def run_audit(path: Path, mending: Mending | None, *, as_json: bool) -> int:
    """Audit a file or a folder; exit 0: nothing worse than cosmetic, 1: a client is at risk, 2: cannot be read."""
    public = load_trust_store("certifi")
    if isinstance(public, Failure):
        return fail(public)
    files = files_of(path)
    if isinstance(files, Failure):
        return fail(files)
    if mending is not None and mending.output is not None and len(files) > 1:
        return fail(Failure("usage", "-o takes one mended file, these are several.", "Name one file."))
    auditor = Auditor(public, utc_now())
    _tell_skipped(path, files)
    return max((_one(auditor, file, mending, as_json=as_json) for file in files), default=OK)


def _tell_skipped(path: Path, files: tuple[Path, ...]) -> None:
    """Say how many files of a folder are not looked at; two names of one file are none to skip."""
    if path.is_dir():
        looked = set(files)
        skipped = [each for each in path.iterdir() if each.is_file() and each.resolve() not in looked]
        if skipped:
            named = plural(len(skipped), "file")
            say(f"{named} of {safe_text(str(path))} skipped: only files named as certificates are looked at.\n")


def _one(auditor: Auditor, file: Path, mending: Mending | None, *, as_json: bool) -> int:
    audit = auditor.audit_file(file)
    if isinstance(audit, Failure):
        return fail(audit)
    if not as_json:
        say("\n".join(_lines(audit)) + "\n")
    written = None if mending is None else _mend(auditor, audit, file, mending)
    if as_json:
        emit(of_audit(audit, written if isinstance(written, Path) else None).to_json())
    if isinstance(written, Failure):
        return fail(written)
    return OK if written is not None or audit.severity in {None, Severity.COSMETIC} else FOUND


def _mend(auditor: Auditor, audit: Audit, file: Path, mending: Mending) -> Path | Failure:
    """Write the mended file; the only copy of a private key or of a store is never written over."""
    stays = not_written_over(audit)
    if mending.is_over(file) and stays is not None:
        return Failure("mend", stays, "Name a new file with -o.")
    mended = fix_file(audit, auditor.prover, auditor.at)
    if isinstance(mended, Failure):
        return mended
    consent = Consent(replace=mending.output is None or mending.replace, backup=mending.backup)
    written = put(mending.output or file, mended.data, fix_summary(audit, mended), consent)
    header = read_header(audit.scan.data)
    if mended.dropped_crls and header is not None and header.crl_check is not None:
        say("It was written for clients that check CRLs; tlschain refresh --write gets the newest.")
    return written


def _lines(audit: Audit) -> Iterator[str]:
    yield f"{click.style(audit.name, bold=True)}  {content_summary(audit)}"
    clients = client_loads(audit)
    width = max(len(client.name) for client in clients)
    for client in clients:
        glyph, colour = ("✓", "green") if client.whole else ("✗", "red")
        yield f"  {click.style(glyph, fg=colour)} {client.name:<{width}}  {client.text}  [{client.programs}]"
    for _, group in groupby(audit.findings, key=lambda found: found.code):
        yield from _group(list(group))


def _group(findings: list[AuditFinding]) -> Iterator[str]:
    """Findings of one code: the first few and how many more, then what to do."""
    glyph, colour = GLYPHS[findings[0].severity]
    for found in findings[:MAX_ALIKE]:
        yield f"  {click.style(f'{glyph} {found.code}', fg=colour)}  {found.message}"
    if len(findings) > MAX_ALIKE:
        yield f"    and {len(findings) - MAX_ALIKE} more"
    yield f"      {findings[0].hint}"


def run_refresh(file: Path, options: Options, *, write: bool) -> int:
    """Look after a bundle of ours.

    Exit 0: it works and is needed, or was replaced. 1: to be replaced, or it fails and nothing newer was found.
    2: the file is not ours. 3: not needed any more. A host that was not reached counts as 1.
    """
    data = read_file(file, "bundle")
    if isinstance(data, Failure):
        return fail(data)
    header = header_of(data)
    if isinstance(header, Failure):
        return fail(header)
    trust = options.trust or ((header.trust,) if header.trust in {"certifi", "system"} else ())
    with prepared(replace(options, targets=header.hosts, trust=trust), demo_all=False) as work:
        if isinstance(work, Failure):
            return fail(work)
        _know_roots(work, data)
        states = asyncio.run(journeys(work, crl=header.crl_check))
        chosen, at = bool(options.trust), work.journey.clock()
        found = refreshed(data, header, states, work.journey.trust, at, chosen=chosen)
    refused = (
        loss_refused(options, repairs_of(states, OutputKind(header.kind), at)) if write and found.output else None
    )
    written = refused or (_replaced(file, data, found, backup=options.backup) if write else None)
    if isinstance(written, Failure):
        return fail(written)
    _tell(file, found, written, as_json=options.as_json)
    return OK if written is not None else _CODES[found.state]


def _know_roots(work: Work, data: bytes) -> None:
    """Have those roots of the bundle at hand that the user confirmed: no server sends them, nor does AIA lead there.

    Nothing else of it is looked through: old links would hide newer ones.
    """
    confirmed = work.journey.diagnoser.confirmed
    roots = tuple(one for one in read_certificates(data).certificates if one.sha256 in confirmed)
    pool = work.journey.pool
    named = (*pool.certificates, *((root, "the old bundle") for root in roots))
    work.journey.pool = replace(pool, certificates=named)


def _replaced(file: Path, data: bytes, found: Refreshed, *, backup: bool) -> Path | Failure | None:
    if found.output is None:
        return None
    refused = replacement_refused(file, data, found)
    if refused is not None:
        return refused
    plan = plan_write(file, found.output.data)
    if isinstance(plan, WritePlan) and plan.old != data:
        return Failure("refresh", f"{safe_text(str(file))} has changed meanwhile.", "Run it again.")
    return put(file, found.output.data, found.output.summary, Consent(replace=True, backup=backup))


_CODES = {
    State.WORKS: OK,
    State.SOON: FOUND,
    State.FAILS: FOUND,
    State.UNKNOWN: FOUND,
    State.NOT_NEEDED: NOT_NEEDED,
}


def _tell(file: Path, found: Refreshed, written: Path | None, *, as_json: bool) -> None:
    if as_json:
        news = [{"target": one.target, "state": one.state.value, "words": one.words} for one in found.news]
        new = found.output.data.decode("ascii") if found.output is not None else None
        place = str(written) if written is not None else None
        emit(json.dumps({"file": str(file), "state": found.state.value, "hosts": news, "new": new, "written": place}))
        return
    for one in found.news:
        say(f"{safe_text(one.target)}: {one.state.value}. {one.words}")
    outcome = outcome_summary(found, "--write replaces the old one with it.") if written is None else ""
    if outcome:
        say(outcome)
