"""How the clients of the advice are run for real, and how each of them says that it got through TLS."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.programs import require_program

PYTHON = (sys.executable, "-W", "error", "-c")
SHELL = ("bash", "-c")
NODE_PROGRAMS = Path(__file__).parents[3] / ".node" / "node_modules"
"""Where `make node` puts package managers of Node."""


@dataclass(frozen=True)
class Call:
    """A client whose advice is a setting: its own command, to which the URL is added, and what it then prints.

    `client` is the heading of the advice. `sources` are files that the command needs beside it. `file` is where the
    advice belongs in the home, where it is no command of a shell; `{home}` in a variable is that home. `needs` is the
    program that has to be there, where it is not the first word, and `module` a command that fails where a module of
    the program is missing. `unregistered` says why no registry has the program, which is run where it is installed.
    `protocol` is that of the server that it is for, HTTPS where empty; for another one {host} and {port} stand in the
    command in place of the URL.
    """

    name: str
    client: str
    words: tuple[str, ...]
    told: str = "200"
    variables: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    needs: str = ""
    module: tuple[str, ...] = ()
    unregistered: str = ""
    protocol: str = ""

    @property
    def program(self) -> str:
        return self.needs or self.words[0]

    def require(self) -> None:
        """Skip the test where the client is missing; under CI fail it where CI could have it."""
        if self.unregistered and shutil.which(self.program) is None:
            pytest.skip(f"{self.program} is not installed: {self.unregistered}")
        _require(self.program, self.module)

    def environment(self, home: Path, folder: Path) -> dict[str, str]:
        """Its variables, and homes for what the client keeps: settings that are gone with `home`, Go's builds not."""
        home.mkdir(exist_ok=True)
        own = {name: value.format(home=home) for name, value in self.variables.items()}
        return {**own, "HOME": str(home), "GOCACHE": str(folder / "go"), "GOTOOLCHAIN": "local"}

    def setting(self, code: str) -> str:
        """The lines of a shell that make the setting."""
        if not code or not self.file:
            return code
        place = f'"$HOME/{self.file}"'
        return f"mkdir -p \"$(dirname {place})\"; cat > {place} <<'THE END'\n{code}\nTHE END"


@dataclass(frozen=True)
class CodeCall:
    """A client whose advice is the whole call: what runs it, the program that has to be there, and what it prints.

    `name` is the call that shows what the client does without the advice, where that replaces its trust store;
    `module` a command that fails where a module of the program is missing. `bare` is code for the same runner that
    does without the advice, with the URL in {url}, or {host} and {port}. `protocol` is that of the server that it is
    for, HTTPS where empty.
    """

    client: str
    runner: tuple[str, ...]
    told: str = "200\n"
    program: str = sys.executable
    name: str = ""
    module: tuple[str, ...] = ()
    bare: str = ""
    protocol: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    def require(self) -> None:
        """Skip the test where the client is missing; under CI fail it."""
        _require(self.program, self.module)


def _require(program: str, module: tuple[str, ...]) -> None:
    require_program(program)
    if module and subprocess.run(module, capture_output=True, check=False).returncode != 0:
        reason = f"`{' '.join(module)}` fails"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI has to have that module")
        pytest.skip(reason)


def installed(program: str) -> str:
    """A program that is installed beside this Python."""
    return str(Path(sys.executable).with_name(program))


def apart(name: str, program: str = "python") -> str:
    """A program of the environment that `make` keeps for what cannot stand among the packages of the tests."""
    return str(Path(sys.prefix) / "apart" / name / "bin" / program)


def with_path(*programs: str) -> str:
    """A PATH on which these programs come first."""
    return os.pathsep.join((*(str(Path(program).parent) for program in programs), os.environ["PATH"]))
