"""What the pool holds, and what its operations bring, as values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from tui_chain.x509.certificate import Certificate
from tui_chain.x509.distinguished_names import CanonicalName


@dataclass(frozen=True)
class Origin:
    """Where a certificate came from (safe text) and when that was first seen there (aware, UTC)."""

    place: str
    at: datetime


@dataclass(frozen=True)
class PoolEntry:
    """A certificate of the pool and its origins, the oldest first."""

    certificate: Certificate
    origins: tuple[Origin, ...] = ()

    @property
    def first_origin(self) -> str:
        """The first origin for a trace, as in `learned from example.org:443, 2026-11-23`."""
        if not self.origins:
            return "origin unknown"
        first = self.origins[0]
        return f"{first.place}, {first.at:%Y-%m-%d}"


@dataclass(frozen=True)
class Added:
    """What adding did: certificates that are new, those that were known, and in words why others were refused."""

    new: int = 0
    known: int = 0
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """What the pool's check of itself found: rows looked at, and in words what is wrong with which."""

    checked: int
    wrong: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


def name_digest(name: CanonicalName | None) -> bytes | None:
    """SHA-256 of a name in comparable form: equal names give equal digests, in every run."""
    if name is None:
        return None
    return hashlib.sha256(json.dumps([sorted(map(list, rdn)) for rdn in name]).encode()).digest()


def unfit(certificate: Certificate) -> str | None:
    """Say why a certificate does not belong in the pool, or None: only readable CA certificates do."""
    if certificate.parsed is None or certificate.subject_name is None:
        return "it cannot be read"
    if not certificate.is_ca:
        return "it is not a CA certificate"
    return None
