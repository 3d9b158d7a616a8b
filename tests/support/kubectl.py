"""kubectl where it needs no cluster."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.support.programs import require_program

SECONDS = 60.0


def kubectl(*words: str | Path, code: int = 0) -> str:
    """Run kubectl, which reads no kubeconfig of this machine, and return what it prints; it ends with `code`."""
    program = require_program("kubectl")
    with tempfile.TemporaryDirectory() as home:  # it keeps a cache there
        done = subprocess.run(
            [program, *map(str, words)],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env={"PATH": "/usr/bin:/bin", "HOME": home},
            stdin=subprocess.DEVNULL,
        )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr
