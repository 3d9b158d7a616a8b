"""Certificates from files and folders that the user names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.readers import read_certificates
from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure
from tui_chain.trust import read_file

MAX_FILES = 2_000
"""Files that are read from one folder."""
SUFFIXES = {".pem", ".crt", ".cer", ".der", ".p7b", ".p7c", ".ca-bundle", ".txt"}


@dataclass(frozen=True)
class FileCertificates:
    """The certificates of some files: each with the file it came from, safe text; and what failed, in words."""

    certificates: tuple[tuple[Certificate, str], ...] = ()
    problems: tuple[str, ...] = ()


def read_pool(paths: tuple[Path, ...]) -> FileCertificates | Failure:
    """Read certificates from files and folders; a path that cannot be read is a failure, a bad block is not."""
    found: dict[Certificate, str] = {}
    problems: list[str] = []
    for path in paths:
        files = _files(path)
        for file in files:
            data = read_file(file, "certificate file")
            if isinstance(data, Failure):
                if file == path:
                    return data
                problems.append(data.message)
                continue
            reading = read_certificates(data)
            name = safe_text(str(file))
            problems += [f"{name}, line {problem.line}: {problem.reason}" for problem in reading.problems]
            for certificate in reading.certificates:
                found.setdefault(certificate, f"file {name}")
    return FileCertificates(tuple(found.items()), tuple(problems))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.is_file() and file.suffix.lower() in SUFFIXES)[:MAX_FILES]
