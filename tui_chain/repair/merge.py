"""Adding certificates and CRLs to a file that has others: every byte of a sound old file stays."""

from __future__ import annotations

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.crls import RevocationList, crls_of, find_crls
from tui_chain.certs.readers import read_certificates
from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.headers import comment
from tui_chain.repair.render import block, crl_block

MERGED = "# Merged for"
"""How the line begins below which the certificates for further hosts stand."""
_MIXED = "Write to another name, or mend that file first with tlschain audit --fix."


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
