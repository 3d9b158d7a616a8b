"""The CA bundle: the CA certificates of a proven path as canonical PEM that says what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from tui_chain.core.text import colon_hex
from tui_chain.repair.file_header import FirstEnd, Header, comment, confirmed_roots
from tui_chain.repair.header_lines import FEW_HOSTS, header_lines, packed_lines
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope, CrlSet, RevocationList, crl_to_pem
from tui_chain.x509.formats.pem import to_pem


def first_expiry(certificates: Iterable[Certificate]) -> FirstEnd | None:
    """The certificate that expires first, or None where no date can be read."""
    ends = (FirstEnd(one.not_after, one.label) for one in certificates if one.not_after is not None)
    return min(ends, key=lambda end: end.at, default=None)


def first_crl_end(crls: Iterable[RevocationList]) -> FirstEnd | None:
    """The CRL that ends first, or None where none has an end."""
    ends = (FirstEnd(end, crl.label) for crl in crls if (end := crl.next_update) is not None)
    return min(ends, key=lambda end: end.at, default=None)


def render(
    header: Header,
    certificates: Sequence[Certificate],
    sources: Mapping[str, str],
    needed_by: Mapping[str, Sequence[str]] | None = None,
    crls: Sequence[RevocationList] = (),
) -> bytes:
    """Write the file: ASCII, LF, comments outside the blocks, the same bytes for the same input.

    `sources` and `needed_by` say by SHA-256 where a certificate came from and which hosts it is for. The `crls` stand
    below, so that what takes a file's first block takes a certificate.
    """
    lines = [*header_lines(header)]
    for certificate in certificates:
        hosts = (needed_by or {}).get(certificate.sha256, ())
        if len(hosts) > FEW_HOSTS and set(hosts) == set(header.hosts):
            hosts = ("every host",)
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
    yield from map(
        comment, packed_lines("For", hosts) if len(hosts) > FEW_HOSTS else (f"For: {one}" for one in hosts)
    )
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


@dataclass(frozen=True)
class Bundle:
    """CA certificates for clients, in order from the leaf's issuer to the anchor; never a leaf.

    `hosts` are the targets it is for, `sources` says by SHA-256 where each certificate came from, `needed_by`
    for which hosts it is there (empty where there is one host). `kind` is the kind of output, `trust` the name
    of the trust store it was proven with. `core` are the certificates that its hosts need, where it has others.
    `crls` are for clients that check as `crl_check` says. `served` are the first and the last day (UTC) on which
    its hosts served the chains that it was proven for.
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
    served: tuple[date, date] | None = None

    @property
    def expiry(self) -> FirstEnd | None:
        """The first certificate to expire of those that its hosts need: OpenSSL clients fail with it from then on."""
        return first_expiry(self.core or self.certificates)

    def with_crls(self, crls: CrlSet) -> Bundle:
        """The same with CRLs that were proven with it."""
        sources = {one.crl.sha256: one.source for one in crls.lists}
        return replace(self, sources={**self.sources, **sources}, crls=crls.crls, crl_check=crls.scope)

    @property
    def header(self) -> Header:
        """What the file says of itself."""
        return Header(
            kind=self.kind,
            hosts=self.hosts,
            trust=self.trust,
            crl_check=self.crl_check,
            served=self.served,
            expiry=self.expiry,
            crl_expiry=first_crl_end(self.crls),
            root_alone=all(one.self_issued for one in self.core or self.certificates),
            roots=confirmed_roots({one.sha256: self.sources.get(one.sha256, "") for one in self.certificates}),
        )

    @cached_property
    def pem(self) -> bytes:
        """The file: ASCII, LF, comments outside the blocks, the same bytes for the same input."""
        return render(self.header, self.certificates, self.sources, self.needed_by, self.crls)
