"""Programs of the machine that a test needs."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

SYSTEM_FOLDERS = (
    *("/usr/sbin", "/usr/local/sbin", "/sbin"),
    *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True),
)
"""Where servers are installed that an ordinary user has not on PATH."""


def require_program(name: str) -> Path:
    """Return where a program is; a machine without it skips the test, and under CI fails it."""
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(SYSTEM_FOLDERS))
    if found is None:
        _missing(name)
    return Path(found)


def require_file(path: Path) -> None:
    """Return where an installed file is; a machine without it skips the test, and under CI fails it."""
    if not path.exists():
        _missing(str(path))


def package_of(name: str) -> str:
    """The Debian package of a program or of a file's path, by the script that CI runs; empty where that has none."""
    script = (Path(__file__).parents[2] / ".ci/run").read_text(encoding="utf-8")
    program = re.search(rf"(?:^|\s){re.escape(name)}:([a-z0-9.+-]+)", script)
    file = re.search(rf"\[ -e {re.escape(name)} \] \|\| missing=\"\$missing ([a-z0-9.+-]+)\"", script)
    found = program or file
    return found[1] if found is not None else ""


def _missing(name: str) -> NoReturn:
    package = package_of(name)
    reason = f"{name} is not installed{f', it is in the package {package}' if package else ''}"
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI has to have it")
    pytest.skip(reason)
