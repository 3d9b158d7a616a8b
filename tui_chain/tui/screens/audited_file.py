"""A trust file that was audited, from the path that a person typed: a file, a folder of them, or neither."""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import certifi

from tui_chain.audit.audit import Audit, Auditor, files_of
from tui_chain.audit.findings import AuditFinding
from tui_chain.audit.refresh import header_of
from tui_chain.audit.summary import ClientLoad, client_loads
from tui_chain.core.failure import Failure
from tui_chain.core.files import MAX_FILE
from tui_chain.core.system import AT_ONCE
from tui_chain.core.text import elide_middle, safe_text
from tui_chain.repair.file_header import Header, read_header
from tui_chain.x509.certificate import Certificate

MAX_PATH = 4096
"""Characters of a path, as Linux has it."""


@dataclass(frozen=True)
class AuditedFile:
    """A trust file that was audited: where it stands, who audited it, and what it says of itself if it is ours.

    `ours` is the same for a bundle that can be refreshed, or why this is none. `clients` is what each client makes
    of it, `places` every certificate with the line it begins at, in the file's order, duplicates kept.
    """

    path: Path
    auditor: Auditor
    audit: Audit
    header: Header | None
    ours: Header | Failure
    clients: tuple[ClientLoad, ...]
    places: tuple[tuple[int, Certificate], ...]
    _loaded: Mapping[str, frozenset[Certificate]]
    _found: Mapping[str, tuple[AuditFinding, ...]]

    @property
    def data(self) -> bytes:
        """The bytes that were audited."""
        return self.audit.scan.data

    def loaders(self, certificate: Certificate) -> tuple[str, ...]:
        """The clients that load a certificate of the file."""
        return tuple(name for name, certificates in self._loaded.items() if certificate in certificates)

    def findings_at(self, certificate: Certificate) -> tuple[AuditFinding, ...]:
        """What was found of a certificate, the worst first."""
        return self._found.get(certificate.sha256, ())

    def certificate_at(self, found: AuditFinding) -> Certificate | None:
        """The certificate that a finding is of: by its SHA-256, else by its line."""
        for line, certificate in self.places:
            if certificate.sha256 == found.at or (found.at is None and line == found.line):
                return certificate
        return None


def _audited(path: Path, auditor: Auditor, data: bytes) -> AuditedFile:
    """Audit bytes, and make what the screen needs of it at once: of a large file that takes its time."""
    audit = auditor.audit(data, str(path))
    found: dict[str, tuple[AuditFinding, ...]] = {}
    for one in audit.findings:
        if one.at is not None:
            found[one.at] = (*found.get(one.at, ()), one)
    return AuditedFile(
        path,
        auditor,
        audit,
        read_header(data),
        header_of(data),
        client_loads(audit),
        tuple((block.line, block.certificate) for block in audit.scan.blocks if block.certificate is not None),
        {name: frozenset(loaded.certificates) for name, loaded in audit.loaded.items()},
        found,
    )


def open_path(path: Path, auditor: Auditor) -> AuditedFile | tuple[Path, ...] | Failure:
    """Audit a file, or list the trust files of a folder; blocks on the disk and while it works."""
    try:
        path = path.expanduser()
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return files_of(path)
    except (OSError, ValueError, RuntimeError) as error:
        return _unreadable(path, error)
    return audit_file(path, auditor)


def audit_file(path: Path, auditor: Auditor) -> AuditedFile | Failure:
    """Audit a regular file of at most 16 MiB."""
    data = read_regular(path)
    if isinstance(data, Failure):
        return data
    return _audited(path, auditor, data)


def read_regular(path: Path) -> bytes | Failure:
    """Read a regular file of at most 16 MiB; a pipe or a device is not waited for."""
    shown = _shown(path)
    try:
        with open(os.open(path, AT_ONCE), "rb") as file:  # noqa: PTH123 - by descriptor
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return Failure("file", f"{shown} is a pipe or a device, not a file.", "Name a file or a folder.")
            data = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        return _unreadable(path, error)
    if len(data) > MAX_FILE:
        return Failure("file", f"{shown} is larger than 16 MiB; that is no trust file.", "Name another file.")
    return data


def changed_meanwhile(audited: AuditedFile) -> Failure | None:
    """Why nothing may be written in the place of a file, if it is not that which was audited any more."""
    now = read_regular(audited.path)
    if isinstance(now, Failure) or now == audited.data:
        return None
    return Failure("file", f"{_shown(audited.path)} has changed meanwhile.", "Audit it again.")


def _shown(path: Path) -> str:
    """A path in a sentence, so short that what is said of it is seen."""
    return elide_middle(safe_text(str(path), MAX_PATH), 100)


def _unreadable(path: Path, error: Exception) -> Failure:
    shown = _shown(path)
    if isinstance(error, FileNotFoundError):
        return Failure("file", f"There is no file or folder {shown}.", "Check its path; → completes names.")
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return Failure("file", f"{shown} cannot be read: {safe_text(text.lower(), 120)}.", "Check its path and rights.")


def store_file(name: str) -> Path | None:
    """Where a trust store stands: OpenSSL's default file or folder, the file that is named so, or certifi's."""
    if name == "system":
        paths = ssl.get_default_verify_paths()
        place = paths.cafile or paths.capath
        return Path(place) if place else None
    if Path(name).is_file():
        return Path(name)
    return Path(certifi.where())


def completions(text: str, limit: int = 4000) -> tuple[str, ...]:
    """The paths that `text` is the beginning of, folders with a slash, by name; of names that can be shown.

    Of a folder at most `limit` names are looked at. Hidden names come only where their dot was typed.
    """
    folder, slash, begin = text.rpartition("/")
    try:
        where = Path(folder + slash or ".").expanduser()
        with os.scandir(where) as entries:
            named = [entry for entry, _ in zip(entries, range(limit), strict=False)]
    except (OSError, ValueError, RuntimeError):
        return ()
    fitting = (entry for entry in named if entry.name.startswith(begin) and _offered(entry.name, begin))
    return tuple(sorted(f"{folder}{slash}{entry.name}{'/' if _is_folder(entry) else ''}" for entry in fitting))


def _offered(name: str, begin: str) -> bool:
    return name.isprintable() and (not name.startswith(".") or begin.startswith("."))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
