"""The page on one repair: its commands end as it says, and its keys show what it says, before a real server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readme import DOCS
from tests.support.cli import ROOT, SECONDS
from tests.support.terminal import in_terminal
from tui_chain.lab.internet import Lab

PAGE = (DOCS / "repair.md").read_text(encoding="utf-8")
HOST = "api.example.org"
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
ROWS = re.findall(r"^\| (?:`(\S+)`)? *\| ([^|]+?) \| (?:`([^`|]+)`)? *\|$", PAGE, re.MULTILINE)
ENTRIES = {"tlschain": "tui_chain.cli.main import run", "tlschain-tui": "tui_chain.tui.start import main as run"}


@pytest.fixture
def environment(lab: Lab, tmp_path: Path) -> dict[str, str]:
    """Both programs on PATH, and a config file that trusts the lab."""
    settings = tmp_path / "settings" / "tlschain"
    settings.mkdir(parents=True)
    (settings / "config.toml").write_text(f"trust = ['{lab.trust_file}']\n", encoding="utf-8")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, entry in ENTRIES.items():
        (programs / name).write_text(f"#!{sys.executable}\nfrom {entry}\nrun()\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    own = {name: value for name, value in os.environ.items() if name.startswith("COV")}
    return own | {
        "PATH": os.pathsep.join((str(programs), os.environ["PATH"])),
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(settings.parent),
        "LC_ALL": "C.UTF-8",
    }


def run(words: tuple[str, ...], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def test_the_commands_end_as_they_say(lab: Lab, environment: dict[str, str], tmp_path: Path) -> None:
    """In their order, in one folder: each finds the files of those before it."""
    assert len(COMMANDS) >= 9
    for line in COMMANDS:
        command, _, comment = line.partition("  #")
        expected = int(comment.rpartition(" ")[2]) if comment else 0
        shell = command.replace(HOST, str(lab.host("leaf-only").target))
        done = run(("sh", "-c", shell), tmp_path, environment)
        assert done.returncode == expected, (line, done.stderr)
    assert b"BEGIN CERTIFICATE" in (tmp_path / "bundle.pem").read_bytes()


def test_the_keys_show_what_they_say(lab: Lab, environment: dict[str, str], tmp_path: Path) -> None:
    rows = [(key, shown) for key, _, shown in ROWS]
    assert [key for key, _ in rows] == ["", "f", "t", "x", "escape", "w", "enter", "q"]
    program = ("tlschain-tui", "--no-session", "--no-pool", str(lab.host("leaf-only").target))
    with in_terminal(program, environment=environment, folder=tmp_path, rows=40, columns=120) as screen:
        for key, shown in rows:
            if key:
                screen.rests()
                screen.send(key)
            if shown:
                screen.shows(shown, 20)
        assert screen.end(20) == 0
    (written,) = tmp_path.glob("*.pem")
    assert b"BEGIN CERTIFICATE" in written.read_bytes()
