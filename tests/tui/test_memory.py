"""What the screen keeps: hosts, choices and written files, the theme, the keymap; and what a run may not change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.scenes.gallery import MEDIUM
from tests.scenes.stage import opened, press, shows, until
from tests.tui.conftest import AppOn
from tui_chain.engine.arguments import Options
from tui_chain.engine.session import SavedHost, Session, read_session, session_path, write_session
from tui_chain.engine.settings import read_settings
from tui_chain.lab.internet import Lab
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui.app import ChainApp
from tui_chain.tui.memory import Memory, load_memory

anyio = pytest.mark.anyio


def with_memory(app: ChainApp, memory: Memory) -> ChainApp:
    """The same app on the hosts that are remembered, with what else is."""
    return ChainApp(app._start, memory.hosts, memory=memory)


@anyio
async def test_a_session_is_closed_and_opened_again(
    app_on: AppOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "session.json"
    first = with_memory(app_on("leaf-only", "complete"), Memory(opened=True, keeps=True, path=path))
    hosts = app_on("leaf-only", "complete")._first
    async with opened(first) as pilot:
        first.main.add_hosts(hosts, True)
        await until(pilot, lambda: all(row.status is not None for row in first.rows))
        await press(pilot, "g", "f", "w", "enter")
        await until(pilot, lambda: first.rows[0].written is not None)
        assert first.keep() is None
    session = read_session(path)
    assert isinstance(session, Session)
    again = with_memory(app_on(), Memory(session, opened=True, keeps=True, path=path))
    async with opened(again) as pilot:
        assert [row.state.label for row in again.rows] == ["leaf-only", "complete"]
        await until(pilot, lambda: all(row.status is not None for row in again.rows))
        await press(pilot, "f")
        await until(pilot, lambda: again.rows[0].written == first.rows[0].written)
        assert not again.rows[0].unwritten


@anyio
async def test_a_file_that_holds_another_bundle_does_not_count_as_written(
    app_on: AppOn, lab: Lab, tmp_path: Path
) -> None:
    file = tmp_path / "old.pem"
    file.write_bytes(lab.trust_pem)
    target = Target("localhost", lab.host("leaf-only").port)
    session = Session((SavedHost(target, "leaf-only", written=file),))
    app = with_memory(app_on(), Memory(session, opened=True))
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f")
        assert app.rows[0].unwritten


def test_a_run_with_targets_does_not_replace_the_stored_list() -> None:
    stored = Session((SavedHost(Target("kept.example.test")),))
    assert write_session(stored, session_path()) is None
    memory = load_memory(Options(targets=("other.example.test",)), read_settings())
    assert memory.hosts == ()
    assert memory.save([], "", "nord") is None
    again = load_memory(Options(), read_settings())
    assert again.hosts == (Host(Target("kept.example.test")),)
    assert again.theme == "nord"


@pytest.mark.parametrize("options", [Options(no_session=True), Options(demo=True)])
def test_a_run_without_a_session_leaves_no_trace(options: Options) -> None:
    memory = load_memory(options, read_settings())
    assert memory.save([], "", "nord") is None
    assert not session_path().exists()


def test_a_session_that_cannot_be_read_is_kept_aside_and_said() -> None:
    session_path().parent.mkdir(parents=True)
    session_path().write_text("no session")
    memory = load_memory(Options(), read_settings())
    assert "kept as" in memory.notices[0]
    assert memory.hosts == ()


@anyio
async def test_a_keymap_is_used(app_on: AppOn) -> None:
    settings = replace(read_settings(), keymap={"help": ("f2",), "filter": ("ctrl+f",)})
    app = with_memory(app_on(), load_memory(Options(no_session=True), settings))
    async with opened(app, MEDIUM) as pilot:
        await press(pilot, "f2")
        await shows(pilot, "All keys")
        await press(pilot, "escape", "ctrl+f", *"zz")
        assert pilot.app.query_one("#filter").display


@anyio
async def test_a_theme_chosen_in_the_palette_is_there_the_next_time(app_on: AppOn, tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    app = with_memory(app_on(), Memory(opened=True, keeps=True, path=path))
    async with opened(app, MEDIUM) as pilot:
        await press(pilot, "ctrl+p", *"theme", "enter")
        await shows(pilot, "nord")
        await press(pilot, *"nord", "enter")
        await until(pilot, lambda: app.theme == "nord")
        assert app.keep() is None
    session = read_session(path)
    assert isinstance(session, Session)
    assert with_memory(app_on(), Memory(session)).theme == "nord"
