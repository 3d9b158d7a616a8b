"""The trust store of this machine's OpenSSL: a file, and a folder as `openssl rehash` makes it.

It is read whole (`read_system`), or asked for single certificates (`system_store`), which answers as the whole would.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import DERError
from tui_chain.x509.distinguished_names import name_hash
from tui_chain.x509.formats.pem import pem_of
from tui_chain.x509.formats.readers import read_certificates, unread_certificates

HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""Names of files in a folder as `openssl rehash` makes it."""


class SystemStore(NamedTuple):
    """All certificates of the system's trust store, and its bytes as its owner has it (PEM)."""

    certificates: tuple[Certificate, ...]
    pem: bytes


def read_system() -> SystemStore | Failure:
    """Read the system's own store: on Windows its roots, elsewhere what OpenSSL reads by default."""
    if sys.platform == "win32":
        return windows_store(ssl.enum_certificates("ROOT"))
    else:  # noqa: RET505 - type checkers of one system do not see the other's lines
        return _openssl_store()


_SERVERS = "1.3.6.1.5.5.7.3.1"
"""The purpose of TLS servers, serverAuth: RFC 5280 section 4.2.1.12."""


def windows_store(entries: Iterable[tuple[bytes, str, Collection[str] | bool]]) -> SystemStore | Failure:
    """The store of Windows as `ssl.enum_certificates` gives it: DER, encoding, and the purposes (True: all)."""
    ders = (der for der, form, purposes in entries if form == "x509_asn" and _trusts_servers(purposes))
    found = tuple(dict.fromkeys(Certificate(der) for der in ders))
    if not found:
        return Failure("trust", "The root store of Windows is empty.", "Use certifi or name a file.")
    return SystemStore(found, pem_of(found))


def _trusts_servers(purposes: Collection[str] | bool) -> bool:
    return purposes if isinstance(purposes, bool) else _SERVERS in purposes


def _openssl_store() -> SystemStore | Failure:
    """What OpenSSL reads by default here: its file and its folder, or SSL_CERT_FILE and SSL_CERT_DIR."""
    paths = ssl.get_default_verify_paths()
    found: list[Certificate] = []
    pem = b""
    if paths.cafile:
        data = read_file(Path(paths.cafile), "system trust store")
        if isinstance(data, Failure):
            return data
        found += read_certificates(data).certificates
        pem = data
    if paths.capath:
        for data in _in_folder(paths.capath, _blocks(pem)):
            found += read_certificates(data).certificates
            pem += b"\n" + data
    if not found:
        return Failure(
            "trust", "OpenSSL's default trust store on this machine is empty.", "Use certifi or name a file."
        )
    return SystemStore(tuple(found), pem)


_END = b"-----END CERTIFICATE-----"


def _blocks(bundle: bytes) -> frozenset[bytes]:
    """The PEM blocks of a bundle as text, each without its END line: most systems have file and folder alike."""
    return frozenset(block.strip() for block in bundle.split(_END))


def _in_folder(folder: str, known: frozenset[bytes]) -> Iterator[bytes]:
    """The files of a folder as `openssl rehash` names them; what cannot be read is passed over, as there.

    A file that is one of the blocks `known` is not taken apart again.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError:
        return
    for name in names:
        if HASHED.fullmatch(name):
            data = read_file(Path(folder, name), "system trust store")
            if isinstance(data, Failure) or data.strip().removesuffix(_END).strip() in known:
                continue
            yield data


@dataclass(frozen=True)
class HashedStore:
    """A file of certificates, and a folder in which each stands under the hash of its name (`openssl rehash`).

    Of the folder only those of a name that is asked for are read, as OpenSSL does (crypto/x509/by_dir.c).
    """

    name: str
    file: TrustStore
    folder: Path | None

    def __contains__(self, certificate: Certificate) -> bool:
        anatomy = certificate.anatomy
        return certificate in self.file or (anatomy is not None and certificate in self._filed(anatomy.subject))

    def issuers_of(self, child: Certificate) -> tuple[Certificate, ...]:
        """Certificates whose subject is the child's issuer; the signature is not looked at."""
        found = self.file.issuers_of(child)
        if child.anatomy is None:
            return found
        filed = (one for one in self._filed(child.anatomy.issuer) if one.subject_name == child.issuer_name)
        return tuple(dict.fromkeys((*found, *filed)))

    def _filed(self, name: bytes) -> Iterator[Certificate]:
        """What stands under the hash of a name: another name may have the same."""
        if self.folder is None:
            return
        try:
            hashed = name_hash(name)
        except DERError:
            return
        for number in count():
            path = self.folder / f"{hashed:08x}.{number}"
            if not os.path.exists(path):  # noqa: PTH110 - Path's raises where it may not look
                return
            data = read_file(path, "system trust store")
            yield from () if isinstance(data, Failure) else read_certificates(data).certificates


def system_store() -> HashedStore | None:
    """What OpenSSL reads by default here: its file and its folder, or SSL_CERT_FILE and SSL_CERT_DIR."""
    paths = ssl.get_default_verify_paths()
    anchors = quick_anchors(Path(paths.cafile)) if paths.cafile else ()
    folder = Path(paths.capath) if paths.capath and _has_hashed(paths.capath) else None
    if anchors is None or not (anchors or folder):
        return None
    return HashedStore("system", TrustStore("system", anchors), folder)


def _has_hashed(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(HASHED.fullmatch(entry.name) for entry in entries)
    except OSError:
        return False


def quick_anchors(path: Path) -> tuple[Certificate, ...] | None:
    """The certificates of a file, taken apart no further than needed; None where it cannot be read."""
    data = read_file(path, "trust store")
    if isinstance(data, Failure):
        return None
    return unread_certificates(data) or read_certificates(data).certificates
