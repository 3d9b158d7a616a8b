"""Certificates as canonical PEM text."""

from __future__ import annotations

from collections.abc import Iterable

from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem_blocks import pem_block


def to_pem(certificate: Certificate) -> str:
    """Return one PEM block: 64 characters a line, LF, a newline at the end (RFC 7468 section 2)."""
    return pem_block("CERTIFICATE", certificate.der)


def pem_of(certificates: Iterable[Certificate]) -> bytes:
    """Return the blocks of several certificates, in their order."""
    return "".join(map(to_pem, certificates)).encode("ascii")
