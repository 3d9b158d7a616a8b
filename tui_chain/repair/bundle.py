"""The CA bundle: the CA certificates of a proven path as canonical PEM that says what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tui_chain.core.text import colon_hex
from tui_chain.repair.file_header import MAX_COMMENT, Header, comment
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope, RevocationList, crl_to_pem
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


__all__ = ["MAX_COMMENT", "Bundle", "comment"]


@dataclass(frozen=True)
class Bundle:
    """CA certificates for clients, in order from the leaf's issuer to the anchor; never a leaf.

    `hosts` are the targets it is for, `sources` says by SHA-256 where each certificate came from, `needed_by`
    for which hosts it is there (empty where there is one host). `kind` is the kind of output, `trust` the name
    of the trust store it was proven with. `core` are the certificates that its hosts need, where it has others.
    `crls` are for clients that check as `crl_check` says.
    """

    certificates: tuple[Certificate, ...]
    hosts: tuple[str, ...]
    sources: Mapping[str, str] = field(default_factory=dict)
    needed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kind: str = "client"
    trust: str = ""
    core: tuple[Certificate, ...] = ()
    crls: tuple[RevocationList, ...] = ()
    crl_check: CrlScope | None = None

    @property
    def earliest_expiry(self) -> datetime | None:
        """When the first of its certificates ends, UTC: from then on OpenSSL clients fail with it."""
        return earliest_expiry(self.core or self.certificates)

    @property
    def crls_until(self) -> datetime | None:
        """When the first of its CRLs ends, UTC: from then on clients that check refuse its hosts."""
        return min((end for crl in self.crls if (end := crl.next_update) is not None), default=None)

    @cached_property
    def pem(self) -> bytes:
        """The file: ASCII, LF, comments outside the blocks, the same bytes for the same input."""
        title = f"{_TITLES.get(self.kind, 'CA bundle')} for {', '.join(self.hosts)}"
        header = Header(
            title, self.kind, self.hosts, self.trust, crl_check=self.crl_check, crls_until=self.crls_until
        )
        return render(header, self.certificates, self.sources, self.needed_by, self.core, self.crls)


_TITLES = {
    "client": "CA bundle",
    "client+store": "Trust store and missing certificates",
    "links": "Missing certificates",
    "server": "Certificate chain",
}
