"""What a client's reader takes from a trust file."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
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


class CertificateTable:
    """The certificates that the readers of one audit meet: each made, and known for usual or not, once."""

    read_by_openssl: set[bytes]
    """Those that this machine's OpenSSL loaded."""
    loaded_whole: tuple[bytes, tuple[bytes, ...]] | None = None
    """The last file that OpenSSL loaded, and the certificates of its plain blocks."""

    def __init__(self) -> None:
        self.read_by_openssl = set()
        self._certificates: dict[bytes, Certificate] = {}
        self._usual: dict[bytes, bool] = {}

    def certificate(self, der: bytes) -> Certificate:
        """Return the certificate of these bytes, whatever they are."""
        found = self._certificates.get(der)
        if found is None:
            from tui_chain.x509.certificate import Certificate

            found = self._certificates[der] = Certificate(der)
        return found

    def certificates(self, ders: Iterable[bytes]) -> tuple[Certificate, ...]:
        """Return the certificates of several, in their order."""
        return tuple(map(self.certificate, ders))

    def is_usual(self, der: bytes, /) -> bool:
        """Tell whether a certificate has nothing that any library refuses (`engines.usual_certificate`)."""
        found = self._usual.get(der)
        if found is None:
            from tui_chain.clients.engines.usual_certificate import is_usual

            found = self._usual[der] = is_usual(der, self.certificate(der).parsed)
        return found


@dataclass(frozen=True)
class TrustFileReader:
    """One set of rules by which trust files are read: its name, its place in lists, and what it loads from bytes.

    `takes_one` says that it takes a file's first certificate by design.
    """

    name: str
    place: int
    load: Callable[[bytes, CertificateTable], Loaded]
    takes_one: bool = False


@dataclass(frozen=True)
class Reads:
    """How a client reads a trust file; `by` names the client, or what of it reads so."""

    reader: TrustFileReader
    by: str


def loaded(ders: Iterable[bytes], table: CertificateTable) -> Loaded:
    """Return what a reader loads that passes over in silence all that it cannot read."""
    found = table.certificates(ders)
    return Loaded(found, None if found else NOTHING)


def decoded(body: bytes) -> bytes | None:
    """Decode base64 that may have white space in it; None where it has anything else or the wrong length."""
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
