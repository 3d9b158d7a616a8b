"""Adding certificates and CRLs to a file that has others: every byte of a sound old file stays."""

from __future__ import annotations

from tui_chain.clients.judge import Judge
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.repair.bundle import Bundle, block, crl_block
from tui_chain.repair.file_header import comment, read_header
from tui_chain.repair.output import Output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.proof import refusal
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList, crls_of, find_crls
from tui_chain.x509.formats.readers import read_certificates

MERGED = "# Merged for"
"""How the line begins below which the certificates for further hosts stand."""
_MIXED = "Write to another name; tlschain audit says what is the matter with that file."


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
    refused = refusal(certificates, output.proofs, output.beside)
    if refused is None and scope is not None:
        judge = Judge(output.beside + merged, scope)
        refused = next(filter(None, (proof.crl_refusal(judge, scope) for proof in output.proofs)), None)
    if refused is None:
        return merged
    return Failure("merge", f"Added to that file it does not work: {refused}.", "Write to another name.")


def merge(old: bytes, bundle: Bundle) -> bytes | Failure:
    """Return the old file with what it lacks of `bundle` after it; the old bytes where it lacks nothing.

    An old file that clients could not read, or that has a private key in it, is not added to. What one merged
    file says on top is the old file's: only a file that this tool wrote for these hosts can be refreshed.
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
    if not new and not crls:
        return old
    return (old if old.endswith(b"\n") else old + b"\n") + "".join(_blocks(new, crls, bundle)).encode("ascii")


def _blocks(certificates: tuple[Certificate, ...], crls: tuple[RevocationList, ...], bundle: Bundle) -> list[str]:
    hosts = ", ".join(bundle.hosts)
    parts: list[str] = ["\n", comment(f"{MERGED[2:]} {hosts}")]
    for certificate in certificates:
        source = bundle.sources.get(certificate.sha256, "unknown")
        parts += ["\n", *block(certificate, source, bundle.needed_by.get(certificate.sha256, (hosts,)))]
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
