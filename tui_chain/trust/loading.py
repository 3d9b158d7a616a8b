"""The trust store that the user chose, read from disk."""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.files import MAX_FILE, read_file
from tui_chain.core.text import plural, safe_text
from tui_chain.trust.settings import refused_anchors, refusing_blocks
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of
from tui_chain.x509.formats.readers import read_certificates

__all__ = ["MAX_FILE", "load_trust_store", "read_file"]

HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""Names of files in a folder as `openssl rehash` makes it."""


def load_trust_store(*choices: str) -> TrustStore | Failure:
    """Load `certifi`, `system` or the files named, several as one; a store without a certificate is a failure."""
    stores: list[TrustStore] = []
    for choice in dict.fromkeys(choices):
        store = _load(choice)
        if isinstance(store, Failure):
            return store
        stores.append(store)
    return stores[0] if len(stores) == 1 else _joined(stores)


def _load(choice: str) -> TrustStore | Failure:
    if choice == "certifi":
        import certifi

        return _from_file(Path(certifi.where()), "certifi")
    if choice == "system":
        return _system()
    return _from_file(Path(choice), safe_text(choice))


def _joined(stores: list[TrustStore]) -> TrustStore:
    """Several stores as one file; who rejects a certificate in one of them rejects it in all."""
    pem = b"".join(store.file.rstrip(b"\n") + b"\n" for store in stores)
    refused = refused_anchors(pem)
    pem = refusing_blocks(pem) + pem
    anchors = _unique(tuple(one for store in stores for one in store.anchors if one.der not in refused))
    notices = tuple(notice for store in stores for notice in store.notices)
    return TrustStore(" + ".join(store.name for store in stores), anchors, notices, pem)


def _from_file(path: Path, name: str) -> TrustStore | Failure:
    data = read_file(path, "trust store")
    if isinstance(data, Failure):
        return data
    reading = read_certificates(data)
    if not reading.trusted:
        why = reading.problems[0].reason if reading.problems else "it holds no certificate"
        return Failure(
            "trust",
            f"The trust store {safe_text(str(path))} has no certificate to trust: {why}.",
            "Name a PEM file, certifi or system.",
        )
    unique = _unique(reading.trusted)
    pem = data if reading.format == "PEM" else pem_of(unique)
    return TrustStore(name, unique, pem=pem) if name == "certifi" else _of_cas(name, unique, pem)


def _of_cas(name: str, certificates: tuple[Certificate, ...], pem: bytes) -> TrustStore | Failure:
    """A store whose anchors are CAs, and pins, which are servers' certificates signed by themselves.

    No path ends at another certificate, or at one that the store's owner rejects for TLS servers; what clients make
    of these, they are given the file as it is.
    """
    rejected = refused_anchors(pem)
    trusted = tuple(one for one in certificates if one.der not in rejected)
    others = tuple(one for one in trusted if not one.is_ca)
    pins = tuple(one for one in others if _signed_itself(one))
    left_out = frozenset(others) - frozenset(pins)
    anchors = tuple(one for one in trusted if one not in left_out)
    if not anchors and not rejected:
        return Failure("trust", f"{name} has no CA certificate.", f"`tlschain audit {name}` says more.")
    return TrustStore(name, anchors, tuple(_notices(name, len(left_out), len(pins), len(rejected))), pem)


def _notices(name: str, left_out: int, pins: int, rejected: int) -> Iterator[str]:
    if rejected:
        what = plural(rejected, "certificate")
        yield f"The trust store {name} holds {what} that its trust settings reject for TLS servers."
    if left_out:
        what = f"{left_out} certificate{'s that are' if left_out > 1 else ' that is'} no CA's"
        yield f"The trust store {name} has {what}; no path ends there."
    if pins:
        names = f"{plural(pins, 'self-signed certificate')} of no CA"
        yield f"The trust store {name} pins {names}: a server that has it is trusted by that alone."


def _signed_itself(certificate: Certificate) -> bool:
    """Whether its own key signed it; equal names alone say nothing."""
    from tui_chain.x509.signatures import SignatureProver

    return certificate.self_issued and SignatureProver().signed(certificate, certificate)


def _unique(certificates: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    return tuple({certificate.sha256: certificate for certificate in certificates}.values())


def _system() -> TrustStore | Failure:
    """The system's own store: on Windows its roots, elsewhere what OpenSSL reads by default."""
    if sys.platform == "win32":
        return _of_windows(ssl.enum_certificates("ROOT"))
    else:  # noqa: RET505 - type checkers of one system do not see the other's lines
        return _of_openssl()


def _of_openssl() -> TrustStore | Failure:
    """OpenSSL's file and folder, or SSL_CERT_FILE and SSL_CERT_DIR."""
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
    return _of_cas("system", _unique(tuple(found)), pem)


_SERVERS = "1.3.6.1.5.5.7.3.1"
"""The purpose of TLS servers, serverAuth: RFC 5280 section 4.2.1.12."""


def _of_windows(entries: Iterable[tuple[bytes, str, Collection[str] | bool]]) -> TrustStore | Failure:
    """The store of Windows as `ssl.enum_certificates` gives it: DER, encoding, and the purposes (True: all)."""
    ders = (der for der, form, purposes in entries if form == "x509_asn" and _trusts_servers(purposes))
    found = _unique(tuple(Certificate(der) for der in ders))
    if not found:
        return Failure("trust", "The root store of Windows is empty.", "Use certifi or name a file.")
    return _of_cas("system", found, pem_of(found))


def _trusts_servers(purposes: Collection[str] | bool) -> bool:
    return purposes if isinstance(purposes, bool) else _SERVERS in purposes


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
