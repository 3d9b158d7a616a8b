"""What a client's reader takes from a trust file."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_chain.x509.certificate import Certificate  # an error text is explained without anything of X.509
    from tui_chain.x509.crl import RevocationList

NOTHING = "it finds no certificate in it"
"""Why a file is refused that is none of certificates."""


@dataclass(frozen=True)
class Loaded:
    """The certificates that a client loads, in their order, and why it refuses the file or a part of it.

    `refused` is one phrase or None; where `certificates` is not empty as well, the client keeps those it had read.
    `crls` are the CRLs that it loads beside them; it looks into them where its check is turned on.
    """

    certificates: tuple[Certificate, ...] = ()
    refused: str | None = None
    crls: tuple[RevocationList, ...] = ()


@dataclass(frozen=True)
class TrustFileReader:
    """One set of rules by which trust files are read: its name, its place in lists, and what it loads from bytes.

    `takes_one` says that it takes a file's first certificate by design.
    """

    name: str
    place: int
    load: Callable[[bytes], Loaded]
    takes_one: bool = False


@dataclass(frozen=True)
class Reads:
    """How a client reads a trust file; `by` names the client, or what of it reads so."""

    reader: TrustFileReader
    by: str


def decoded(body: bytes) -> bytes | None:
    """Decode base64 that may have white space in it; None where it has anything else or the wrong length."""
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def certificate_of(der: bytes | None) -> Certificate | None:
    """Return the certificate at the start of `der`, what follows it cut off, or None where it is none."""
    from tui_chain.x509.certificate import Certificate
    from tui_chain.x509.der import DERError, element

    if not der:
        return None
    try:
        found = Certificate(element(der).raw)
    except DERError:
        return None
    return found if found.version is not None and found.not_after is not None else None


def crl_of(der: bytes | None) -> RevocationList | None:
    """Return the CRL that `der` is, or None where it is none."""
    from tui_chain.x509.crl import RevocationList

    found = RevocationList(der or b"")
    return found if found.parsed is not None and found.this_update is not None else None
