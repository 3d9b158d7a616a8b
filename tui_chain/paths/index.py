"""Certificates found by their subject, in order of preference."""

from __future__ import annotations

from collections.abc import Iterable

from tui_chain.trust.store import by_subject
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.names import CanonicalName

Chain = tuple[Certificate, ...]
"""Certificates in the order of a path: leaf first, each one's issuer after it."""


class CertificateIndex:
    """Certificates by subject; earlier ones are preferred.

    Certificates whose subject cannot be read are left out, and each certificate is held once.
    """

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        unique = {certificate.sha256: certificate for certificate in certificates}
        self._places = {sha256: place for place, sha256 in enumerate(unique)}
        self._named = by_subject(unique.values())

    def named(self, name: CanonicalName | None) -> Chain:
        """Return every certificate with this subject, the preferred first."""
        return () if name is None else self._named.get(name, ())

    def place(self, certificate: Certificate) -> int | None:
        """Return how far back a certificate stands, 0 for the first, or None for one that is not in it."""
        return self._places.get(certificate.sha256)
