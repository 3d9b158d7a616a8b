"""Certificates as a canonical PEM file whose comments say what they are, and for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tui_chain.core.text import colon_hex
from tui_chain.repair.headers import Header, comment
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList, crl_to_pem
from tui_chain.x509.formats.pem import to_pem


def earliest_expiry(certificates: Sequence[Certificate]) -> datetime | None:
    """When the first of them ends, UTC, or None where no date can be read."""
    return min((c.not_after for c in certificates if c.not_after is not None), default=None)


def render(
    header: Header,
    certificates: Sequence[Certificate],
    sources: Mapping[str, str],
    needed_by: Mapping[str, Sequence[str]] | None = None,
    core: Sequence[Certificate] = (),
    crls: Sequence[RevocationList] = (),
) -> bytes:
    """Write the file: ASCII, LF, comments outside the blocks, the same bytes for the same input.

    `sources` and `needed_by` say by SHA-256 where a certificate came from and which hosts it is for. `core` are
    those whose end is the end of the file's use; without it, that is all of them. The `crls` stand below, so that
    what takes a file's first block takes a certificate.
    """
    lines = [*header.lines(earliest_expiry(core or certificates))]
    for certificate in certificates:
        hosts = (needed_by or {}).get(certificate.sha256, ())
        lines += ["\n", *block(certificate, sources.get(certificate.sha256, "unknown"), hosts)]
    for crl in crls:
        lines += ["\n", *crl_block(crl, sources.get(crl.sha256, "unknown"))]
    return "".join(lines).encode("ascii")


def block(certificate: Certificate, source: str, hosts: Sequence[str] = ()) -> Iterator[str]:
    """One certificate with its comments: subject, SHA-256, validity, source, and hosts where there are several."""
    yield comment(f"Subject: {certificate.subject}")
    yield comment(f"SHA-256: {colon_hex(certificate.sha256)}")
    yield comment(f"Valid: {_minute(certificate.not_before)} to {_minute(certificate.not_after)}")
    yield comment(f"Source: {source}")
    yield from (comment(f"For: {host}") for host in hosts)
    yield to_pem(certificate)


def crl_block(crl: RevocationList, source: str) -> Iterator[str]:
    """One CRL with its comments: who made it, SHA-256, from when to when it holds, number, and source."""
    yield comment(f"CRL of: {crl.issuer}")
    yield comment(f"SHA-256: {colon_hex(crl.sha256)}")
    yield comment(f"In force: {_minute(crl.this_update)} to {_minute(crl.next_update)}")
    if crl.number is not None:
        yield comment(f"CRL number: {crl.number}")
    yield comment(f"Source: {source}")
    yield crl_to_pem(crl)


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment is not None else "unreadable"
