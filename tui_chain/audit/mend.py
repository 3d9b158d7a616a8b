"""Writing a trust file anew: the same certificates, less those that only do harm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tui_chain.audit.audit import Audit
from tui_chain.certs.certificate import Certificate
from tui_chain.certs.signatures import SignatureProver
from tui_chain.failure import Failure
from tui_chain.repair.headers import Header, read_header
from tui_chain.repair.render import render

DROPPED = ("leaf", "not-a-ca", "expired", "expired-twin")
"""Findings whose certificate a mended file does not have."""


@dataclass(frozen=True)
class Mended:
    """The new file, what it keeps, and what was left out."""

    data: bytes
    kept: tuple[Certificate, ...]
    dropped: tuple[Certificate, ...]
    lost: int
    """Blocks that could not be read, and private keys and revocation lists, which do not belong there."""


def mend(audit: Audit, prover: SignatureProver, at: datetime) -> Mended | Failure:
    """Write the file's certificates as canonical PEM: each once, CAs alone, none expired, issuers below.

    What its comments say of hosts, if this tool made it, is kept; other comments are not.
    """
    bad = {found.at for found in audit.findings if found.code in DROPPED}
    unique = tuple(dict.fromkeys(audit.certificates))
    kept = tuple(certificate for certificate in unique if certificate.sha256 not in bad and certificate.valid_at(at))
    if not kept:
        return Failure(
            "mend", f"There is no CA certificate in {audit.name} that could be saved.", "Put the right file there."
        )
    header = read_header(audit.scan.data) or Header(title="CA certificates")
    ordered = issuers_last(kept, prover)
    sources = {certificate.sha256: f"file {audit.name}" for certificate in ordered} | dict(header.sources)
    dropped = tuple(certificate for certificate in unique if certificate not in kept)
    lost = sum(block.certificate is None for block in audit.scan.blocks)
    return Mended(render(header, ordered, sources), ordered, dropped, lost)


def issuers_last(certificates: tuple[Certificate, ...], prover: SignatureProver) -> tuple[Certificate, ...]:
    """Put every certificate before those that signed it; otherwise the order stays."""
    ordered: list[Certificate] = []
    for certificate in certificates:
        place = next((i for i, other in enumerate(ordered) if _issued(other, certificate, prover)), None)
        ordered.insert(len(ordered) if place is None else place, certificate)
    return tuple(ordered)


def _issued(issuer: Certificate, child: Certificate, prover: SignatureProver) -> bool:
    return child.issuer_name == issuer.subject_name and issuer != child and prover.signed(child, issuer)
