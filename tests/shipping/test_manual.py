"""The manual pages: made of the commands, whole, and without a complaint of groff and mandoc."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import click
import pytest

from shipping.manual import pages
from shipping.roff import bold, entry, escape, prose
from tests.support.programs import require_program
from tui_chain.cli.main import main
from tui_chain.engine.actions import ACTIONS
from tui_chain.tui.start import main as screen

SECONDS = 60.0
WIDE = "300"
"""Columns of a page, so that no line of it is broken."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("man")
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    return {name: folder / name for name in pages()}


@cache
def read(file: Path) -> str:
    """A page as `man` shows it; groff warns of nothing."""
    done = subprocess.run(
        (require_program("man"), "--warnings", "--local-file", file),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": WIDE, "MANPAGER": "cat"},
    )
    assert done.stderr == ""
    return re.sub(".\x08", "", done.stdout)


def test_every_command_has_its_page() -> None:
    assert set(pages()) == {"tlschain.1", "tlschain-tui.1", *(f"tlschain-{name}.1" for name in main.commands)}


def flags(command: click.Command) -> set[str]:
    own = {flag for one in command.params if isinstance(one, click.Option) for flag in one.opts}
    return own.union(*map(flags, command.commands.values() if isinstance(command, click.Group) else ()))


@pytest.mark.parametrize("name", main.commands)
def test_a_page_has_every_option_and_exit_code(name: str, files: dict[str, Path]) -> None:
    command, text = main.commands[name], read(files[f"tlschain-{name}.1"])
    headings = [heading for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "SEE ALSO") if f"\n{heading}\n" in text]
    assert len(headings) == 4
    assert {flag for flag in flags(command) | {"-h", "--help"} if not re.search(rf"{flag}(?![\w-])", text)} == set()
    codes = re.findall(r"(?:Exit |[.)] )(\d): ", " ".join((command.help or "").split()))
    shown = text.partition("\nEXIT STATUS\n")[2]
    assert [code for code in codes if not re.search(rf"^ +{code} ", shown, re.MULTILINE)] == []
    assert bool(shown) == bool(codes)


def test_the_page_of_the_program_leads_to_every_other(files: dict[str, Path]) -> None:
    text = read(files["tlschain.1"])
    assert {name for name in pages() if name != "tlschain.1" and f"{name[:-2]}(1)" not in text} == set()
    assert "130    Ended by ctrl+C." in text


def test_the_page_of_the_screen_has_its_keys_and_options(files: dict[str, Path]) -> None:
    text = read(files["tlschain-tui.1"])
    assert {flag for flag in flags(screen) if flag not in text} == set()
    assert [action.id for action in ACTIONS if action.description not in text] == []


def test_the_examples_are_commands_that_there_are() -> None:
    from shipping.manual import EXAMPLES

    for line in EXAMPLES.values():
        name, *words = line.partition("<")[0].split()
        main.commands[name].make_context(name, words)


def test_mandoc_finds_nothing_but_the_date_that_is_left_out(files: dict[str, Path]) -> None:
    done = subprocess.run(
        (require_program("mandoc"), "-Tlint", "-W", "warning", *files.values()),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []


def test_no_character_of_a_text_is_a_command(tmp_path: Path) -> None:
    hostile = [".so /etc/passwd", "'\\\" gone", "a\\fBb\\n", "-x --y", "`--bold`.", "…✗ “ü”", "\\"]
    file = tmp_path / "hostile.1"
    lines = ['.TH "X" "1" "" "" ""', ".SH NAME", "x \\- y"]
    for text in hostile:
        lines += [".PP", prose(text), ".PP", escape(text), *entry(bold(text), text)]
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    shown = read(file)
    for text in hostile:
        plain = text.replace("`", "")
        assert shown.count(plain) >= 2, text
