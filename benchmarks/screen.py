"""The first paint of the screen beside that of a bare app of the same toolkit, both in a real terminal."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from benchmarks.timing import as_installed, medians, row
from tests.support.terminal import in_terminal

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
    with in_terminal(command, environment=as_installed(), rows=40, columns=120) as program:
        program.shows("1 Hosts")


def run() -> list[tuple[str, str]]:
    """Measure from the start of the process to the first paint."""
    ours = partial(_until_painted, Path(sys.executable).with_name("tlschain-tui"), "localhost:1")
    bare = partial(_until_painted, sys.executable, "-c", BARE)
    taken = medians(ours, bare, rounds=ROUNDS)
    return [row("first paint of tlschain-tui / of a bare Textual app", taken, "at most 1.5")]
