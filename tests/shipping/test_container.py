"""The image: its Dockerfile as Docker's own parser reads it, what is copied into it, and a root that is only read.

No daemon of Docker runs here. What builds the image is read and linted, and the package is built from the files that
the build is given.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import dockerfile  # type: ignore[import-not-found]
import pytest

from tests.support.cli import ROOT, SECONDS
from tests.support.read_only import read_only
from tui_chain.lab.internet import Lab

FILE = ROOT / "Dockerfile"


def stages() -> list[list[Any]]:
    """The commands of each stage, FROM first."""
    found: list[list[Any]] = []
    for command in dockerfile.parse_file(str(FILE)):
        if command.cmd.upper() == "FROM":
            found.append([])
        if found:
            found[-1].append(command)
    return found


def values(stage: list[Any], name: str) -> list[tuple[str, ...]]:
    return [command.value for command in stage if command.cmd.upper() == name]


def test_the_image_is_slim_and_has_the_environment_alone() -> None:
    build, image = stages()
    assert [stage[0].value[0] for stage in (build, image)] == ["python:${PYTHON}-slim"] * 2
    (copied,) = [command for command in image if command.cmd.upper() == "COPY"]
    assert (copied.flags, copied.value) == (("--from=build",), ("/opt/tlschain", "/opt/tlschain"))
    assert "pip" not in " ".join(value[0] for value in values(image, "RUN"))


def test_it_runs_the_program_and_not_as_root() -> None:
    image = stages()[-1]
    (user,) = values(image, "USER")
    number, _, group = user[0].partition(":")
    assert int(number) > 0
    assert int(group) > 0
    (created,) = values(image, "RUN")
    assert f"--uid {number}" in created[0]
    assert values(image, "ENTRYPOINT") == [("tlschain",)]
    order = [command.cmd.upper() for command in image]
    assert order.index("USER") > order.index("RUN")


def test_it_says_what_it_is() -> None:
    (label,) = values(stages()[-1], "LABEL")
    assert {"org.opencontainers.image.title", "org.opencontainers.image.licenses"} <= set(label[::3] + label[::2])


def test_every_package_is_one_whose_hash_is_known_and_leaves_no_cache() -> None:
    text = " ".join(value[0] for value in values(stages()[0], "RUN"))
    installs = re.findall(r"pip (?:--python \S+ )?(?:install|wheel)[^&]*", text)
    assert len(installs) == 4
    assert all("--no-cache-dir" in one for one in installs)
    rest = [one for one in installs if "--require-hashes" not in one and "--no-deps" not in one]
    assert [one.split()[-1].rpartition("==")[0] for one in rest] == ["pip"]


def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        pytest.skip("hadolint has no package for this system")
    done = subprocess.run((hadolint, FILE), capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def context() -> list[str]:
    """What the build is given: .dockerignore leaves out everything and takes these back."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "*"
    return [line.removeprefix("!") for line in lines if line.startswith("!")]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the build copies, and no others."""
    folder = tmp_path_factory.mktemp("source")
    for *names, place in values(stages()[0], "COPY"):
        for name in names:
            assert name in context()
            if (ROOT / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
                shutil.copytree(ROOT / name, folder / place, ignore=ignored)
            else:
                shutil.copy(ROOT / name, folder / place)
    return folder


def test_the_package_is_built_from_what_is_copied(source: Path, tmp_path: Path) -> None:
    words = ("pip", "wheel", "--quiet", "--no-cache-dir", "--no-deps", "--no-build-isolation", "--no-index")
    subprocess.run(
        (sys.executable, "-m", *words, "--wheel-dir", tmp_path, "."),
        cwd=source,
        check=True,
        timeout=SECONDS,
        capture_output=True,
    )
    (wheel,) = tmp_path.iterdir()
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {"tui_chain/cli/main.py", "tui_chain/py.typed", "tui_chain/tui/style.tcss"} <= names
    assert set(context()) == {name for *copied, _ in values(stages()[0], "COPY") for name in copied}


def test_a_root_that_is_only_read_is_enough(lab: Lab) -> None:
    trust = lab.trust_file
    complete, broken = (lab.host(name).target for name in ("complete", "leaf-only"))
    assert read_only("check", "--trust", trust, complete).code == 0
    done = read_only("fix", "--trust", trust, broken)
    assert done.code == 0, done.err
    assert "-----BEGIN CERTIFICATE-----" in done.out
    assert read_only("audit", trust).code == 0
    done = read_only("test", "--trust", trust, broken)
    assert "works with the bundle" in done.out, done.err


def test_what_needs_a_folder_for_temporary_files_says_so(lab: Lab) -> None:
    done = read_only("check", "--demo")
    assert done.code == 2
    assert "TMPDIR" in done.complaint
    assert "TMPDIR" in read_only("lab").complaint
    done = read_only("test", "--programs", "--trust", lab.trust_file, lab.host("complete").target)
    assert "set TMPDIR to one" in done.out
    assert "fault of tlschain" not in done.err
