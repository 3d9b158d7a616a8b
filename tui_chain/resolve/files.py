"""Certificates, and CRLs beside them, from files and folders that the user names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file, unreadable
from tui_chain.core.text import safe_text
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CRL_LABEL, RevocationList, find_crls
from tui_chain.x509.formats.readers import read_certificates

MAX_FILES = 2_000
"""Files that are read from one folder."""
SUFFIXES = {".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".ca-bundle", ".txt", ".crl", ".jks", ".jceks"}


@dataclass(frozen=True)
class FileCertificates:
    """The certificates of some files: each with the file it came from, safe text; and what failed, in words.

    `crls` are their CRLs, with the file as well: nothing says yet that one of them is to be believed.
    """

    certificates: tuple[tuple[Certificate, str], ...] = ()
    problems: tuple[str, ...] = ()
    crls: tuple[tuple[RevocationList, str], ...] = ()


class _Content(NamedTuple):
    certificates: tuple[Certificate, ...] = ()
    crls: tuple[RevocationList, ...] = ()


def read_pool(paths: tuple[Path, ...]) -> FileCertificates | Failure:
    """Read certificates from files and folders; a path that cannot be read is a failure, a bad block is not."""
    found: dict[Certificate, str] = {}
    crls: dict[RevocationList, str] = {}
    problems: list[str] = []
    for path in paths:
        try:
            folder = path.is_dir()
            files = _files(path, problems) if folder else [path]
        except OSError as error:
            return unreadable("folder", path, error)
        for file in files:
            read = _read(file, problems)
            if isinstance(read, Failure) and not folder:
                return read
            content = _Content() if isinstance(read, Failure) else read
            name = f"file {safe_text(str(file))}"
            for certificate in content.certificates:
                found.setdefault(certificate, name)
            for crl in content.crls:
                crls.setdefault(crl, name)
    return FileCertificates(tuple(found.items()), tuple(problems), tuple(crls.items()))


def _read(file: Path, problems: list[str]) -> _Content | Failure:
    data = read_file(file, "certificate file")
    if isinstance(data, Failure):
        problems.append(data.message)
        return data
    reading = read_certificates(data)
    may_hold = CRL_LABEL.encode() in data or not reading.certificates
    crls = dict(find_crls(data)) if may_hold else {}
    problems += [
        f"{safe_text(str(file))}, line {problem.line}: {problem.reason}"
        for problem in reading.problems
        if problem.line not in crls
    ]
    return _Content(reading.certificates, tuple(dict.fromkeys(crls.values())))


def _files(folder: Path, problems: list[str]) -> list[Path]:
    """The certificate files of a folder, by name; that there are none or too many is a problem that is told."""
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
    if not files:
        problems.append(f"{safe_text(str(folder))}: there is no certificate file in it")
    if len(files) > MAX_FILES:
        bound = f"it has {len(files)} certificate files; only the first {MAX_FILES} are read"
        problems.append(f"{safe_text(str(folder))}: {bound}")
    return files[:MAX_FILES]
