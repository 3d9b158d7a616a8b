"""A hint of the core names commands; the screen shows its keys instead, where it has one."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui_chain
from tests.scenes.stage import press, stage
from tests.support.cli import tlschain
from tui_chain.core.command import FILE, HOST, hinted, option
from tui_chain.engine import options
from tui_chain.engine.actions import ACTIONS
from tui_chain.engine.command_options import SCREEN, TAKEN
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.engine.option_entry import OptionEntry
from tui_chain.lab.internet import open_lab
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.tui.host_rows import HostRow, next_key
from tui_chain.tui.render import with_keys
from tui_chain.x509.formats.readers import read_certificates


@pytest.mark.parametrize(
    ("hint", "shown"),
    [
        (f"{hinted('audit', FILE)} says why.", "w says why."),
        (f"{hinted('fix', HOST)} looks for it.", "f looks for it."),
        ("Nothing to run.", "Nothing to run."),
    ],
)
def test_a_command_with_a_key_is_shown_as_the_key(hint: str, shown: str) -> None:
    assert with_keys(hint) == shown


def test_a_command_without_a_key_stays() -> None:
    listed = [
        line.split()[0] for line in tlschain("--help").out.partition("Commands:")[2].splitlines() if line.strip()
    ]
    assert "pool" in listed
    for command in listed:
        assert command in with_keys(hinted(command, FILE)) or len(with_keys(hinted(command, FILE))) == 1


def test_an_option_is_shown_as_what_does_the_same() -> None:
    assert (
        with_keys(f"Add it from a file {option('--pool FILE')}.") == "Add it from a file (`pool` in the config file)."
    )
    assert with_keys(f"Name another {option('--python')}.") == "Name another."


PACKAGE = Path(tui_chain.__file__).parent
APART = (
    "cli",
    "fleet",
    "lab",
    "doctor/script",
    "engine/options.py",
    "engine/command_options.py",
    "engine/command_line.py",
    "pool/published.py",
)
"""What the screen shows nothing of."""
GIVEN = {
    "repair/write.py": "of a file of results that a command writes; the screen asks before it replaces one",
    "engine/arguments.py": "printed before the screen opens",
    "engine/journey.py": "notices on an option that was given",
    "net/host_list.py": "printed before the screen opens",
    "net/kubeconfig.py": "printed before the screen opens",
    "tui/start.py": "printed before the screen opens",
    "engine/chain_files.py": "of a command; the screen opens no such file",
    "results/saved.py": "a command that makes such a file, printed before the screen opens",
    "advise/situation.py": "of commands that the page shows, to be copied",
    "advise/summary.py": "of commands that the page shows, to be copied",
    "diagnose/explain/explanation.py": "a command to be copied",
    "repair/file_header.py": "a line of a file, as earlier versions wrote it",
    "servers/kubernetes.py": "an option of kubectl",
    "doctor/interpreter.py": "how an interpreter was chosen on the command line",
}
"""Texts with an option that is no next step, by their modules."""
FLAGS = {
    flag
    for entry in (*(one for one in vars(options).values() if isinstance(one, OptionEntry)), *SCREEN)
    for flag in entry.flags
} | {flag for taken in TAKEN.values() for entry in taken for flag in entry.flags}
_FLAG = re.compile(rf"(?<![\w-])({'|'.join(sorted(flag for flag in FLAGS if flag[:2] == '--'))})(?![\w-])")


def sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of a module but its docstrings, with its line."""
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    within = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in documented | within:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(str(one.value) if isinstance(one, ast.Constant) else "X" for one in node.values),
            )


def _is_sentence(text: str) -> bool:
    """Whether a text is more than an option, with or without a value."""
    return " " in text and re.fullmatch(r"--[a-z-]+( [A-Z]+)?", text) is None


def test_no_text_of_the_screen_names_an_option() -> None:
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(APART):
            texts = sentences(ast.parse(path.read_text(encoding="utf-8")))
            named = [f"{line}: {text}" for line, text in texts if _is_sentence(text) and _FLAG.search(text)]
            found |= {name: named} if named else {}
    assert {name: texts for name, texts in found.items() if name not in GIVEN} == {}
    assert GIVEN.keys() <= found.keys(), "what needs no reason leaves the list"


@pytest.mark.parametrize("words", ["--pool FILE", "--crl-leaf", "--allow-private-aia", "--accept-lost-constraints"])
def test_an_aside_names_an_option_that_there_is(words: str) -> None:
    assert words.split(maxsplit=1)[0] in FLAGS
    assert "--" not in with_keys(f"Do it {option(words)}.")


@pytest.mark.parametrize(
    "name",
    [
        "leaf-only",
        "expired-leaf",
        "wrong-host-name",
        "self-signed",
        "not-yet-valid",
        "leaf-not-first",
        "critical-ski",
    ],
)
def test_no_next_key_is_a_search_that_cannot_help(name: str) -> None:
    with open_lab([name]) as lab:
        trust = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
        journey = Journey(Context(trust))
        state = asyncio.run(journey.probe(HostState(Target("localhost", lab.host(name).port))))
        fixed = asyncio.run(journey.fix(state))
    assert next_key(HostRow(state)).startswith("press f") == (fixed.proven is not None)


@pytest.mark.anyio
async def test_every_next_key_acts() -> None:
    async with stage((120, 40)) as pilot:
        app = pilot.app
        assert isinstance(app, ChainApp)
        for _ in app.rows:
            row = app.main.row
            assert row is not None
            for key in re.findall(r"(?:press |, )(\w) (?:to|for|if)", next_key(row)):
                action = next(one for one in ACTIONS if key in one.keys.split(","))
                assert app.main.check_action(action.name, ()), f"{row.target}: {next_key(row)}"
            await press(pilot, "j")
