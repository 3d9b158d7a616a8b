"""What people read is in the words of docs/glossary.md: the documents, help, and every sentence in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.architecture import NAMES, tree_of
from tests.readme import DOCS, README, ROOT
from tui_chain.cli.main import main
from tui_chain.core.status import Blame, Status

NOT_BUT = {
    r"forg[eo]t\w*": "does not send; missing intermediate",
    r"strangers?": "unrelated certificate",
    r"decoys?": "certificate with the issuer's name but another key; namesake",
    r"(?:certificate|one) that waits": "the certificate whose issuer is missing, by name",
    r"mend(?:s|ed|ing)?": "fix",
    r"say it": "instructions",
    r"kinds? of clients?": "client family",
    r"look(?:s|ed|ing)? after": "fix, renew, refresh",
    r"told": "says, shows; or who does it",
    r"on (?:its|their) way out": "the plain fact, with a version or date",
    r"(?:its|their|client's) own roots": "its trust store",
    r"does harm": "what goes wrong, and for which clients",
    r"to the other side": "to the server's administrator",
}
"""The old words, as patterns, and those of the glossary in their place."""
OLD = re.compile(rf"\b({'|'.join(f'(?:{pattern})' for pattern in NOT_BUT)})\b", re.IGNORECASE)
CODE = re.compile(r"`[^`]*`|\b[a-z]+(?:-[a-z]+)+\b")
"""What is quoted as it is typed, and finding codes, which never change."""
SENTENCE = re.compile(r"\w \w")


def old_words(text: str) -> list[str]:
    return [match[0] for match in OLD.finditer(CODE.sub("", text))]


DOCUMENTS = (README, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted(DOCS.glob("*.md")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_speaks_as_the_glossary(document: Path) -> None:
    found = old_words(document.read_text(encoding="utf-8"))
    assert found == []


def commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from commands(each)


def test_help_speaks_as_the_glossary() -> None:
    found: list[str] = []
    for command in commands(main):
        with click.Context(command, info_name=command.name) as context:
            found += old_words(command.get_help(context))
    assert found == []


def sentences(tree: ast.Module) -> Iterator[str]:
    """The strings of a module that are text: its docstrings aside, and names of one word."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings | bare:
            yield node.value


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_of_a_module_speaks_as_the_glossary(name: str) -> None:
    texts = filter(SENTENCE.search, sentences(tree_of(NAMES[name])))
    found = [word for text in texts for word in old_words(text)]
    assert found == []


def test_the_patterns_find_what_they_are_for() -> None:
    assert old_words("The server forgot it; a Stranger, told in any kind of client") == [
        "forgot", "Stranger", "told", "kind of client",
    ]  # fmt: skip
    assert old_words("`stranger`, untold, recommend, client-told") == []


GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")


def test_the_glossary_is_one_page() -> None:
    assert len(GLOSSARY.splitlines()) <= 80


@pytest.mark.parametrize("value", [*Status, *Blame])
def test_the_glossary_has_what_the_code_counts(value: Status | Blame) -> None:
    assert value.value in GLOSSARY
