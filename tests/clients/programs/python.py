"""Python's clients on this interpreter and on others: ssl, urllib, httpx and requests."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.programs import Outcome, Program, ServedCase, python_probe
from tests.clients.programs.reasons import says_nothing

ROOT = Path(__file__).parents[3]
STRICT_SINCE = (3, 13)
"""The Python whose default context is strict and takes partial chains."""

_PLACES = (sys.executable, str(ROOT / ".venv/bin/python"), str(ROOT / ".venv-3.13/bin/python"))
_NAMES = ("python3.11", "python3.12", "python3.13", "python3.14")


@functools.cache
def versions(interpreter: str) -> Mapping[str, Any] | None:
    """Return the versions that an interpreter has, or None if it does not run or lacks requests or httpx."""
    try:
        done = subprocess.run(_command(interpreter), capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def _command(interpreter: str, *arguments: str) -> tuple[str, ...]:
    return (interpreter, "-I", "-W", "ignore", python_probe.__file__, *arguments)


@functools.cache
def interpreter_of(*, strict: bool) -> str | None:
    """Return a Python from 3.13 on, or one before it, this one if it fits."""
    paths = (*_PLACES, *filter(None, map(shutil.which, _NAMES)))
    fits = (one for one in paths if (found := versions(one)) and (tuple(found["python"]) >= STRICT_SINCE) == strict)
    return next(fits, None)


@dataclass(frozen=True)
class PythonClient:
    """One client of `python_probe` on one kind of interpreter."""

    name: str
    family: str
    client: str
    strict: bool

    def version(self) -> str | None:
        """Return the client's version, Python's and OpenSSL's."""
        interpreter = interpreter_of(strict=self.strict)
        found = versions(interpreter) if interpreter else None
        if not found:
            return None
        library = f"{found[self.client]}, " if self.client in found else ""
        return f"{library}Python {'.'.join(map(str, found['python']))}, OpenSSL {found['openssl']}"

    def run(self, served: Sequence[ServedCase], proxy: int, folder: Path) -> Mapping[str, Outcome]:
        """Connect to each case in one process."""
        interpreter = interpreter_of(strict=self.strict)
        if interpreter is None:
            return {}
        jobs = folder / "jobs.json"
        cases = [(one.case.host, one.port, str(one.trust)) for one in served]
        jobs.write_text(json.dumps({"client": self.client, "proxy": proxy, "cases": cases}))
        command, limit = _command(interpreter, str(jobs)), 60 + len(served)
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=limit)
        answers = map(json.loads, done.stdout.splitlines())
        return {one.case.name: _outcome(answer) for one, answer in zip(served, answers, strict=True)}


def _outcome(answer: Mapping[str, Any]) -> Outcome:
    if answer["kind"] == "ok":
        return Outcome(True)
    code, reason = answer.get("code"), answer["reason"]
    if code is None and (answer["kind"] != "ssl" or says_nothing(reason)):
        return Outcome(None, None, reason)
    return Outcome(False, code, reason)


PROGRAMS: tuple[Program, ...] = (
    PythonClient("ssl", "python", "ssl", strict=False),
    PythonClient("urllib", "python", "urllib", strict=False),
    PythonClient("httpx", "python", "httpx", strict=False),
    PythonClient("ssl on Python ≥ 3.13", "python-3.13", "ssl", strict=True),
    PythonClient("urllib on Python ≥ 3.13", "python-3.13", "urllib", strict=True),
    PythonClient("httpx on Python ≥ 3.13", "python-3.13", "httpx", strict=True),
    PythonClient("requests", "requests", "requests", strict=False),
    PythonClient("requests on Python ≥ 3.13", "requests-3.13", "requests", strict=True),
)
