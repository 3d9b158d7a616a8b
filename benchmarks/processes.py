"""Whole processes: a repair beside one look with OpenSSL's own client, and the help."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ground import ground
from benchmarks.timing import as_installed, medians, row

ROUNDS = 15
LIBRARIES = "import asyncio, click, cryptography.x509"
"""What every command that looks at a certificate loads, beside our own."""


def _run(*command: str | Path, environment: Mapping[str, str]) -> None:
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)


def run() -> list[tuple[str, str]]:
    """Measure `tlschain fix` against `openssl s_client`, and what is loaded against a bare interpreter.

    The link comes from the pool once, since the first run learned it, and from AIA once. The pool is one of its own:
    the user's knows a link of the same name from every lab before.
    """
    tlschain = Path(sys.executable).with_name("tlschain")
    with TemporaryDirectory(prefix="tlschain-bench-") as data, ground() as there:
        run = partial(_run, environment=as_installed() | {"XDG_DATA_HOME": data})
        target = f"localhost:{there.leaf_only}"
        fix = partial(run, tlschain, "fix", "--trust", there.trust, target)
        look = partial(run, "openssl", "s_client", "-showcerts", "-connect", target)
        known, fetched = medians(fix, look, rounds=ROUNDS), medians(partial(fix, "--no-pool"), look, rounds=ROUNDS)
        bare = partial(run, sys.executable, "-c", "import click")
        helped = medians(partial(run, tlschain, "--help"), bare, rounds=ROUNDS)
        libraries = partial(run, sys.executable, "-c", LIBRARIES)
        loaded = medians(
            partial(run, sys.executable, "-c", "import tui_chain.cli.commands.fix"), libraries, rounds=ROUNDS
        )
        shown = medians(partial(run, tlschain, "fix", "--demo"), libraries, rounds=ROUNDS)
    return [
        row("tlschain fix, one link missing / openssl s_client -showcerts", known, "at most 8"),
        row("the same, with --no-pool: the link comes from AIA", fetched, "at most 8"),
        row("tlschain --help / python -c 'import click'", helped, "near 1"),
        row("import of the command fix / of asyncio, click, cryptography.x509", loaded, "at most 2.1"),
        row("tlschain fix --demo, with a fetch by the HTTP client / the same", shown, "at most 3.0"),
    ]
