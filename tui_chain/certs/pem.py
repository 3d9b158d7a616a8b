"""Certificates as canonical PEM text."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from tui_chain.certs.certificate import Certificate


def to_pem(certificate: Certificate) -> str:
    """Return one PEM block: 64 characters a line, LF, a newline at the end (RFC 7468 section 2)."""
    text = base64.b64encode(certificate.der).decode("ascii")
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----"]) + "\n"


def pem_of(certificates: Iterable[Certificate]) -> bytes:
    """Return the blocks of several certificates, in their order."""
    return "".join(map(to_pem, certificates)).encode("ascii")
