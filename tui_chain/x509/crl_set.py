"""The CRLs that go with a path for clients that check them: plain values, whoever gathered them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tui_chain.x509.crl import CrlScope, RevocationList


@dataclass(frozen=True)
class CheckedCrl:
    """A CRL that was believed when it was gathered; `source` says where it came from, as safe text."""

    crl: RevocationList
    source: str

    @property
    def place(self) -> str:
        """The URL, or the file."""
        return self.source.removeprefix("CRL ")


@dataclass(frozen=True)
class CrlSet:
    """The CRLs that a client needs which checks as `scope` says, each once, those of leaves' issuers first.

    `clients` says by the id of a client family that can check whether it accepts, with the check turned on and the
    bundle's certificates as the only anchors; empty until that was proven.
    """

    scope: CrlScope
    lists: tuple[CheckedCrl, ...]
    clients: Mapping[str, bool] = field(default_factory=dict)

    @property
    def until(self) -> datetime:
        """When the first of them ends, UTC: from then on clients that check refuse the host."""
        return min(end for one in self.lists if (end := one.crl.next_update) is not None)

    @property
    def crls(self) -> tuple[RevocationList, ...]:
        """The lists themselves."""
        return tuple(one.crl for one in self.lists)

    def joined(self, others: Iterable[CrlSet]) -> CrlSet:
        """The lists of several hosts, each once; what was proven of one host is left out."""
        unique: dict[RevocationList, CheckedCrl] = {}
        for one in (*self.lists, *(one for other in others for one in other.lists)):
            unique.setdefault(one.crl, one)
        return CrlSet(self.scope, tuple(unique.values()))


def joined(found: Sequence[CrlSet]) -> CrlSet | None:
    """The lists of several hosts as one, or None for no host; all have one scope."""
    return found[0].joined(found[1:]) if found else None
