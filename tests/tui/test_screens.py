"""Dialogs: adding, writing, copying, quitting, and what they say to bad input."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.scenes.gallery import MEDIUM
from tests.scenes.stage import opened, press, screen_text, shows, stage, until
from tests.scenes.world import world
from tests.tui.conftest import AppOn
from tui_chain.core.status import Status
from tui_chain.probe.pasted import Additions, parse_additions
from tui_chain.tui.app import ChainApp
from tui_chain.tui.screens import add
from tui_chain.tui.screens.add import HostText
from tui_chain.x509.formats.pem import to_pem

pytestmark = pytest.mark.anyio


async def test_a_pasted_list_adds_the_good_lines_and_keeps_the_bad(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await pilot.press("a")
        box = app.screen.query_one(HostText)
        box.text = "127.0.0.1:1 first\n# comment\nexa.test mple:x\nhost:99999\n[::1]:1\n"
        await pilot.press("enter")
        await pilot.pause()
        assert box.text == "host:99999"
        await shows(pilot, "not a number from 1 to 65535")
        await shows(pilot, "✓ Added 3 hosts.")
        await shows(pilot, "line 1: ")
        added = [str(row.target) for row in app.rows][1:]
        assert added == ["127.0.0.1:1", "exa.test:443", "[::1]:1"]
        await until(pilot, lambda: app.rows[1].status is not None, "for the probe while the dialog is open")
        await press(pilot, "escape")
        assert len(app.rows) == 4
        assert [entry.text for entry in app.activity if "Added" in entry.text] == ["Added 3 hosts."]


@pytest.mark.parametrize("wrong", [True, False])
async def test_lines_edited_while_files_are_read_are_added_once(
    wrong: bool, app_on: AppOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, gate = threading.Event(), threading.Event()

    def held(text: str) -> Additions:
        reached.set()
        assert gate.wait(20)
        return parse_additions(text)

    monkeypatch.setattr(add, "parse_additions", held)
    app = app_on("complete")
    try:
        async with opened(app) as pilot:
            await until(pilot, lambda: app.rows[0].status is not None)
            await pilot.press("a")
            box = app.screen.query_one(HostText)
            box.text = "127.0.0.1:1\nhost:99999\n" if wrong else "127.0.0.1:1\n"
            await pilot.press("enter")
            await until(pilot, reached.is_set)
            box.text = "127.0.0.1:1\n[::1]:1\n"
            gate.set()
            await until(pilot, lambda: all(worker.group != "add" for worker in app.workers))
            if wrong:
                assert len(app.rows) == 1
                await press(pilot, "enter")
            await shows(pilot, "Added 2 hosts." if wrong else "Added 1 host.")
            assert [str(row.target) for row in app.rows][1:] == ["127.0.0.1:1", "[::1]:1"][: 1 + wrong]
    finally:
        gate.set()


async def test_adding_a_host_twice_says_so(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await pilot.press("a")
        app.screen.query_one(HostText).text = str(app.rows[0].target)
        await press(pilot, "enter")
        await shows(pilot, "1 was there already")
        assert len(app.rows) == 1


async def test_replacing_a_file_takes_a_key_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    existing = tmp_path / "api.example.test-ca-bundle.pem"
    existing.write_text("something else\n")
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "w")
        await shows(pilot, "replacing it changes this:")
        await shows(pilot, "-something else")
        await press(pilot, "enter")
        assert existing.read_text() == "something else\n"
        await press(pilot, "enter")
        assert existing.read_bytes().startswith(b"# CA bundle for api.example.test:443\n")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "Name a file."),
        ("nowhere/at/all.pem", "does not exist"),
        (".", "is a folder"),
        ("x\0y", "control characters"),
    ],
)
async def test_a_bad_path_is_said_and_writes_nothing(
    path: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "w")
        pilot.app.screen.query_one("#write-path", Input).value = path
        await pilot.pause()
        assert words in screen_text(pilot)
        await press(pilot, "enter")
        assert list(tmp_path.iterdir()) == []
        assert pilot.app.screen.query("#write-path"), "the dialog stays"


async def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "w")
        monkeypatch.setattr(os, "fsync", full)
        await press(pilot, "enter")
        await shows(pilot, "no space left on device")
        assert list(tmp_path.iterdir()) == []


async def test_quitting_asks_while_a_bundle_is_unwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "q")
        await shows(pilot, "The proven bundle for")
        await press(pilot, "n")
        assert pilot.app.is_running
        await press(pilot, "w", "enter", "q")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_it_quits_at_once_with_nothing_to_lose() -> None:
    async with stage(MEDIUM) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_the_clipboard_is_told_truthfully(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    async with stage(MEDIUM) as pilot:
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", sent.append)
        await press(pilot, "y", "y")
        await shows(pilot, "unconfirmed")
        assert sent[0].startswith("-----BEGIN CERTIFICATE-----\n")
        await press(pilot, "f", "Y")
        assert sent[1].startswith("# CA bundle for api.example.test:443")


async def test_a_desktop_clipboard_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyperclip

    copied: list[str] = []
    monkeypatch.setattr(pyperclip, "copy", copied.append)
    async with stage(MEDIUM) as pilot:
        await press(pilot, "y", "y")
        await shows(pilot, "Copied the certificate api.example.test")
        assert len(copied) == 1


async def test_over_ssh_the_far_clipboard_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyperclip

    copied: list[str] = []
    monkeypatch.setattr(pyperclip, "copy", copied.append)
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")
    async with stage(MEDIUM) as pilot:
        await press(pilot, "y", "y")
        await shows(pilot, "unconfirmed")
        assert copied == []


async def test_a_chain_without_a_connection_goes_the_same_way(tmp_path: Path) -> None:
    chain = world().chains["api.example.test"]
    pem = "".join(map(to_pem, chain))
    (tmp_path / "chain.pem").write_text(f"s_client says\n{pem}")
    async with stage(MEDIUM, ()) as pilot:
        app = pilot.app
        assert isinstance(app, ChainApp)
        await pilot.press("a")
        app.screen.query_one(HostText).text = f"api.example.test < {tmp_path}/chain.pem\nx < {tmp_path}/none\n"
        await press(pilot, "enter")
        await shows(pilot, "There is no file")
        await press(pilot, "escape")
        assert [row.status for row in app.rows] == [Status.INCOMPLETE]
        await press(pilot, "f")
        assert app.rows[0].state.proven is not None
        await pilot.press("a")
        app.screen.query_one(HostText).text = f"other.example.test\n{pem}"
        await press(pilot, "enter")
        assert app.main.row is not None
        assert app.main.row.target.host == "other.example.test"
        await shows(pilot, "from pasted text")
