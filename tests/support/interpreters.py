"""Other interpreters of Python that this machine has, and the script of the doctor run in them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from tui_chain.core.failure import Failure
from tui_chain.doctor.environment_report import EnvironmentReport
from tui_chain.doctor.interpreter import run_script
from tui_chain.doctor.probe_script import ServedFlight, probe_script

VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
"""Those on which the script has to run."""


@cache
def interpreter(version: str) -> Path | None:
    """The interpreter of a version: of pyenv, whose shims may stand for no installed one, or a program on PATH."""
    found = [path for path in _of_pyenv() if re.fullmatch(rf"{re.escape(version)}\.\d+", path.parents[1].name)]
    on_path = shutil.which(f"python{version}")
    candidates = [*found, *([Path(on_path)] if on_path else [])]
    return next((path for path in candidates if _runs(path)), None)


def _of_pyenv() -> list[Path]:
    root = os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv"
    return sorted(Path(root).glob("versions/*/bin/python"))


def _runs(path: Path) -> bool:
    return subprocess.run((path, "-c", ""), capture_output=True, timeout=60, check=False).returncode == 0


def require_interpreter(version: str) -> Path:
    """Return an interpreter; the test is skipped where this machine has none: CI runs on what there is."""
    found = interpreter(version)
    if found is None:
        pytest.skip(f"no Python {version} runs here")
    return found


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of the user's: no variables of trust, an empty home."""
    home.mkdir(exist_ok=True)
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"} | more


def report_of(
    path: Path | str, environment: Mapping[str, str], served: ServedFlight | None = None, seconds: float = 20.0
) -> EnvironmentReport:
    """What the script finds in an interpreter; it has to work."""
    found = run_script(Path(path), probe_script(served, seconds), environment)
    assert not isinstance(found, Failure), found
    return found
