"""The documents are true: their tables, pictures, targets, commands and files are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import yaml

from tests.readme import DOCS, MADE, README, ROOT
from tui_chain.cli.main import main

TEXT = README.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", MADE, ids=lambda file: file.name)
def test_what_is_made_from_the_code_is_as_the_code_is(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == MADE[file](), "run `make docs`"


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


DOCUMENTS = (README, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted(DOCS.glob("*.md")))
FILE = re.compile(r"[.\w-]+(?:/[.\w-]+)*/?")
ENDINGS = (".py", ".md", ".toml", ".yml", ".yaml", ".svg", ".txt", "/")
PLACEHOLDER = re.compile(r"\b(NAME|FAMILY|ID)\b|_NAME\b")
"""Words in capitals that stand for a name."""


def files_in(text: str) -> set[str]:
    """The files and folders of the repository that a text names; of one whose name is a placeholder, the folder."""
    found = set()
    for name in [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"\]\(([^)\s#]+)", text)]:
        if FILE.fullmatch(name) and name.endswith(ENDINGS) and "/" in name:
            parts = name.split("/")
            fixed = next((number for number, part in enumerate(parts) if PLACEHOLDER.search(part)), None)
            found.add(name if fixed is None else "/".join(parts[:fixed]) + "/")
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_the_files_that_a_document_names_are_there(document: Path) -> None:
    """From the repository's root, the package, or beside the document."""
    places = (ROOT, ROOT / "tui_chain", document.parent)
    missing = {
        name
        for name in files_in(document.read_text(encoding="utf-8"))
        if not any((place / name).exists() for place in places)
    }
    assert missing == set()


def test_links_between_documents_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:\s]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_private_interface_is_named_with_its_reason() -> None:
    """What pyOpenSSL and Python's ssl keep to themselves; `noqa: SLF001` marks what is used of it."""
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    used = set()
    for path in (ROOT / "tui_chain").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "noqa: SLF001" in line:
                used |= set(re.findall(r"\.(_[a-z]\w*)", line))
            used |= set(re.findall(r"from \w+\.(_\w+) import", line))
    assert used
    assert {name for name in used if name not in contributing} == set()


@pytest.mark.parametrize("path", [".pre-commit-config.yaml", ".github/workflows/ci.yml"])
def test_what_other_tools_read_is_yaml_and_calls_what_is_there(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert yaml.safe_load(text)
    for script in re.findall(r"bash (\S+)", text):
        assert (ROOT / script).is_file()
    for folder in re.findall(r"pytest (\S+)", text):
        assert (ROOT / folder).exists()


def test_nothing_names_this_machine() -> None:
    home = Path("/") / "work"
    for path in (*DOCUMENTS, ROOT / "CHANGELOG.md", *(ROOT / "screenshots").iterdir()):
        assert f"{home}/".encode() not in path.read_bytes()
