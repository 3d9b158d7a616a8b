"""Writing under real limits: a disk that is full, a folder of someone else, a process that is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.repair.writer import CONTENTS
from tests.support.files import names_in
from tests.support.posix import is_root

OLD = b"old\n"
HINT = "Name another folder, or free some space."
ROOT = Path(__file__).parents[2]


def writer(mode: str, target: Path) -> subprocess.Popen[str]:
    words = (sys.executable, "-m", "tests.repair.writer", mode, str(target))
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def outcome(mode: str, target: Path) -> str:
    with writer(mode, target) as process:
        said, complaints = process.communicate(timeout=30)
    assert complaints == ""
    return said.strip()


@pytest.mark.parametrize("old", [OLD, None])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, old: bytes | None) -> None:
    """RLIMIT_FSIZE makes the write itself fall short, as a full disk does."""
    target = tmp_path / "bundle.pem"
    if old is not None:
        target.write_bytes(old)
    said = outcome("full", target)
    assert said == f"{target} cannot be written: file too large. {HINT}"
    assert names_in(tmp_path) == (["bundle.pem"] if old else [])
    assert old is None or target.read_bytes() == old


def test_a_folder_without_the_right_to_write_is_told() -> None:
    """Modes do not hold root back, so root becomes nobody first."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        said = outcome("nobody" if is_root() else "once", folder / "bundle.pem")
        assert said.endswith("/bundle.pem cannot be written: permission denied. " + HINT)
        assert names_in(folder) == []


def test_a_killed_process_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    target = tmp_path / "bundle.pem"
    for rounds in (1, 2, 5, 9):
        with writer("for ever", target) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(rounds)]
            process.kill()
        assert lines == ["written\n"] * rounds
        assert target.read_bytes() in CONTENTS
