"""Runs a command of the comparison against the lab, and judges its output."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.comparison.model import PRODUCT, Command, Outcome, Tool
from tui_chain.lab.internet import Lab

ROOT = Path(__file__).parents[2]
SECONDS = 300.0
TIMED_OUT = 124
"""As timeout(1) has it."""
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_VERSION = re.compile(r"\d+\.\d+[\w.]*")


@dataclass(frozen=True)
class Printed:
    """What a program printed and wrote, its exit code, and its seconds by the clock and of CPU."""

    exit: int
    text: str
    seconds: float = 0.0
    cpu: float = 0.0

    def judged(self, command: Command) -> Outcome:
        """The outcome, and whether it is what the command is kept for."""
        return Outcome(self.exit, round(self.seconds, 2), round(self.cpu, 2), not differences(command, self))


def differences(command: Command, printed: Printed) -> tuple[str, ...]:
    """Sentences on what is not as the command says."""
    found = [] if command.exit in (None, printed.exit) else [f"exit {printed.exit}, not {command.exit}"]
    found += [f"lacks {each!r}" for each in command.shows if not re.search(each, printed.text)]
    found += [f"has {each!r}" for each in command.lacks if re.search(each, printed.text)]
    return tuple(found)


def found(tool: Tool, given: Mapping[str, str]) -> tuple[str, ...]:
    """The words that start a tool, or none where it is not installed; `given` has programs by the tool's id."""
    if tool.id == PRODUCT:
        return (sys.executable, "-m", "tui_chain.cli")
    names = (given[tool.id],) if tool.id in given else tool.programs
    paths = (path for name in names if (path := shutil.which(name)))
    return next(((path,) for path in paths if not tool.module or _imports(path, tool.module)), ())


def _imports(python: str, module: str) -> bool:
    done = subprocess.run((python, "-c", f"import {module}"), capture_output=True, check=False)
    return done.returncode == 0


def version(tool: Tool, program: tuple[str, ...], folder: Path) -> str:
    """The version that an installed tool says it has."""
    printed = run((*program, *shlex.split(tool.version)), folder)
    match = _VERSION.search(printed.text)
    return match[0] if match else "unknown"


def words(command: Command, program: tuple[str, ...], places: Mapping[str, str]) -> tuple[str, ...]:
    """The command line with what stands for its placeholders."""
    return (*program, *(word.format_map(places) for word in shlex.split(command.argv)))


def places(command: Command, lab: Lab, folder: Path) -> dict[str, str]:
    """What the placeholders of a command stand for; the files among it are written."""
    known = {"roots": str(lab.trust_file), "out": str(folder / f"{command.id}.out"), "folder": str(folder)}
    if not command.host:
        return known
    host = lab.host(command.host)
    served = [x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in host.served_der]
    for name, content in (("leaf", served[:1]), ("chain", served)):
        file = folder / f"{command.host}.{name}.pem"
        file.write_bytes(b"".join(content))
        known[name] = str(file)
    return known | {"target": host.target, "port": str(host.port), "name": host.scenario.host}


def run(line: tuple[str, ...], folder: Path, out: Path | None = None) -> Printed:
    """Run a program in a folder of its own, without the user's settings; its certificates are listed by subject."""
    begin, cpu = time.monotonic(), _children()
    try:
        done = subprocess.run(
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
            cwd=folder,
            env=environment(folder),
        )
        code, text = done.returncode, done.stdout
    except subprocess.TimeoutExpired as error:
        code, text = TIMED_OUT, error.stdout or b""
    seconds = time.monotonic() - begin
    written = out.read_bytes() if out and out.is_file() else b""
    shown = _readable(text) + subjects(text, "printed") + subjects(written, "file")
    return Printed(code, shown, seconds, _children() - cpu)


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def environment(folder: Path) -> dict[str, str]:
    """The variables that a tool is run with."""
    known = {"HOME": str(folder), "PATH": os.environ["PATH"], "TERM": "dumb", "LC_ALL": "C.UTF-8", "COLUMNS": "120"}
    return known | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}


def _readable(text: bytes) -> str:
    return _ESCAPES.sub("", text.decode("utf-8", "replace"))


def subjects(text: bytes, where: str) -> str:
    """A line for each PEM certificate in a text, JSON too, as `file: CN=R11`."""
    plain = text.decode("utf-8", "replace").replace("\\n", "\n")
    loaded = (x509.load_pem_x509_certificate(match[0].encode()) for match in _CERTIFICATE.finditer(plain))
    return "".join(f"\n{where}: {each.subject.rfc4514_string()}" for each in loaded)
