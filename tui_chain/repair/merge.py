"""Adding certificates and CRLs to a file that has others: every byte of a sound old file stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tui_chain.clients.judge import OPENSSL_FAMILIES, Judge
from tui_chain.core.command import FILE, hinted
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.repair.bundle import Bundle, block, crl_block
from tui_chain.repair.file_header import APART, FirstEnd, Header, comment, comment_text, read_header, title_of
from tui_chain.repair.header_lines import with_header
from tui_chain.repair.output import Output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.proof import refusal
from tui_chain.trust.settings import refusing_blocks
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList, crls_of, find_crls
from tui_chain.x509.formats.readers import read_certificates

_MIXED = f"Write to another name; {hinted('audit', FILE)} says what is the matter with that file."


def merge_proven(old: bytes, output: Output) -> bytes | Failure:
    """Add to the old file what it lacks of `output`, and prove for its hosts the file that comes of it (law 4).

    What stood there may lead a client that does not backtrack to another issuer. A file for clients that check CRLs
    has to have those of the new hosts as well.
    """
    if output.bundle is None or output.kind is OutputKind.SERVER:
        return Failure("usage", f"{output.kind} cannot be merged into a file.", "Take client, links or client+store.")
    merged = merge(old, output.bundle)
    if isinstance(merged, Failure):
        return merged
    header = read_header(merged)
    scope = output.bundle.crl_check or (None if header is None else header.crl_check)
    certificates = read_certificates(merged).certificates
    refused = refusal(certificates, output.proofs, output.beside) or _refused_by_owner(merged, output)
    if refused is None and scope is not None:
        judge = Judge(output.beside + merged, scope)
        refused = next(filter(None, (proof.crl_refusal(judge, scope) for proof in output.proofs)), None)
    if refused is None:
        return merged
    return Failure("merge", f"Added to that file it does not work: {refused}.", "Write to another name.")


def _refused_by_owner(merged: bytes, output: Output) -> str | None:
    """Why clients that heed trust settings refuse a host with the merged file; the others pass such blocks over."""
    rejecting = refusing_blocks(merged)
    if not rejecting:
        return None
    judge = Judge(rejecting + output.beside + merged)
    return next(filter(None, (proof.refusal(judge, OPENSSL_FAMILIES) for proof in output.proofs)), None)


def merge(old: bytes, bundle: Bundle) -> bytes | Failure:
    """Return the old file with what it lacks of `bundle` after it; the old bytes where it lacks nothing.

    An old file that clients could not read, or that has a private key in it, is not added to. The hosts are added to
    the comments on top of a file that this tool wrote in the same kind, so that `refresh` looks at them too.
    """
    reading = read_certificates(old)
    if not reading.certificates and not old.strip():
        return bundle.pem
    trouble = _trouble(old)
    if trouble:
        return Failure("merge", f"Nothing is added to that file: {trouble}.", _MIXED)
    has = set(reading.certificates)
    new = tuple(certificate for certificate in bundle.certificates if certificate not in has)
    listed = set(crls_of(old)) if bundle.crls else set()
    crls = tuple(crl for crl in bundle.crls if crl not in listed)
    header = read_header(old)
    joins = header is not None and _joins(header, bundle)
    blocks = "".join(_blocks(new, crls, bundle, apart=not joins)).encode("ascii")
    if header is not None and joins and (blocks or not set(bundle.hosts) <= set(header.hosts)):
        old = with_header(old, _with_hosts(header, bundle, reading.certificates))
    return old if not blocks else (old if old.endswith(b"\n") else old + b"\n") + blocks


def _joins(header: Header, bundle: Bundle) -> bool:
    """Whether a file stays what it is, for more hosts: what is added to it makes a file of its own kind complete."""
    same = header.kind in {bundle.kind, *(_HOLD_CLIENT if bundle.kind == OutputKind.CLIENT else ())}
    return bool(header.hosts) and same and bundle.crl_check in {None, header.crl_check}


_HOLD_CLIENT = (OutputKind.LINKS.value, OutputKind.CLIENT_STORE.value)


def _with_hosts(old: Header, bundle: Bundle, certificates: tuple[Certificate, ...]) -> Header:
    """The header of a file that is for the hosts of a bundle too; `certificates` are those of the old file."""
    new = bundle.header
    stores = tuple(dict.fromkeys(name for name in (old.trust, comment_text(new.trust)) if name))
    return replace(
        old,
        hosts=tuple(dict.fromkeys((*old.hosts, *new.hosts))),
        trust=" + ".join(stores),
        served=_days(old.served, new.served),
        expiry=_first(old.expiry and _with_name(old.expiry, certificates), new.expiry),
        crl_expiry=_first(old.crl_expiry, new.crl_expiry),
        root_alone=old.root_alone and new.root_alone,
        roots=tuple(dict.fromkeys((*old.roots, *new.roots))),
    )


def _days(old: tuple[date, date] | None, new: tuple[date, date] | None) -> tuple[date, date] | None:
    """From the first to the last day of both; none where the old file does not say."""
    return None if old is None or new is None else (min(old[0], new[0]), max(old[1], new[1]))


def _with_name(end: FirstEnd, certificates: tuple[Certificate, ...]) -> FirstEnd:
    """Version 0.1.0 gave the date alone: the certificate of the file that expires then has the name."""
    dated = (one for one in certificates if one.not_after is not None and one.not_after.replace(second=0) == end.at)
    first = next(dated, None)
    return end if end.name or first is None else FirstEnd(end.at, first.label)


def _first(*ends: FirstEnd | None) -> FirstEnd | None:
    return min((end for end in ends if end is not None), key=lambda end: end.at, default=None)


def _blocks(
    certificates: tuple[Certificate, ...], crls: tuple[RevocationList, ...], bundle: Bundle, *, apart: bool
) -> list[str]:
    """What is added; `apart` below a line that says for whom, where the file's own comments do not."""
    parts: list[str] = []
    if apart and (certificates or crls):
        title = title_of(bundle.kind, bundle.hosts).partition(" for ")[2]
        parts += ["\n", comment(f"{APART[2:]}{bundle.kind} for {title}")]
    for certificate in certificates:
        source = bundle.sources.get(certificate.sha256, "unknown")
        parts += ["\n", *block(certificate, source, bundle.needed_by.get(certificate.sha256, bundle.hosts))]
    for crl in crls:
        parts += ["\n", *crl_block(crl, bundle.sources.get(crl.sha256, "unknown"))]
    return parts


def _trouble(old: bytes) -> str | None:
    """Why the old file is no ground to build on, or None."""
    reading = read_certificates(old)
    if reading.format != "PEM" or old.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return f"it is {safe_text(reading.format)} with a byte order mark or no PEM at all"
    if reading.private_keys:
        return "there is a private key in it"
    lists = dict(find_crls(old)) if reading.problems else {}
    problems = [problem for problem in reading.problems if problem.line not in lists]
    return f"line {problems[0].line}: {problems[0].reason}" if problems else None
