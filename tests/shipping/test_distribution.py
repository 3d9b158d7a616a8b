"""The wheel and the sdist: what is in them, and that the programs run where only the wheel is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from shipping.build_hook import shared_files
from tests.support.cli import ROOT
from tui_chain import __version__

SECONDS = 120.0
NAME = f"tlschain_tui-{__version__}"
DATA = f"{NAME}.data/data/"


def run(*words: str | Path, folder: Path | None = None, code: int = 0) -> str:
    """Run a program without what leads Python to this source; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=folder, env=environment
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sdist and of the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


def members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_both_are_as_an_index_wants_them(built: Path) -> None:
    files = sorted(built.iterdir())
    assert [file.name for file in files] == [f"{NAME}-py3-none-any.whl", f"{NAME}.tar.gz"]
    assert run(sys.executable, "-m", "twine", "--no-color", "check", "--strict", *files).count("PASSED") == len(files)


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / "tui_chain").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    found = {name: data for name, data in members(wheel).items() if name.startswith("tui_chain/")}
    assert found == sources
    assert {"tui_chain/py.typed", "tui_chain/tui/style.tcss", "tui_chain/results/host.schema.json"} <= set(found)


def test_the_wheel_has_the_manual_and_the_completion_and_nothing_else(wheel: Path) -> None:
    others = {name: data for name, data in members(wheel).items() if not name.startswith("tui_chain/")}
    about = {name for name in others if name.startswith(f"{NAME}.dist-info/")}
    assert {name.rpartition("/")[2] for name in about} >= {"METADATA", "RECORD", "WHEEL", "LICENSE"}
    shared = {name.removeprefix(DATA): others[name].decode("utf-8") for name in set(others) - about}
    assert shared == shared_files()
    assert {"share/man/man1/tlschain.1", "share/bash-completion/completions/tlschain-tui"} <= set(shared)


def test_the_sdist_builds_the_same_wheel_as_the_repository(wheel: Path, tmp_path: Path) -> None:
    """`built` makes its wheel from the sdist."""
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, ROOT)
    (other,) = tmp_path.iterdir()
    assert other.read_bytes() == wheel.read_bytes()


def test_the_sdist_has_what_building_needs_and_no_tests(built: Path) -> None:
    with tarfile.open(built / f"{NAME}.tar.gz") as archive:
        names = {name.removeprefix(f"{NAME}/").partition("/")[0] for name in archive.getnames()}
    assert {"tui_chain", "shipping", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"} <= names
    assert names <= {
        *(
            "tui_chain",
            "shipping",
            "pyproject.toml",
            "README.md",
            "CHANGELOG.md",
            "LICENSE",
            "PKG-INFO",
            ".gitignore",
        ),
    }


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; the libraries are those of this one, its editable install is not."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def test_the_programs_run_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    programs = installed / "bin"
    where = run(programs / "python", "-c", "import tui_chain; print(tui_chain.__file__)", folder=tmp_path)
    assert Path(where.strip()).is_relative_to(installed)
    assert run(programs / "tlschain", "--version", folder=tmp_path) == f"tlschain, version {__version__}\n"
    assert run(programs / "tlschain-tui", "--version", folder=tmp_path) == f"tlschain-tui, version {__version__}\n"
    assert "-----BEGIN CERTIFICATE-----" in run(programs / "tlschain", "fix", "--demo", folder=tmp_path)


def test_what_shells_and_man_look_for_is_below_the_prefix(installed: Path) -> None:
    for place in shared_files():
        assert (installed / place).is_file()
