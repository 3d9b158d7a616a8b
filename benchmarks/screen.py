"""The first paint of the screen beside that of a bare app of the same toolkit, both in a real terminal."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from benchmarks.timing import as_installed, medians, row
from tests.support.posix import open_terminal

ROUNDS = 15
BARE = """
from textual.app import App, ComposeResult
from textual.widgets import Footer, Static
class Bare(App[None]):
    BINDINGS = [("q", "quit", "Quit")]
    def compose(self) -> ComposeResult:
        yield Static("1 Hosts")
        yield Footer()
Bare().run()
"""


def _until_painted(*command: str | Path) -> None:
    """Start a program in a terminal of 120x40 and wait for its first words, then end it."""
    main, worker = open_terminal()
    environment = as_installed() | {"TERM": "xterm-256color"}
    process = subprocess.Popen(command, stdin=worker, stdout=worker, stderr=worker, env=environment)
    os.close(worker)
    seen, deadline = b"", time.monotonic() + 30
    try:
        while b"1 Hosts" not in seen:
            if time.monotonic() > deadline:
                raise SystemExit(f"no paint: {seen!r}")
            if select.select([main], [], [], 1)[0]:
                seen += os.read(main, 65536)
    finally:
        process.kill()
        process.wait()
        os.close(main)


def run() -> list[tuple[str, str]]:
    """Measure from the start of the process to the first paint."""
    ours = partial(_until_painted, Path(sys.executable).with_name("tlschain-tui"), "localhost:1")
    bare = partial(_until_painted, sys.executable, "-c", BARE)
    taken = medians(ours, bare, rounds=ROUNDS)
    return [row("first paint of tlschain-tui / of a bare Textual app", taken, "at most 1.5")]
