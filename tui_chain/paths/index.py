"""Certificates found by their subject, in order of preference: made once for a pool, used by every search."""

from __future__ import annotations

from collections.abc import Iterable

from tui_chain.trust.store import by_subject
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.names import CanonicalName

Chain = tuple[Certificate, ...]
"""Certificates in the order of a path: leaf first, each one's issuer after it."""


class CertificateIndex:
    """Certificates by subject; earlier ones are preferred. It does not change, so many searches may share it.

    Certificates whose subject cannot be read are left out, and each certificate is held once.
    """

    def __init__(self, certificates: Iterable[Certificate], then: CertificateIndex | None = None) -> None:
        """Index `certificates`; those of `then` come after them, without being indexed again."""
        unique = {certificate.sha256: certificate for certificate in certificates}
        self._places = {sha256: place for place, sha256 in enumerate(unique)}
        self._named = by_subject(unique.values())
        self._then = then

    def __len__(self) -> int:
        return len(self._places) + (len(self._then) if self._then else 0)

    def preferring(self, first: Iterable[Certificate]) -> CertificateIndex:
        """Return an index in which `first`, such as the served chain, comes before all of this one."""
        return CertificateIndex(first, then=self)

    def named(self, name: CanonicalName | None) -> Chain:
        """Return every certificate with this subject, the preferred first."""
        if name is None:
            return ()
        here = self._named.get(name, ())
        if self._then is None:
            return here
        return (*here, *(one for one in self._then.named(name) if one.sha256 not in self._places))

    def place(self, certificate: Certificate) -> int | None:
        """Return how far back a certificate stands, 0 for the first, or None for a stranger."""
        here = self._places.get(certificate.sha256)
        if here is not None or self._then is None:
            return here
        after = self._then.place(certificate)
        return None if after is None else len(self._places) + after


def as_index(certificates: Iterable[Certificate] | CertificateIndex) -> CertificateIndex:
    """Return the index itself, or one of these certificates."""
    return certificates if isinstance(certificates, CertificateIndex) else CertificateIndex(certificates)
