"""What real programs load of many files, a process for all of them, and where the audit's readers differ."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.clients.programs.uv import program_of_uv
from tests.support.programs import require_program
from tui_chain.clients.engines.openssl.trust_file import REJECTED
from tui_chain.clients.engines.rustls.trust_file import certificates
from tui_chain.clients.registry import readers
from tui_chain.clients.trust_file import CertificateTable, TrustFileReader
from tui_chain.trust.settings import refused_anchors

_BATCHES = Path(__file__).with_name("batches")
_PATIENCE = 1200
_OTHER = Path(__file__).parents[2] / ".venv-3.13" / "bin" / "python"
"""The other Python of CI, whose `ssl` may bring another OpenSSL."""


class Taken(NamedTuple):
    """What a program takes: how many certificates, and SHA-256 of those that it names."""

    number: int
    digests: frozenset[str]


NONE = Taken(0, frozenset())
Run = Callable[[Sequence[Path], Path], list[Taken]]


@dataclass(frozen=True)
class Batch:
    """A program: the reader that speaks for it, how it is run, and whether it is there.

    `names_all` says that the digests are known; else the numbers are compared.
    """

    name: str
    reader: str
    needs: str
    run: Run
    names_all: bool = True
    occurrences: bool = False
    """Its number counts a certificate as often as it is in the file."""
    every: int = 1
    """It is run for one file in so many: a process a file takes its time."""

    def sample(self, files: Mapping[str, Path]) -> Mapping[str, Path]:
        """The files that it is run for, by their names."""
        return {name: files[name] for name in list(files)[:: self.every]}


def _lines(command: Sequence[str], files: Sequence[Path]) -> list[str]:
    done = subprocess.run(
        command,
        input="".join(f"{file}\n" for file in files),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_PATIENCE,
        check=True,
    )
    return done.stdout.removesuffix("\n").split("\n")


def _digests(words: Iterable[str]) -> Taken:
    found = frozenset(words)
    return Taken(len(found), found)


def _python(program: str) -> Run:
    def run(files: Sequence[Path], _: Path) -> list[Taken]:
        lines = _lines((program, str(_BATCHES / "load_openssl.py")), files)
        return [NONE if line.startswith("no") else _stats(line.split()) for line in lines]

    return run


def _stats(words: list[str]) -> Taken:
    return Taken(int(words[0]), frozenset())


def _gnutls(files: Sequence[Path], _: Path) -> list[Taken]:
    lines = [line.split() for line in _lines((sys.executable, str(_BATCHES / "load_gnutls.py")), files)]
    return [NONE if int(words[0]) < 0 else _digests(words[1:]) for words in lines]


def _go(files: Sequence[Path], folder: Path) -> list[Taken]:
    program = folder / "load"
    build = ("go", "build", "-o", str(program), str(_BATCHES / "load.go"))
    subprocess.run(build, check=True, env={**os.environ, "GO111MODULE": "off"}, timeout=_PATIENCE)
    lines = [line.split() for line in _lines((str(program),), files)]
    assert all(int(words[0]) == len(set(words[1:])) for words in lines)
    return [_digests(words[1:]) for words in lines]


def _java(field: int) -> Run:
    """One process answers for both."""

    def run(files: Sequence[Path], folder: Path) -> list[Taken]:
        answers = folder / "java.txt"
        if not answers.exists():
            subprocess.run(
                ("javac", "-d", str(folder), str(_BATCHES / "LoadAll.java")), check=True, timeout=_PATIENCE
            )
            command = ("java", "-XX:TieredStopAtLevel=1", "-cp", str(folder), "LoadAll")
            answers.write_text("\n".join(_lines(command, files)), encoding="utf-8")
        words = [line.split("\t")[field].split() for line in answers.read_text(encoding="utf-8").split("\n")]
        return [_digests(each[1:]) if each[0] == "ok" else NONE for each in words]

    return run


def _uv(files: Sequence[Path], folder: Path) -> list[Taken]:
    program = program_of_uv()
    assert program is not None
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda file: _warned(program, file, folder), files))


def _warned(program: str, file: Path, home: Path) -> Taken:
    """uv warns of each certificate that it cannot use, and where none is left; nobody listens at the address."""
    command = (program, "python", "list", "--no-config", "--python-downloads-json-url", "https://127.0.0.1:1/x.json")
    settings = {
        "SSL_CERT_FILE": str(file),
        "HOME": str(home),
        "RUST_LOG": "warn",
        "UV_NO_CACHE": "1",
        "UV_HTTP_RETRIES": "0",
    }
    done = subprocess.run(command, capture_output=True, env=settings, timeout=60, check=False)
    text = done.stderr.decode("utf-8", "replace")
    if "No valid certificates found" in text:
        return NONE
    return Taken(
        len(list(certificates(file.read_bytes()))) - text.count("could not be used as a trust anchor"), frozenset()
    )


BATCHES: tuple[Batch, ...] = (
    Batch("python", "OpenSSL", sys.executable, _python(sys.executable), names_all=False),
    Batch("python3.13", "OpenSSL", str(_OTHER), _python(str(_OTHER)), names_all=False),
    Batch("gnutls", "GnuTLS", "wget", _gnutls),
    Batch("java", "Java", "javac", _java(0), names_all=False),
    Batch("keytool", "keytool", "javac", _java(1), names_all=False),
    Batch("go", "Go", "go", _go),
    Batch("uv", "rustls", program_of_uv() or "uv", _uv, names_all=False, every=8, occurrences=True),
)


class Disagreement(NamedTuple):
    """A file of which a reader says something else than the program does."""

    file: str
    reader: Taken
    program: Taken


def differences(batch: Batch, names: Mapping[str, Path], folder: Path) -> list[Disagreement]:
    """Run a program over the files (by their names) and compare; `folder` keeps what is compiled."""
    reader = next(one for one in readers() if one.name == batch.reader)
    sample = batch.sample(names)
    taken = batch.run(list(sample.values()), folder)
    said = [_read(reader, file.read_bytes(), batch) for file in sample.values()]
    pairs = zip(sample, said, taken, strict=True)
    return [Disagreement(*pair) for pair in pairs if not _agree(batch, pair[1], pair[2])]


def _read(reader: TrustFileReader, data: bytes, batch: Batch) -> Taken:
    """What the reader has; certificates that trust settings reject are in OpenSSL's store all the same."""
    found = reader.load(data, CertificateTable())
    rejected = (
        refused_anchors(data)
        if reader.name == "OpenSSL" and (found.certificates or found.refused == REJECTED)
        else ()
    )
    if batch.occurrences:
        return Taken(len(found.certificates), frozenset())
    return _digests({one.sha256 for one in found.certificates} | {sha256(der).hexdigest() for der in rejected})


def _agree(batch: Batch, reader: Taken, program: Taken) -> bool:
    return reader == program if batch.names_all else reader.number == program.number


def installed(batch: Batch) -> bool:
    """Tell whether the program is there."""
    return shutil.which(batch.needs) is not None


def require(batch: Batch) -> None:
    """Skip a test, or fail it under CI, where the program is not there; the other Python need not be."""
    if not installed(batch):
        if batch.needs == str(_OTHER):
            pytest.skip("there is no second Python")
        require_program(batch.needs)
