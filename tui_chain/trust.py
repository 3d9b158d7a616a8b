"""The trust store that the user chose, read from disk."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.readers import read_certificates
from tui_chain.certs.store import TrustStore
from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure

MAX_FILE = 16 << 20
"""Bytes of a trust store file."""


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
    if not reading.certificates:
        why = reading.problems[0].reason if reading.problems else "it holds no certificate"
        return Failure(
            "trust",
            f"The trust store {safe_text(str(path))} has no certificate to trust: {why}.",
            "Name a PEM file, certifi or system.",
        )
    return TrustStore(name, _unique(reading.certificates))


def _unique(certificates: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    return tuple({certificate.sha256: certificate for certificate in certificates}.values())


def _system() -> TrustStore | Failure:
    """What OpenSSL reads by default here: its file or folder, or SSL_CERT_FILE and SSL_CERT_DIR."""
    paths = ssl.get_default_verify_paths()
    found: list[Certificate] = []
    if paths.cafile:
        data = read_file(Path(paths.cafile), "system trust store")
        if isinstance(data, Failure):
            return data
        found += read_certificates(data).certificates
    if paths.capath and not found:
        for entry in sorted(os.scandir(paths.capath), key=lambda item: item.name):
            if entry.is_file() and entry.name.endswith((".pem", ".crt", ".0", ".1", ".2")):
                data = read_file(Path(entry.path), "system trust store")
                found += () if isinstance(data, Failure) else read_certificates(data).certificates
    if not found:
        return Failure(
            "trust", "OpenSSL's default trust store on this machine is empty.", "Use certifi or name a file."
        )
    return TrustStore("system", _unique(tuple(found)))


def read_file(path: Path, what: str) -> bytes | Failure:
    """Read a file of at most 16 MiB; `what` names it in the failure."""
    shown = safe_text(str(path))
    try:
        if path.stat().st_size > MAX_FILE:
            return Failure("file", f"The {what} {shown} is larger than 16 MiB.", "Name the right file.")
        return path.read_bytes()
    except OSError as error:
        return Failure("file", f"The {what} {shown} cannot be read: {error.strerror}.", "Check its path and rights.")
