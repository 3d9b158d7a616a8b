"""The rules of an audit for the CRLs of a file: what clients make of them that look into CRLs."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from cryptography import x509

from tui_chain.audit.findings import AuditFinding, finding
from tui_chain.audit.scan import Scan, ScannedBlock
from tui_chain.core.text import plural
from tui_chain.repair.file_header import Header, read_header
from tui_chain.revocation.crl import is_signed
from tui_chain.trust.store import NameIndex, by_subject
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CRL_LABEL, MAX_CRLS, CrlScope, RevocationList
from tui_chain.x509.names import CanonicalName

MAX_SIGNERS = 8
"""Certificates of one name that are tried as a CRL's issuer."""
LONGEST_NOTICE = timedelta(days=30)
"""How long before its end a CRL is found to end soon, at most."""
CrlCoverage = tuple[CanonicalName | None, x509.IssuingDistributionPoint | None]
_NEEDED_BY = frozenset({"client", "links"})
"""Kinds of file whose every CA certificate signed something that clients look up."""


def ends_soon(crl: RevocationList, at: datetime) -> bool:
    """Whether less than a third of a CRL's life is left, or 30 days if that is less; its successor is due then.

    One for a week is so from two and a third days before its end.
    """
    begin, end = crl.this_update, crl.next_update
    return begin is not None and end is not None and end - at < min((end - begin) / 3, LONGEST_NOTICE)


def crl_findings(scan: Scan, at: datetime) -> Iterator[AuditFinding]:
    """What is found of the CRLs of a file at the time `at` (aware)."""
    for block in scan.blocks:
        yield from _block(block)
    header = read_header(scan.data)
    scope = None if header is None else header.crl_check
    unique = tuple(islice(dict.fromkeys(scan.crls), MAX_CRLS))
    subjects = by_subject(dict.fromkeys(scan.certificates))
    held = {_coverage(crl) for crl in unique if crl.in_force(at)}
    for crl in unique:
        yield from _form(crl, subjects)
        yield from _age(crl, held, at)
    if scope is None:
        yield from (_meant_for_none(block) for block in scan.blocks if block.crl is not None)
    elif header is not None:
        yield from _ours(header, scope, unique, scan.certificates, at)


def _block(block: ScannedBlock) -> Iterator[AuditFinding]:
    if block.label == CRL_LABEL and block.problem:
        yield finding("crl-malformed", f"Line {block.line}: {block.problem}.", line=block.line)


def _meant_for_none(block: ScannedBlock) -> AuditFinding:
    return finding("crl", f"Line {block.line}: the block is a CRL.", line=block.line)


def _form(crl: RevocationList, subjects: NameIndex) -> Iterator[AuditFinding]:
    if crl.scope_flaw is not None:
        yield _of(crl, "crl-unusable", f"The CRL of {crl.label} cannot be used: {crl.scope_flaw}.")
    # a hostile file has thousands of one name
    named = subjects.get(crl.issuer_name, ())[:MAX_SIGNERS] if crl.issuer_name is not None else ()
    if named and not any(is_signed(crl, one) for one in named):
        yield _of(crl, "crl-forged", f"The CRL of {crl.label} was not signed by the certificate of that name here.")


def _age(crl: RevocationList, held: Container[CrlCoverage], at: datetime) -> Iterator[AuditFinding]:
    begin, end = crl.this_update, crl.next_update
    if begin is None:
        return
    if begin > at:
        yield _of(crl, "crl-not-yet", f"The CRL of {crl.label} is dated {begin:%Y-%m-%d %H:%M} UTC.")
    elif end is None:
        yield _of(crl, "crl-endless", f"The CRL of {crl.label} has no end (nextUpdate).")
    elif end <= at:
        code, more = ("crl-old", "; a newer one is there") if _coverage(crl) in held else ("crl-expired", "")
        yield _of(crl, code, f"The CRL of {crl.label} ended on {end:%Y-%m-%d %H:%M} UTC{more}.")
    elif ends_soon(crl, at):
        yield _of(crl, "crl-soon", f"The CRL of {crl.label} ends on {end:%Y-%m-%d %H:%M} UTC.")


def _coverage(crl: RevocationList) -> CrlCoverage:
    """Whose certificates a list speaks of, and which part of them: a newer one of the same takes its place."""
    return crl.issuer_name, crl.distribution_point


def _of(crl: RevocationList, code: str, message: str) -> AuditFinding:
    return finding(code, message, crl.sha256)


def _ours(
    header: Header, scope: CrlScope, crls: Sequence[RevocationList], certificates: Sequence[Certificate], at: datetime
) -> Iterator[AuditFinding]:
    """A file that was written for clients that check: what it has, and what it lacks."""
    if crls:
        yield finding("crl-check", f"The file has {plural(len(crls), 'CRL')} for clients that check ({scope.flag}).")
    speaking = {crl.issuer_name for crl in crls}
    if scope is CrlScope.LEAF:
        if not crls:
            yield finding("crl-missing", "The file was written for clients that check, and has no CRL.")
    elif header.kind in _NEEDED_BY:
        for one in dict.fromkeys(certificates):
            if one.is_ca and one.valid_at(at) and one.subject_name not in speaking:
                yield finding("crl-missing", f"There is no CRL of {one.label} in the file.", one.sha256)
