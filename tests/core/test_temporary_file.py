"""Temporary files: cleared where a killed run left them, and never under a run that goes on."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.files import names_in
from tests.support.posix import is_root, mkfifo
from tui_chain.core import temporary_file
from tui_chain.core.system import try_lock
from tui_chain.core.temporary_file import clear_abandoned, synced_file

ROOT = Path(temporary_file.__file__).parents[2]
ABANDONED = (".tlschain-0a1b2c3d.tmp", ".tlschain-x_y8abc_.tmp")
_KEEPING = """
import sys
from pathlib import Path
from tui_chain.core.temporary_file import synced_file
with synced_file(Path(sys.argv[1]), b"half of it"):
    print("there", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_run_left_is_cleared_by_the_next_and_what_is_in_use_stays(tmp_path: Path) -> None:
    words = (sys.executable, "-c", _KEEPING, str(tmp_path))
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"there\n"
        (name,) = names_in(tmp_path)
        with synced_file(tmp_path, b"of this run") as own:
            assert names_in(tmp_path) == sorted({name, own.name})
        assert names_in(tmp_path) == [name]
        other.kill()
        other.wait(30)
        assert names_in(tmp_path) == [name]
        with synced_file(tmp_path, b"of this run") as own:
            assert names_in(tmp_path) == [own.name]
    assert names_in(tmp_path) == []


def test_files_of_others_are_left(tmp_path: Path) -> None:
    others = [".tlschain-0a1b2c3d.tmp.pem", "tlschain-0a1b2c3d.tmp", ".tlschain-0A1B2C3D.tmp", ".tlschain-0a1b.tmp"]
    for name in (*ABANDONED, *others):
        (tmp_path / name).write_bytes(b"x")
    clear_abandoned(tmp_path)
    assert names_in(tmp_path) == sorted(others)


def test_what_is_no_file_is_left(tmp_path: Path) -> None:
    """An attacker in a folder that several users write into: links lead nowhere, a pipe is not waited for."""
    other = tmp_path / "other"
    other.write_bytes(b"of somebody")
    (tmp_path / ABANDONED[0]).symlink_to(other)
    mkfifo(tmp_path / ABANDONED[1])
    (tmp_path / ".tlschain-aaaaaaaa.tmp").mkdir()
    before = names_in(tmp_path)
    clear_abandoned(tmp_path)
    assert names_in(tmp_path) == before
    assert other.read_bytes() == b"of somebody"


@pytest.mark.skipif(not is_root(), reason="only root gives files away")
def test_files_of_other_users_are_left(tmp_path: Path) -> None:
    file = tmp_path / ABANDONED[0]
    file.write_bytes(b"x")
    shutil.chown(file, 12345, 12345)
    clear_abandoned(tmp_path)
    assert names_in(tmp_path) == [file.name]


def test_a_file_that_is_taken_for_abandoned_before_it_is_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Path] = []

    def late(descriptor: int) -> bool:
        if not taken:
            taken.extend(tmp_path.iterdir())
            taken[0].unlink()
        return try_lock(descriptor)

    monkeypatch.setattr(temporary_file, "try_lock", late)
    with synced_file(tmp_path, b"whole") as path:
        assert path not in taken
        assert path.read_bytes() == b"whole"


def test_a_file_system_without_locks_serves_as_well_and_nothing_is_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(38, "not implemented")

    (tmp_path / ABANDONED[0]).write_bytes(b"perhaps in use")
    monkeypatch.setattr(fcntl, "flock", refuse)
    with synced_file(tmp_path, b"whole") as path:
        assert path.read_bytes() == b"whole"
    assert names_in(tmp_path) == [ABANDONED[0]]


def test_a_file_is_private_unless_it_is_asked_for_otherwise(tmp_path: Path) -> None:
    with synced_file(tmp_path, b"x") as path:
        assert path.stat().st_mode & 0o777 == 0o600
