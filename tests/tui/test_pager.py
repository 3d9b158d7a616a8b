"""A page in the user's pager and editor, in a real terminal: who has the terminal, what the file is, how it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.scenes.gallery import SMALL
from tests.scenes.stage import press, shows, stage
from tests.support.files import names_in
from tests.support.posix import terminal_settings
from tests.tui.test_ending import LEFT_SCREEN, Terminal, screen
from tui_chain.core.failure import Failure
from tui_chain.tui.pager import editor_command, pager_command

anyio = pytest.mark.anyio
PROGRAM = """#!/bin/sh
stat -c '%a %U' "$2" > "$OUT.mode"
cat "$2" > "$OUT.text"
echo "shown by $1 on $(tty < /dev/tty > /dev/null && echo a terminal)"
read line < /dev/tty
echo "read $line"
"""
"""Notes what it is given, and takes a line of the terminal, which only a program in the foreground can."""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pager whose file name has a blank; beside it are its notes."""
    if os.name == "nt":
        pytest.skip("Windows has no shell scripts")
    path = tmp_path / "my pager"
    path.write_text(PROGRAM, encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("OUT", str(tmp_path / "notes"))
    return path


def on_the_error(terminal: Terminal) -> None:
    """Open the page of the error of a host that cannot be reached."""
    terminal.until(lambda: b"unreachable" in terminal.seen)
    os.write(terminal.main, b"e")
    terminal.until(lambda: b"The last error" in terminal.seen)
    terminal.seen = b""


@pytest.mark.parametrize(("key", "variable"), [(b"o", "PAGER"), (b"O", "EDITOR")])
def test_a_page_is_opened_in_another_program(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch, key: bytes, variable: str
) -> None:
    monkeypatch.setenv(variable, f"'{program}' it")
    folder = tmp_path / "tmp"
    folder.mkdir()
    with screen(folder, "localhost:1") as terminal:
        on_the_error(terminal)
        os.write(terminal.main, key)
        terminal.until(lambda: b"shown by it on a terminal" in terminal.seen)
        assert LEFT_SCREEN in terminal.seen
        assert terminal_settings(terminal.worker) == terminal.before
        assert len(names_in(folder)) == 1
        os.write(terminal.main, b"jq\n")
        terminal.until(lambda: b"The last error" in terminal.seen.partition(b"read jq")[2])
        assert names_in(folder) == [], "the file is removed"
        assert terminal_settings(terminal.worker) != terminal.before
        os.write(terminal.main, b"q")
        os.write(terminal.main, b"q")
        assert terminal.end() == 0
    assert (tmp_path / "notes.mode").read_text(encoding="utf-8").startswith("600 ")
    text = (tmp_path / "notes.text").read_text(encoding="utf-8")
    assert text.startswith("Nothing listens on that port")
    assert text.endswith("\n")


def test_an_interrupt_ends_the_program_and_not_the_screen(
    tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER", f"'{program}' it")
    with screen(tmp_path, "localhost:1") as terminal:
        on_the_error(terminal)
        os.write(terminal.main, b"o")
        terminal.until(lambda: b"shown by it" in terminal.seen)
        os.write(terminal.main, b"\x03")
        terminal.until(lambda: b"The last error" in terminal.seen.partition(b"shown by it")[2])
        assert terminal.process.poll() is None
        os.write(terminal.main, b"q")
        os.write(terminal.main, b"q")
        assert terminal.end() == 0
    assert sorted(names_in(tmp_path)) == ["my pager", "notes.mode", "notes.text"]


@anyio
async def test_where_no_program_can_be_run_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(SMALL) as pilot:
        await press(pilot, "G", "e")
        monkeypatch.setenv("PAGER", "/none/here -R")
        await press(pilot, "o")
        await shows(pilot, "PAGER names no program")
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.delenv("EDITOR", raising=False)
        await press(pilot, "O")
        await shows(pilot, "Neither VISUAL nor EDITOR")
        monkeypatch.setenv("PAGER", sys.executable)
        await press(pilot, "o")  # this app has no terminal
        await shows(pilot, "There is no terminal here")


def test_commands_are_split_as_a_shell_would_and_run_by_none() -> None:
    python = sys.executable
    assert pager_command({"PAGER": f"'{python}' -R --x='a b'"}) == [python, "-R", "--x=a b"]
    assert editor_command({"VISUAL": python, "EDITOR": "vi"}) == [python]
    assert editor_command({"VISUAL": " ", "EDITOR": f"{python} -n"}) == [python, "-n"]
    for wrong in ("/none/here", "'", f"{python}; ls", "$(ls)"):
        assert isinstance(pager_command({"PAGER": wrong}), Failure), wrong
    assert isinstance(editor_command({}), Failure)
