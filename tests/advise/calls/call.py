"""How the clients of the advice are run for real, and how each of them says that it got through TLS."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PYTHON = (sys.executable, "-W", "error", "-c")
SHELL = ("bash", "-c")


@dataclass(frozen=True)
class Call:
    """A client whose advice is a setting: its own command, to which the URL is added, and what it then prints.

    `client` is the heading of the advice. `sources` are files that the command needs beside it.
    """

    name: str
    client: str
    words: tuple[str, ...]
    told: str = "200"
    variables: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def program(self) -> str:
        return self.words[0]

    def environment(self, home: Path, folder: Path) -> dict[str, str]:
        """Its variables, and homes for what the client keeps: settings that are gone with `home`, Go's builds not."""
        home.mkdir(exist_ok=True)
        return {**self.variables, "HOME": str(home), "GOCACHE": str(folder / "go"), "GOTOOLCHAIN": "local"}


@dataclass(frozen=True)
class CodeCall:
    """A client whose advice is the whole call: what runs it, the program that has to be there, and what it prints.

    `name` is the call that shows what the client does without the advice, where that replaces its trust store.
    """

    client: str
    runner: tuple[str, ...]
    told: str = "200\n"
    program: str = sys.executable
    name: str = ""


def installed(program: str) -> str:
    """A program that is installed beside this Python."""
    return str(Path(sys.executable).with_name(program))
