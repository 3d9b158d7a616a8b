"""A disk that fails, and a kill, at every write: the old file or the new one, whole, and a next run that works."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from tests.support.cli import ROOT, Done

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64",
    reason="system calls are stopped as Linux on x86-64 has it",
)
AT_LEAST = {
    "new bundle": 5,
    "replaced bundle": 8,
    "new session": 8,
    "session": 8,
    "new log": 4,
    "log": 3,
    "new pool": 15,
    "pool": 8,
}
"""Faults of each kind and file, fewer of which would mean that they are not seen."""

EVERY = {"new pool": "5", "pool": "4"}
"""Of the many writes of a database so many are passed over each time; `python -m tests.faults` takes all."""


def faults(*words: str) -> Done:
    done = subprocess.run(
        (sys.executable, "-m", "tests.faults", *words),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("name", AT_LEAST)
def test_a_fault_at_every_write_leaves_a_whole_file(name: str) -> None:
    done = faults(EVERY.get(name, "1"), name)
    assert done.code == 0, done.err[-2000:]
    first, total = done.out.splitlines()
    counts = {fault: int(number) for number, fault in map(str.split, first.partition(": ")[2].split(", "))}
    assert counts.keys() == {"EIO", "ENOSPC", "EPERM", "SIGKILL"}
    assert min(counts.values()) >= AT_LEAST[name]
    print(f"{name}: {total}")  # noqa: T201


def test_a_harm_would_be_noticed() -> None:
    """A bundle that is written in place is half a bundle after a kill or on a full disk."""
    script = """
from tests.faults import __main__ as faults
def in_place(folder):
    with (folder / "bundle.pem").open("wb", buffering=0) as file:
        file.write(faults.NEW[:100])
        file.write(faults.NEW[100:])
    return faults.DONE
kept = faults.KEPT["new bundle"]
faults.KEPT["new bundle"] = faults.Kept(kept.begin, in_place, kept.look, kept.names)
faults.befall("new bundle", "SIGKILL")
"""
    done = subprocess.run(
        (sys.executable, "-c", script), capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert "the file is 100 bytes" in done.stderr
