"""A trust store as a value: the anchors that the user chose, found by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.names import CanonicalName

NameIndex = dict[CanonicalName, tuple[Certificate, ...]]


def by_subject(certificates: Iterable[Certificate]) -> NameIndex:
    """Index certificates by their subject in comparable form; unreadable ones are left out."""
    index: dict[CanonicalName, list[Certificate]] = defaultdict(list)
    for certificate in certificates:
        if certificate.subject_name is not None:
            index[certificate.subject_name].append(certificate)
    return {name: tuple(found) for name, found in index.items()}


@dataclass(frozen=True)
class TrustStore:
    """The trust anchors in force: `name` is `certifi`, `system`, or the path of a file."""

    name: str
    anchors: tuple[Certificate, ...]

    @cached_property
    def _digests(self) -> frozenset[str]:
        return frozenset(anchor.sha256 for anchor in self.anchors)

    @cached_property
    def index(self) -> NameIndex:
        """Anchors by subject in comparable form."""
        return by_subject(self.anchors)

    def __contains__(self, certificate: Certificate) -> bool:
        return certificate.sha256 in self._digests

    def issuers_of(self, child: Certificate) -> tuple[Certificate, ...]:
        """Anchors whose subject is the child's issuer; the signature is not looked at."""
        return () if child.issuer_name is None else self.index.get(child.issuer_name, ())
