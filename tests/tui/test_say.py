"""Saying it: one client at a time, the letter, copies, and files."""

from __future__ import annotations

import shlex
from pathlib import Path

import pyperclip
import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import Size, press, screen_text, shows, stage
from tui_chain.tui.screens.say import SayScreen

pytestmark = pytest.mark.anyio


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What came to the clipboard."""
    texts: list[str] = []
    monkeypatch.setattr(pyperclip, "copy", texts.append)
    return texts


async def _opened(pilot: Pilot[None]) -> None:
    await press(pilot, "f", "x")
    assert isinstance(pilot.app.screen, SayScreen)


@pytest.mark.parametrize("size", [SMALL, MEDIUM])
async def test_a_snippet_is_copied_as_it_stands(size: Size, copied: list[str]) -> None:
    async with stage(size) as pilot:
        await _opened(pilot)
        await press(pilot, "j", "j", "y")
        await shows(pilot, "Copied the words for")
    assert len(copied) == 1
    compile(copied[0], "snippet", "exec")


async def test_the_letter_names_the_missing_certificate_and_holds_the_file(copied: list[str]) -> None:
    async with stage(MEDIUM) as pilot:
        await _opened(pilot)
        await press(pilot, "G", "k")
        await shows(pilot, "It should send after its own certificate")
        await press(pilot, "enter")
    assert "CN=Example Issuing CA G2" in copied[0]
    assert copied[0].count("-----BEGIN CERTIFICATE-----") == 2


async def test_a_file_of_another_kind_is_asked_for_until_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(MEDIUM) as pilot:
        await _opened(pilot)
        while "JAVA_TOOL_OPTIONS" not in screen_text(pilot):
            await press(pilot, "j")
        await shows(pilot, "w and F2 write it, kind java")
        await press(pilot, "escape", "w", "f2", "f2", "f2", "f2")
        await shows(pilot, "-truststore.p12")
        await press(pilot, "enter", "x")
        while "JAVA_TOOL_OPTIONS" not in screen_text(pilot):
            await press(pilot, "j")
        assert "Not written yet" not in screen_text(pilot)
    assert (tmp_path / "api.example.test-truststore.p12").exists()


async def test_everything_is_saved_as_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(MEDIUM) as pilot:
        await _opened(pilot)
        await press(pilot, "w")
        await shows(pilot, "api.example.test-advice.md")
        await press(pilot, "enter")
    text = (tmp_path / "api.example.test-advice.md").read_text()
    assert "curl --cacert" in text
    assert "To the server's administrator" in text


async def test_a_folder_whose_name_a_command_cannot_show_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a\x1b[2Jb\u202ec"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "x")
        await shows(pilot, "cannot show every character")
        assert not isinstance(pilot.app.screen, SayScreen)


async def test_no_part_of_a_folder_s_name_becomes_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "x $(touch OWNED);y"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with stage(MEDIUM) as pilot:
        await _opened(pilot)
        await press(pilot, "j", "j")
        page = pilot.app.screen.query_one("#say-body", Static).visual
        line = next(line for line in str(page).splitlines() if line.startswith("tlschain fix"))
    assert shlex.split(line)[-1] == str(folder / "api.example.test-ca-bundle.pem")
