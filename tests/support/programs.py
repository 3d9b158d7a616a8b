"""Programs of the machine that a test needs."""

from __future__ import annotations

import os
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


def _missing(name: str) -> NoReturn:
    reason = f"{name} is not installed"
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and CI has to have it")
    pytest.skip(reason)
