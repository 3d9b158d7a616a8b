from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.chains import make_pki
from tests.support.posix import mkfifo
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import to_pem
from tui_chain.resolve import files
from tui_chain.resolve.files import FileCertificates, read_pool

PKI = make_pki()


def pool(*paths: Path) -> FileCertificates:
    read = read_pool(paths)
    assert isinstance(read, FileCertificates), read
    return read


def test_files_and_folders_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_bytes(to_pem([PKI.issuing.der]))
    (tmp_path / "b.CRT").write_bytes(PKI.root.der)
    (tmp_path / "c.doc").write_bytes(to_pem([PKI.leaf.der]))
    (tmp_path / "deeper.pem").mkdir()
    assert {one.der for one, _ in pool(tmp_path).certificates} == {PKI.issuing.der, PKI.root.der}
    assert [place for _, place in pool(tmp_path / "a.pem").certificates] == [f"file {tmp_path / 'a.pem'}"]
    # a file that is named is read whatever its ending
    assert len(pool(tmp_path, tmp_path / "c.doc").certificates) == 3


def test_a_block_that_is_wrong_loses_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "x\x1b[31m.pem"
    bad = b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"
    file.write_bytes(to_pem([PKI.root.der]) + bad + to_pem([PKI.issuing.der]))
    read = pool(file)
    assert len(read.certificates) == 2
    assert len(read.problems) == 1
    assert "x\\x1b[31m.pem, line " in read.problems[0]
    assert read.problems[0].isprintable()


def test_a_folder_without_certificates_says_so(tmp_path: Path) -> None:
    assert pool(tmp_path).problems == (f"{tmp_path}: there is no certificate file in it",)


def test_a_folder_beyond_the_bound_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 1)
    for name in ("a.pem", "b.pem", "c.pem"):
        (tmp_path / name).write_bytes(to_pem([PKI.root.der]))
    assert pool(tmp_path).problems == (f"{tmp_path}: it has 3 certificate files; only the first 1 are read",)


@pytest.mark.parametrize("name", ["missing.pem", "file.pem/below.pem"])
def test_a_path_that_is_not_there_is_a_failure(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.pem").write_bytes(to_pem([PKI.root.der]))
    failure = read_pool((tmp_path / name,))
    assert isinstance(failure, Failure)
    assert failure.kind == "file"
    assert "cannot be read" in failure.message


@pytest.mark.parametrize("broken", ["iterdir", "is_dir", "is_file"])
def test_a_folder_that_may_not_be_looked_at_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.pem").write_bytes(to_pem([PKI.root.der]))
    monkeypatch.setattr(Path, broken, refuse)
    failure = read_pool((tmp_path,))
    monkeypatch.undo()
    assert isinstance(failure, Failure)
    assert failure.message == f"The folder {tmp_path} cannot be read: permission denied."


def test_a_pipe_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    mkfifo(tmp_path / "pipe.pem")
    (tmp_path / "a.pem").write_bytes(to_pem([PKI.root.der]))
    assert len(pool(tmp_path).certificates) == 1
