"""What replacing a file would change, said in certificates and CRLs beside the bytes."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from typing import TypeVar

from tui_chain.core.text import plural
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList, crls_of
from tui_chain.x509.formats.readers import read_certificates

T = TypeVar("T")


@dataclass(frozen=True)
class CertificateDifference:
    """The certificates that a new file brings, shares with the old one, and no longer has; each once.

    `new_crls`, `same_crls` and `old_crls` are the same of its CRLs.
    """

    added: tuple[Certificate, ...]
    kept: tuple[Certificate, ...]
    removed: tuple[Certificate, ...]
    new_crls: tuple[RevocationList, ...] = ()
    same_crls: tuple[RevocationList, ...] = ()
    old_crls: tuple[RevocationList, ...] = ()

    @property
    def summary(self) -> str:
        """One line: how many of each; of CRLs only where there are any."""
        crls = (self.new_crls, self.same_crls, self.old_crls)
        listed = f"; CRLs: {_counts(*crls)}" if any(crls) else ""
        return _counts(self.added, self.kept, self.removed) + listed

    def lines(self) -> tuple[str, ...]:
        """A line for each certificate: `+`, space or `-`, its subject, its end and the start of its SHA-256."""
        signs = (("-", self.removed), (" ", self.kept), ("+", self.added))
        listed = (("-", self.old_crls), (" ", self.same_crls), ("+", self.new_crls))
        return (
            *(f"{sign} {_line(one)}" for sign, certificates in signs for one in certificates),
            *(f"{sign} {_crl_line(crl)}" for sign, crls in listed for crl in crls),
        )


def _counts(added: Sized, kept: Sized, removed: Sized) -> str:
    return f"{len(added)} added, {len(kept)} kept, {len(removed)} removed"


def certificate_difference(old: bytes, new: bytes) -> CertificateDifference:
    """Compare two files of any form that holds certificates."""
    before, after = (tuple(dict.fromkeys(read_certificates(data).certificates)) for data in (old, new))
    return CertificateDifference(*_parted(before, after), *_parted(crls_of(old), crls_of(new)))


def _parted(before: tuple[T, ...], after: tuple[T, ...]) -> tuple[tuple[T, ...], tuple[T, ...], tuple[T, ...]]:
    """What came, what stayed, what went."""
    had, has = set(before), set(after)
    came, stayed = (tuple(one for one in after if (one in had) is there) for there in (False, True))
    return came, stayed, tuple(one for one in before if one not in has)


def _line(certificate: Certificate) -> str:
    until = f"until {certificate.not_after:%Y-%m-%d}" if certificate.not_after else "dates unreadable"
    return f"{certificate.subject}  {until}  SHA-256 {certificate.sha256[:16]}…"


def _crl_line(crl: RevocationList) -> str:
    until = f"until {crl.next_update:%Y-%m-%d %H:%M} UTC" if crl.next_update else "without an end"
    return f"CRL of {crl.issuer}  {until}  SHA-256 {crl.sha256[:16]}…"


def summary(old: bytes | None, new: bytes) -> str:
    """Say in a few words what a file would have, and what that changes."""
    difference = certificate_difference(old or b"", new)
    total = plural(len(difference.added) + len(difference.kept), "certificate")
    crls = len(difference.new_crls) + len(difference.same_crls)
    total += f", {plural(crls, 'CRL')}" if crls else ""
    return total if old is None else f"{total}: {difference.summary}"
