"""A trust store as a value: the anchors that the user chose, found by name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from tui_chain.trust.settings import in_trusted_form_alone, refused_anchors
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of
from tui_chain.x509.names import CanonicalName

NameIndex = dict[CanonicalName, tuple[Certificate, ...]]


def by_subject(certificates: Iterable[Certificate]) -> NameIndex:
    """Index certificates by their subject in comparable form; unreadable ones are left out."""
    index: dict[CanonicalName, list[Certificate]] = defaultdict(list)
    for certificate in certificates:
        if certificate.subject_name is not None:
            index[certificate.subject_name].append(certificate)
    return {name: tuple(found) for name, found in index.items()}


def name_tokens(name: CanonicalName) -> tuple[bytes, ...]:
    """Runs of ASCII letters and digits that stand in every encoding of a name, whatever its string types."""
    values = (value for rdn in name for _, value in rdn if not value.startswith("#"))
    return tuple({word.encode("ascii") for value in values for word in _WORD.findall(value)})


def may_name(der: bytes, tokens: Iterable[bytes]) -> bool:
    """Tell whether a certificate's bytes hold all `tokens`, in any case and in wide characters too.

    Only a No is certain. Wide strings have zeros between, which are left out (BMPString, UniversalString).
    """
    plain = der.translate(None, b"\0").lower()
    return all(word in plain for word in tokens)


_WORD = re.compile(r"[0-9a-z]+")


class AnchorStore(Protocol):
    """What can be asked of a trust store whose certificates may not all be at hand."""

    @property
    def name(self) -> str:
        """What it is called."""

    def __contains__(self, certificate: Certificate, /) -> bool:
        """Tell whether it has this very certificate."""

    def issuers_of(self, child: Certificate) -> tuple[Certificate, ...]:
        """Return those whose subject is the child's issuer; the signature is not looked at."""


@dataclass(frozen=True)
class TrustStore:
    """The trust anchors in force: `name` is `certifi`, `system`, or the path of a file.

    `notices` are sentences on what was left out of it, or is no CA's and still trusted; the user is to hear them.
    `pem` are the bytes of the file as its owner has it, trust settings and all: what clients are given. Without them
    that is the anchors as PEM. `public` names the stores in it that many share, certifi and the system's, and `path`
    is the PEM file that it is, where it is one of the user's own.
    """

    name: str
    anchors: tuple[Certificate, ...]
    notices: tuple[str, ...] = ()
    pem: bytes = field(default=b"", repr=False)
    public: tuple[str, ...] = ()
    path: Path | None = None

    @cached_property
    def file(self) -> bytes:
        """The trust file that clients read."""
        return self.pem or pem_of(self.anchors)

    @cached_property
    def rejected(self) -> frozenset[bytes]:
        """The DER of the certificates that the file's owner does not trust for TLS servers."""
        return refused_anchors(self.pem)

    @cached_property
    def in_trusted_form_alone(self) -> frozenset[bytes]:
        """The DER of the certificates that only OpenSSL's clients read in the file."""
        return in_trusted_form_alone(self.pem)

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
        name = child.issuer_name
        if name is None:
            return ()
        if "index" in self.__dict__:
            return self.index.get(name, ())
        # Asked once or twice, a store of 150 need not have every name read: few have all the tokens of this one.
        tokens = name_tokens(name)
        return tuple(one for one in self.anchors if may_name(one.der, tokens) and one.subject_name == name)
