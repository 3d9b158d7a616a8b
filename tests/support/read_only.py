"""This machine as a container with a root file system that is only read has it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.cli import PROGRAM, ROOT, Done
from tests.support.posix import is_root
from tests.support.programs import require_program

SECONDS = 60.0
_READ_ONLY = 'mount --bind / / && mount -o remount,ro,bind / && cd / && exec "$@"'
"""In a mount namespace: every file of the root file system, the temporary folders too."""


def read_only(*words: str | Path) -> Done:
    """Run `tlschain` where nothing can be written, by a user without a home."""
    require_program("unshare")
    if not is_root():
        reason = "only root may mount"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    command = ("unshare", "--mount", "sh", "-c", _READ_ONLY, "sh", *PROGRAM, *map(str, words))
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, env=environment)
    return Done(done.returncode, done.stdout, done.stderr)
