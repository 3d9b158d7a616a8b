"""The log: what was done, shown in passing and written, newest first, each with the command that does the same."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import press, screen_text, shows, stage, until
from tests.scenes.world import NOW
from tui_chain.cli.main import main as command_line
from tui_chain.tui.app import ChainApp
from tui_chain.tui.screens.log import LogScreen
from tui_chain.tui.toasts import toast
from tui_chain.tui.widgets.row_list import RowList

anyio = pytest.mark.anyio


def main_app(pilot: Pilot[None]) -> ChainApp:
    assert isinstance(pilot.app, ChainApp)
    return pilot.app


def copies(pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    copied: list[str] = []
    monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
    return copied


@anyio
async def test_what_is_done_is_in_the_log_with_its_command() -> None:
    async with stage(MEDIUM) as pilot:
        app = main_app(pilot)
        await until(pilot, lambda: len(app.activity) == len(app.rows), "for the probes")
        assert {entry.text.split()[0] for entry in app.activity} == {"Probed"}
        await press(pilot, "f", "t", "v")
        target = str(app.rows[0].target)
        lines = [entry.command for entry in app.activity][len(app.rows) :]
        commands = [shlex.split(line)[:3] for line in lines if line]
        assert commands == [["tlschain", name, target] for name in ("fix", "test", "check")]
        assert all(entry.at == NOW for entry in app.activity)
        for line in lines:
            words = shlex.split(line)
            assert not line or command_line.commands[words[1]].make_context(
                words[1], words[2:], resilient_parsing=False
            )


@anyio
async def test_a_file_that_is_written_is_in_the_log(tmp_path: Path) -> None:
    async with stage(MEDIUM) as pilot:
        app, file = main_app(pilot), tmp_path / "my bundle.pem"
        await press(pilot, "f", "w")
        box = app.screen.query_one("#write-path")
        box.value = str(file)  # type: ignore[attr-defined]
        await press(pilot, "enter")
        await until(pilot, lambda: any(entry.path == str(file) for entry in app.activity))
        (entry,) = (entry for entry in app.activity if entry.path is not None)
        assert shlex.split(entry.command)[-2:] == ["-o", str(file)]
        assert entry.text.startswith("Wrote ")


@anyio
async def test_the_newest_stands_first_and_its_command_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(SMALL) as pilot:
        app, copied = main_app(pilot), copies(pilot, monkeypatch)
        await press(pilot, "f", "L")
        assert isinstance(app.screen, LogScreen)
        await shows(pilot, "tlschain fix")
        await press(pilot, "y", "j", "y", "escape")
        assert [shlex.split(text)[1] for text in copied[:1]] == ["fix"]
        assert "check" in copied[1]
        assert len(app.screen_stack) == 1
        toast(app.main, "A sentence that was shown")
        await press(pilot, "L")
        await shows(pilot, "A sentence that was shown")
        await press(pilot, "y")
        assert copied[-1] == "A sentence that was shown", "where no command does the same"


@anyio
async def test_no_secret_and_no_control_gets_into_the_log() -> None:
    async with stage(SMALL) as pilot:
        app = main_app(pilot)
        toast(app.main, "Fetched http://user:secret@host/?token=secret\x1b]0;x\x07")
        await until(pilot, lambda: "Fetched" in app.activity[-1].text)
        assert "secret" not in app.activity[-1].text
        assert app.activity[-1].text.isprintable()
        await press(pilot, "L")
        assert "secret" not in screen_text(pilot)


@anyio
async def test_the_log_can_be_opened_before_anything_was_done() -> None:
    async with stage(SMALL) as pilot:
        main_app(pilot).activity.clear()
        await press(pilot, "L")
        await shows(pilot, "nothing was done yet")
        await press(pilot, "y", "enter", "j", "G", "escape")
        assert main_app(pilot).screen is main_app(pilot).main


@anyio
async def test_the_log_is_searched_and_says_what_enter_does(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage((60, 20)) as pilot:
        copied, app = copies(pilot, monkeypatch), main_app(pilot)
        await press(pilot, "L")
        await shows(pilot, "enter copies the command · / search · tab text · esc")
        entries = [entry.text for entry in app.activity][::-1]
        hosts = app.screen.query_one(RowList)
        await press(pilot, "/", *"probed", "enter")
        await shows(pilot, f"1 of {len(entries)} · n N · esc ends")
        await press(pilot, "n", "n", "N")
        assert hosts.cursor == 1
        await press(pilot, "escape", "/", *"mail", "enter")
        assert "mail" in entries[hosts.cursor]
        await press(pilot, "enter")
        assert "mail" in copied[-1]
        await press(pilot, "escape")
        await shows(pilot, "enter copies the command")
        await press(pilot, "escape")
        assert app.screen is app.main
