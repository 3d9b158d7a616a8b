"""The scripts that complete both programs, each where its shell finds it."""

from __future__ import annotations

from click import Command

from tui_chain.cli.main import main as commands
from tui_chain.engine.completion import SHELLS, source
from tui_chain.tui.start import main as screen

PROGRAMS: dict[str, Command] = {"tlschain": commands, "tlschain-tui": screen}
PLACES = {
    "bash": "share/bash-completion/completions/{}",
    "zsh": "share/zsh/site-functions/_{}",
    "fish": "share/fish/vendor_completions.d/{}.fish",
}
"""Where each shell looks for the script of a program, below the prefix of an installation."""


def scripts() -> dict[str, str]:
    """Every script by its place."""
    return {
        PLACES[shell.name].format(name): source(shell, command, name)
        for name, command in PROGRAMS.items()
        for shell in SHELLS
    }
