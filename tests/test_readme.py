"""The README is true: its tables, pictures, targets and commands are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from tests.readme import FINDINGS, README, findings, rendered
from tui_chain.cli.main import main

ROOT = README.parent
TEXT = README.read_text(encoding="utf-8")


def test_the_keys_are_those_of_the_table() -> None:
    assert rendered() == TEXT, "run `python -m tests.readme`"


def test_the_findings_are_those_of_the_catalogue() -> None:
    assert FINDINGS.read_text(encoding="utf-8") == findings(), "run `python -m tests.readme`"
    assert "docs/findings.md" in TEXT


@pytest.mark.parametrize("picture", re.findall(r"\]\((screenshots/[^)]+)\)", TEXT))
def test_pictures_are_there(picture: str) -> None:
    assert (ROOT / picture).is_file()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|^    )make ([a-z]+)", TEXT, re.MULTILINE))))
def test_make_has_the_targets(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("line", re.findall(r"^    tlschain (.*?)(?:\s+#.*)?$", TEXT, re.MULTILINE))
def test_the_commands_parse(line: str) -> None:
    import shlex

    name, *arguments = shlex.split(line)
    command = main.commands[name]
    while isinstance(command, click.Group):
        name, *arguments = arguments
        command = command.commands[name]
    command.make_context(name, arguments)


def test_the_map_names_every_folder() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folders = {path.name for path in (ROOT / "tui_chain").iterdir() if (path / "__init__.py").is_file()}
    assert {name for name in folders if f"`{name}/`" not in contributing} == set()


def test_nothing_names_this_machine() -> None:
    home = Path("/") / "work"
    for path in (README, ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *(ROOT / "screenshots").iterdir()):
        assert f"{home}/" not in path.read_text(encoding="utf-8")
