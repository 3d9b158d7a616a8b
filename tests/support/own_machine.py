"""This machine with changes that one test alone sees: what it writes to /etc, /usr/local and /var/lib is then gone.

An overlay in a mount namespace of its own, whose upper layer is in memory. Commands of an administrator run in it as
they are printed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.posix import is_root
from tests.support.programs import require_program

SECONDS = 60
_LAYERS = """
mount -t tmpfs tmpfs "$0" || exit 1
for each in etc usr/local var/lib; do
    mkdir -p "$0/$each/upper" "$0/$each/work"
    mount -t overlay -o "lowerdir=/$each,upperdir=$0/$each/upper,workdir=$0/$each/work" overlay "/$each" || exit 1
done
echo ready
exec cat
"""
"""Ends with its standard input, and the layers with it."""


@dataclass(frozen=True)
class OwnMachine:
    """The process that keeps the layers, and the folder where commands run and have their home."""

    pid: int
    folder: Path

    def run(
        self, *words: str, env: Mapping[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in it, Python's own folder first on PATH, then `bin` of the folder for stand-ins."""
        inside = ("nsenter", f"--target={self.pid}", "--mount", f"--wd={self.folder}")
        folders = (str(self.folder / "bin"), str(Path(sys.executable).parent), "/usr/sbin", os.environ["PATH"])
        clean = {"PATH": os.pathsep.join(folders), "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            (*inside, *words),
            env=clean | dict(env or {}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def shell(self, code: str, *, env: Mapping[str, str] | None = None, by: str = "sh") -> str:
        """Run a command of a POSIX shell, which has to work; what it prints."""
        done = self.run(by, "-c", code, env=env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def stand_in(self, name: str, script: str) -> None:
        """Put a script in the place of a program."""
        (self.folder / "bin").mkdir(exist_ok=True)
        program = self.folder / "bin" / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)


@contextmanager
def own_machine(folder: Path) -> Iterator[OwnMachine]:
    """Keep the layers while the block runs; a machine that allows none skips the test, and under CI fails it.

    It wants root: in a user namespace the files of /etc have an owner whose rights nobody has.
    """
    layers = folder / "layers"
    layers.mkdir(parents=True)
    require_program("unshare")
    if not is_root():
        _leave_out("only root may write there")
    words = ("unshare", "--mount", "sh", "-c", _LAYERS, str(layers))
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as keeper:
        assert keeper.stdout is not None
        if keeper.stdout.readline() != b"ready\n":
            _leave_out(keeper.communicate()[1].decode(errors="replace").strip())
        yield OwnMachine(keeper.pid, folder)
        keeper.communicate()


def _leave_out(error: str) -> None:
    reason = f"no overlay of /etc here: {error}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
