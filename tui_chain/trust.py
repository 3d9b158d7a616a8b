"""The trust store that the user chose, read from disk."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.readers import read_certificates
from tui_chain.certs.store import TrustStore
from tui_chain.certs.text import plural, safe_text
from tui_chain.failure import Failure
from tui_chain.files import MAX_FILE, read_file

__all__ = ["MAX_FILE", "load_trust_store", "read_file"]

HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""Names of files in a folder as `openssl rehash` makes it."""


def load_trust_store(choice: str) -> TrustStore | Failure:
    """Load `certifi`, `system` or the file named; a store without a certificate is a failure."""
    if choice == "certifi":
        import certifi

        return _from_file(Path(certifi.where()), "certifi")
    if choice == "system":
        return _system()
    return _from_file(Path(choice), safe_text(choice))


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
    return TrustStore(name, unique) if name == "certifi" else _of_cas(name, unique)


def _of_cas(name: str, certificates: tuple[Certificate, ...]) -> TrustStore | Failure:
    """A store of those that may be anchors: of CAs, and pins, which are servers' certificates signed by themselves.

    OpenSSL with PARTIAL_CHAIN takes any certificate of its store for an anchor, also the leaf that a server sends; a
    file that somebody saved is no decision to trust that.
    """
    others = tuple(one for one in certificates if not one.is_ca)
    pins = tuple(one for one in others if _signed_itself(one))
    left_out = frozenset(others) - frozenset(pins)
    anchors = tuple(one for one in certificates if one not in left_out)
    if not anchors:
        return Failure("trust", f"{name} has no CA certificate.", f"`tlschain audit {name}` says more.")
    notices = []
    if left_out:
        told = f"{len(left_out)} certificate{'s that are' if len(left_out) > 1 else ' that is'} no CA's"
        notices.append(f"The trust store {name} has {told}; no path ends there.")
    if pins:
        names = f"{plural(len(pins), 'self-signed certificate')} of no CA"
        notices.append(f"The trust store {name} pins {names}: a server that has it is trusted by that alone.")
    return TrustStore(name, anchors, tuple(notices))


def _signed_itself(certificate: Certificate) -> bool:
    """Whether its own key signed it; equal names alone say nothing."""
    from tui_chain.certs.signatures import SignatureProver

    return certificate.self_issued and SignatureProver().signed(certificate, certificate)


def _unique(certificates: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    return tuple({certificate.sha256: certificate for certificate in certificates}.values())


def _system() -> TrustStore | Failure:
    """What OpenSSL reads by default here: its file and its folder, or SSL_CERT_FILE and SSL_CERT_DIR."""
    paths = ssl.get_default_verify_paths()
    found: list[Certificate] = []
    known: frozenset[bytes] = frozenset()
    if paths.cafile:
        data = read_file(Path(paths.cafile), "system trust store")
        if isinstance(data, Failure):
            return data
        found += read_certificates(data).certificates
        known = _blocks(data)
    if paths.capath:
        found += _in_folder(paths.capath, known)
    if not found:
        return Failure(
            "trust", "OpenSSL's default trust store on this machine is empty.", "Use certifi or name a file."
        )
    return _of_cas("system", _unique(tuple(found)))


_END = b"-----END CERTIFICATE-----"


def _blocks(bundle: bytes) -> frozenset[bytes]:
    """The PEM blocks of a bundle as text, each without its END line: most systems have file and folder alike."""
    return frozenset(block.strip() for block in bundle.split(_END))


def _in_folder(folder: str, known: frozenset[bytes]) -> Iterator[Certificate]:
    """The certificates of a folder as `openssl rehash` names them; what cannot be read is passed over, as there.

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
            yield from read_certificates(data).certificates
