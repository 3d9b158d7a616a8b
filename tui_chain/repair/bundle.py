"""The CA bundle: the CA certificates of a proven path as canonical PEM that says what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tui_chain.repair.headers import MAX_COMMENT, Header, comment
from tui_chain.repair.render import earliest_expiry, render
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope, RevocationList

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
