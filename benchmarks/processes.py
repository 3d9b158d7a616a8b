"""Whole processes: a repair beside one look with OpenSSL's own client, and the help."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.ground import ground
from benchmarks.timing import medians, row

ROUNDS = 15


def _run(*command: str | Path) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)


def run() -> list[tuple[str, str]]:
    """Measure `tlschain fix` against `openssl s_client`, and `tlschain --help` against a bare interpreter."""
    tlschain = Path(sys.executable).with_name("tlschain")
    with ground() as there:
        target = f"localhost:{there.leaf_only}"
        fix = partial(_run, tlschain, "fix", "--trust", there.trust, target)
        look = partial(_run, "openssl", "s_client", "-showcerts", "-connect", target)
        repair = medians(fix, look, ROUNDS)
    helped = medians(partial(_run, tlschain, "--help"), partial(_run, sys.executable, "-c", "import click"), ROUNDS)
    return [
        row("tlschain fix, one link missing / openssl s_client -showcerts", *repair, "at most 8"),
        row("tlschain --help / python -c 'import click'", *helped, "near 1"),
    ]
