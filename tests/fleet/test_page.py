"""The page on many hosts: each of its commands does what it says, before real servers and a real cluster."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_fleet import hosts_of, timeless
from tests.readme import DOCS
from tests.support.cli import ROOT, SECONDS
from tests.support.cluster import cluster
from tui_chain.lab.internet import Lab

PAGE = (DOCS / "fleet.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    ((?:tlschain|grep) .*)$", PAGE, re.MULTILINE)
SCHEDULER = "tcp://scheduler.example:8786"


@pytest.fixture
def environment(lab: Lab, tmp_path: Path) -> dict[str, str]:
    """The program on PATH, and a config file that trusts the lab."""
    settings = tmp_path / "settings" / "tlschain"
    settings.mkdir(parents=True)
    (settings / "config.toml").write_text(f"trust = ['{lab.trust_file}']\n", encoding="utf-8")
    programs = tmp_path / "bin"
    programs.mkdir()
    program = programs / "tlschain"
    script = "from tui_chain.cli.main import run\nif __name__ == '__main__':\n    run()\n"
    program.write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
    program.chmod(0o755)
    own = {name: value for name, value in os.environ.items() if name.startswith("COV")}
    return own | {
        "PATH": os.pathsep.join((str(programs), os.environ["PATH"])),
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(settings.parent),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "LC_ALL": "C.UTF-8",
    }


def test_the_commands_of_the_page_work_in_their_order(lab: Lab, environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "hosts.txt").write_text("# ours\n" + "\n".join(hosts_of(lab, 12)) + "\n", encoding="utf-8")
    assert len(COMMANDS) >= 9
    with cluster() as running:
        for line in COMMANDS:
            _prepare(line, folder, environment)
            done = _run(line.replace(SCHEDULER, running.address), folder, environment)
            assert done.returncode in {0, 1}, (line, done.stderr)
            assert "Traceback" not in done.stderr
    today = (folder / "today.jsonl").read_text().splitlines()
    assert len(today) == len((folder / "today.csv").read_text().splitlines()) - 1 == 12
    together = (folder / "all.jsonl").read_text().splitlines()
    assert sorted(map(str, timeless(together))) == sorted(map(str, timeless(today)))
    assert (folder / "fleet.html").read_text().startswith("<!DOCTYPE html>")
    assert b"BEGIN CERTIFICATE" in (folder / "bundle.pem").read_bytes()
    assert len((folder / "results.jsonl").read_text().splitlines()) == 12


def _prepare(line: str, folder: Path, environment: dict[str, str]) -> None:
    """What stands in the page beside a line: the parts of other machines, and yesterday's results."""
    if "merge part-1" in line and not (folder / "part-2.jsonl").exists():
        for number in (2, 3):
            part = f"tlschain check --hosts hosts.txt --shard {number}/3 --json > part-{number}.jsonl"
            assert _run(part, folder, environment).returncode in {0, 1}
    if "yesterday" in line:
        (folder / "today.jsonl").rename(folder / "yesterday.jsonl")
        lines = (folder / "yesterday.jsonl").read_text().splitlines()
        (folder / "today.jsonl").write_text("\n".join(lines) + "\n")
        changed = json.loads(lines[0]) | {"status": "partial"}
        (folder / "yesterday.jsonl").write_text("\n".join([json.dumps(changed), *lines[1:]]) + "\n")


def _run(line: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    shell = ("sh", "-c", line)
    return subprocess.run(
        shell, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
