"""What replacing a file would change, said in certificates beside the bytes."""

from __future__ import annotations

from dataclasses import dataclass

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.readers import read_certificates
from tui_chain.certs.text import plural


@dataclass(frozen=True)
class CertificateDifference:
    """The certificates that a new file brings, shares with the old one, and no longer has; each once."""

    added: tuple[Certificate, ...]
    kept: tuple[Certificate, ...]
    removed: tuple[Certificate, ...]

    @property
    def words(self) -> str:
        """One line: how many of each."""
        counts = (f"{len(self.added)} added", f"{len(self.kept)} kept", f"{len(self.removed)} removed")
        return ", ".join(counts)

    def lines(self) -> tuple[str, ...]:
        """A line for each certificate: `+`, space or `-`, its subject, its end and the start of its SHA-256."""
        signs = (("-", self.removed), (" ", self.kept), ("+", self.added))
        return tuple(f"{sign} {_line(one)}" for sign, certificates in signs for one in certificates)


def certificate_difference(old: bytes, new: bytes) -> CertificateDifference:
    """Compare two files of any form that holds certificates."""
    before, after = (tuple(dict.fromkeys(read_certificates(data).certificates)) for data in (old, new))
    had, has = set(before), set(after)
    return CertificateDifference(
        tuple(one for one in after if one not in had),
        tuple(one for one in after if one in had),
        tuple(one for one in before if one not in has),
    )


def _line(certificate: Certificate) -> str:
    until = f"until {certificate.not_after:%Y-%m-%d}" if certificate.not_after else "dates unreadable"
    return f"{certificate.subject}  {until}  SHA-256 {certificate.sha256[:16]}…"


def summary(old: bytes | None, new: bytes) -> str:
    """Say in a few words what a file would have, and what that changes."""
    difference = certificate_difference(old or b"", new)
    total = plural(len(difference.added) + len(difference.kept), "certificate")
    return total if old is None else f"{total}: {difference.words}"
