"""The public trust stores of this machine beside the chosen one, read when somebody asks for them first.

They are asked for single certificates, and answer as the whole store would; `load_trust_store` reads that.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.trust.loading import HASHED
from tui_chain.trust.store import Anchors, TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import DERError
from tui_chain.x509.distinguished_names import name_hash
from tui_chain.x509.formats.readers import read_certificates, unread_certificates


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
    anchors = _anchors(Path(paths.cafile)) if paths.cafile else ()
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


def certifi_store() -> TrustStore | None:
    """What requests and httpx read."""
    import certifi

    anchors = _anchors(Path(certifi.where()))
    return TrustStore("certifi", anchors) if anchors else None


def _anchors(path: Path) -> tuple[Certificate, ...] | None:
    """The certificates of a file, None where it cannot be read."""
    data = read_file(path, "trust store")
    if isinstance(data, Failure):
        return None
    return unread_certificates(data) or read_certificates(data).certificates


PUBLIC = {"certifi": certifi_store, "system": system_store}
"""The stores that are the same for many: what requests and httpx read, and what the other programs do."""


@dataclass(frozen=True)
class PublicStores:
    """Gives certifi and the system's store, without the one called `chosen`; their files are read once."""

    chosen: str = ""

    @cached_property
    def _stores(self) -> tuple[Anchors, ...]:
        found = (load() for name, load in PUBLIC.items() if name != self.chosen)
        return tuple(store for store in found if store is not None)

    def __call__(self) -> tuple[Anchors, ...]:
        """Return the stores; one that this machine lacks is left out."""
        return self._stores

    def holding(self, certificate: Certificate, chosen: Anchors) -> tuple[str, ...]:
        """Name every store that has this very certificate, the chosen one first."""
        return tuple(store.name for store in (chosen, *self()) if certificate in store)
