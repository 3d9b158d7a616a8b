"""The audit of one file, or of every file in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tui_chain.audit.findings import AuditFinding, finding
from tui_chain.audit.rules import STORES, certificate_findings, crl_findings, form_findings
from tui_chain.audit.scan import Scan, scan
from tui_chain.clients.registry import readers
from tui_chain.clients.trust_file import NOTHING, CertificateTable, Loaded
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file, unreadable
from tui_chain.core.status import Severity
from tui_chain.core.text import safe_text
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem
from tui_chain.x509.signatures import SignatureProver

MAX_FILES = 2000
"""Files of a folder that are looked at; a system's certificate folder has some 300."""
MAX_ODD = 1000
"""Odd certificates of a file that are given to every reader one by one: some 3 ms each."""
SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".p12", ".pfx", ".ca-bundle", ".bundle"})


@dataclass(frozen=True)
class Audit:
    """What a trust file is: its certificates, what each client would load, and the findings, the worst first.

    `name` is the path as safe text; `loaded` is by the name of a reader, its certificates in their order. `refusals`
    has for odd certificates why readers refuse them, each by itself in a sound file (`refusals_of`).
    """

    name: str
    scan: Scan
    loaded: Mapping[str, Loaded]
    findings: tuple[AuditFinding, ...]
    refusals: Mapping[Certificate, Mapping[str, str]] = field(default_factory=dict)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Every certificate that can be saved, duplicates kept."""
        return self.scan.certificates

    @property
    def severity(self) -> Severity | None:
        """How bad the worst finding is, or None where there is none."""
        return self.findings[0].severity if self.findings else None

    def lost(self, reader: str) -> tuple[Certificate, ...]:
        """The certificates of the file that clients with the reader of this name would not load."""
        has = set(self.loaded[reader].certificates)
        if has and any(one.takes_one for one in readers() if one.name == reader):
            return ()
        return tuple(one for one in dict.fromkeys(self.certificates) if one not in has)


@dataclass(frozen=True)
class Auditor:
    """Looks at trust files at the time `at` (aware); `public` is the store that everybody has, as certifi's."""

    public: TrustStore
    at: datetime
    prover: SignatureProver = field(default_factory=SignatureProver)

    def audit(self, data: bytes, name: str = "") -> Audit:
        """Judge the bytes of a file; never raises for odd ones."""
        table = CertificateTable()
        loaded, scanned = load_all(data, table), scan(data, table)
        odd = tuple(one for one in dict.fromkeys(scanned.certificates) if not table.is_usual(one.der))
        refusals = {one: refusals_of(one, loaded, table) for one in odd[:MAX_ODD]}
        found = [
            *form_findings(scanned),
            *_store_findings(scanned, loaded),
            *crl_findings(scanned, self.at),
            *_refusal_findings(refusals),
        ]
        found += certificate_findings(scanned.certificates, self.public, self.prover, self.at)
        order = list(Severity)
        found.sort(key=lambda one: order.index(one.severity))
        return Audit(safe_text(name), scanned, loaded, tuple(dict.fromkeys(found)), refusals)

    def audit_file(self, path: Path) -> Audit | Failure:
        """Judge a file of at most 16 MiB."""
        data = read_file(path, "trust file")
        return data if isinstance(data, Failure) else self.audit(data, str(path))


def refusals_of(certificate: Certificate, loaded: Mapping[str, Loaded], table: CertificateTable) -> Mapping[str, str]:
    """Say by the name of a reader why its clients do not load a certificate, in a sound file of it alone.

    `loaded` is what they load of some file: those that have the certificate from there read it anyhow.
    """
    alone, found = to_pem(certificate).encode("ascii"), dict[str, str]()
    for reader in readers():
        if certificate not in loaded[reader.name].certificates:
            again = reader.load(alone, table)
            if not again.certificates:
                found[reader.name] = again.refused or NOTHING
    return found


def refusal_text(refusing: Mapping[str, str]) -> str:
    """Who refuses a certificate and why, as `Java and keytool cannot read it (its issuer has no name)`."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in refusing.items():
        by_reason.setdefault(reason, []).append(name)
    silent = by_reason.pop(NOTHING, [])
    parts = [f"{', '.join(names)} ({reason})" for reason, names in by_reason.items()]
    return f"{', '.join([*parts, *silent])} cannot read it"


def _refusal_findings(refusals: Mapping[Certificate, Mapping[str, str]]) -> Iterator[AuditFinding]:
    for certificate, refusing in refusals.items():
        if refusing:
            message = f"{certificate.label}: {refusal_text(refusing)}."
            yield finding("client-refuses", message, certificate.sha256)


def _store_findings(scanned: Scan, loaded: Mapping[str, Loaded]) -> Iterator[AuditFinding]:
    """That Java alone reads a store, or that it too finds nothing to trust in a sound one."""
    if scanned.format == "PKCS#12" and scanned.certificates and not any(one.certificates for one in loaded.values()):
        yield finding("no-java-entries", "The file is PKCS#12, and Java trusts none of its certificates.")
    elif scanned.format in STORES:
        yield finding("java-store", f"The file is {scanned.format}.")


def load_all(data: bytes, table: CertificateTable | None = None) -> Mapping[str, Loaded]:
    """Say by the name of each reader what its clients would load from the bytes of a file."""
    shared = table or CertificateTable()
    return {reader.name: reader.load(data, shared) for reader in readers()}


def files_of(path: Path) -> tuple[Path, ...] | Failure:
    """Return a file itself, or a folder's certificate files by name, each real file once, no subfolders."""
    if not path.is_dir():
        return (path,)
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except OSError as error:
        return unreadable("folder", path, error)
    real = dict.fromkeys(Path(os.path.realpath(entry.path)) for entry in entries if _is_trust_file(entry))
    if not real:
        return Failure("file", f"There is no certificate file in {safe_text(str(path))}.", "Name the right folder.")
    return tuple(real)[:MAX_FILES]


def _is_trust_file(entry: os.DirEntry[str]) -> bool:
    """By its name, or as OpenSSL names the files of a folder: eight hexadecimal digits and a number."""
    stem, _, suffix = entry.name.rpartition(".")
    hashed = len(stem) == 8 and suffix.isdigit() and all(char in "0123456789abcdef" for char in stem)
    return (f".{suffix.lower()}" in SUFFIXES or hashed) and _is_file(entry)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file or leads to one; a link that leads in a circle does not."""
    try:
        return entry.is_file()
    except OSError:
        return False
