"""What the screen keeps: hosts, choices and written files, the theme, the keymap; and what a run may not change."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.scenes.gallery import MEDIUM
from tests.scenes.stage import opened, press, shows, until
from tests.tui.conftest import AppOn
from tui_chain.core.failure import Failure
from tui_chain.engine.activity import activity_path, read_activity
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_order import HostOrder, SortBy
from tui_chain.engine.session import (
    SavedHost,
    SavedRequest,
    Session,
    read_session,
    save_session,
    session_path,
    write_session,
)
from tui_chain.engine.settings import read_settings
from tui_chain.lab.internet import Lab
from tui_chain.livetest.choice import RequestChoice
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui.app import ChainApp
from tui_chain.tui.host_rows import HostRows
from tui_chain.tui.memory import Keeper, Listing, Memory, load_memory
from tui_chain.tui.messages import Noted
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.panes.links import LinksPane

anyio = pytest.mark.anyio


def with_memory(app: ChainApp, memory: Memory) -> ChainApp:
    """The same app on the hosts that are remembered, with what else is."""
    return ChainApp(app._start, memory.hosts, memory=memory)


def listing(hosts: Iterable[Host], theme: str = "") -> Listing:
    """A list of hosts that nobody has probed yet."""
    rows = HostRows()
    rows.add(hosts)
    return Listing(tuple(rows), HostOrder(), theme)


def stored(path: Path) -> Session:
    session = read_session(path)
    assert isinstance(session, Session), session
    return session


def memory_of(session: Session, path: Path) -> Memory:
    """Store a session, and open it."""
    assert write_session(session, path) is None
    return Memory(session, opened=True, keeps=True, path=path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "session.json"


DIGEST = "ab" * 32
KNOWN = SavedHost(
    Target("localhost", 1),
    "kept",
    (DIGEST,),
    ((DIGEST, DIGEST),),
    Path("/srv/bundle.pem"),
    (("java", Path("/srv/store.jks")),),
    SavedRequest("HEAD", "/health", ("X-Team",)),
)
KEPT = Session((KNOWN, SavedHost(Target("localhost", 2), "b")), "-name", "nord")


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
    assert Keeper(memory).keep(lambda: listing([Host(Target("other.example.test"))], "nord")) is None
    again = load_memory(Options(), read_settings())
    assert again.hosts == (Host(Target("kept.example.test")),)
    assert again.theme == "nord"


@pytest.mark.parametrize("options", [Options(no_session=True), Options(demo=True)])
def test_a_run_without_a_session_leaves_no_trace(options: Options) -> None:
    memory = load_memory(options, read_settings())
    assert Keeper(memory).keep(lambda: listing([Host(Target("other.example.test"))], "nord")) is None
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


# a run that ends early, or does nothing, changes nothing


def test_a_run_that_never_began_leaves_the_session(app_on: AppOn, file: Path) -> None:
    app = with_memory(app_on(), memory_of(KEPT, file))
    assert app.keep() is None
    assert stored(file) == KEPT


@anyio
async def test_a_run_that_is_ended_while_it_starts_leaves_the_session(app_on: AppOn, file: Path) -> None:
    app = with_memory(app_on(), memory_of(KEPT, file))
    async with app.run_test():
        app.exit(None, 143)
    assert app.keep() is None
    assert stored(file) == KEPT


@anyio
async def test_a_fault_while_the_panes_are_filled_leaves_the_session(
    app_on: AppOn, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: LinksPane) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(LinksPane, "fill", broken)
    app = with_memory(app_on(), memory_of(KEPT, file))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.return_code == 70)
    assert app.keep() is None
    assert stored(file) == KEPT


@anyio
async def test_a_start_that_fails_leaves_the_session(file: Path) -> None:
    memory = memory_of(KEPT, file)
    app = ChainApp(lambda: Failure("trust", "The trust store cannot be read."), memory.hosts, memory=memory)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.return_code == 2)
    assert app.keep() is None
    assert stored(file) == KEPT


@anyio
async def test_a_run_that_only_probes_leaves_all_that_was_chosen(app_on: AppOn, lab: Lab, file: Path) -> None:
    host = replace(KNOWN, target=Target("localhost", lab.host("leaf-only").port))
    app = with_memory(app_on(), memory_of(Session((host,), "status"), file))
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        assert app.keep() is None
    assert app.keep() is None
    assert stored(file) == Session((host,), "status")


@anyio
async def test_a_repair_that_is_not_found_leaves_what_was_chosen(app_on: AppOn, lab: Lab, file: Path) -> None:
    host = replace(KNOWN, target=Target("localhost", lab.host("aia-dead").port))
    app = with_memory(app_on(), memory_of(Session((host,)), file))
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f")
        await until(pilot, lambda: app.rows[0].state.resolution is not None)
        assert app.rows[0].state.proven is None
        assert app.main.jobs.saved == {host.target: host}, "the next search tries it again"
    assert app.keep() is None
    assert stored(file) == Session((host,))


@anyio
async def test_what_this_run_sets_stands_over_what_was_known(app_on: AppOn, lab: Lab, file: Path) -> None:
    host = replace(KNOWN, target=Target("localhost", lab.host("leaf-only").port))
    app = with_memory(app_on(), memory_of(Session((host,)), file))
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        app.main.hosts.put(replace(app.rows[0], request=RequestChoice("OPTIONS", "/")))
        assert app.keep() is None
        assert stored(file).hosts == (replace(host, request=SavedRequest("OPTIONS", "/")),)
        await press(pilot, "f")
        await until(pilot, lambda: app.rows[0].unwritten and not app.main.jobs.saved)
    assert app.keep() is None
    assert stored(file).hosts == (SavedHost(host.target, "kept", request=SavedRequest("OPTIONS", "/")),)


# the order and the requests come back


@anyio
async def test_the_order_of_the_list_is_kept(app_on: AppOn, file: Path) -> None:
    app = with_memory(app_on(), memory_of(replace(KEPT, sort=""), file))
    async with opened(app) as pilot:
        await press(pilot, "S", "I")
        assert app.main.query_one(HostPane).order == HostOrder(SortBy.NAME, descending=True)
    assert app.keep() is None
    assert stored(file) == KEPT
    again = with_memory(app_on(), Memory(stored(file), opened=True, keeps=True, path=file))
    async with opened(again):
        pane = again.main.query_one(HostPane)
        assert pane.order == HostOrder(SortBy.NAME, descending=True)
        assert [target.port for target in pane.shown] == [1, 2]
    assert again.keep() is None
    assert stored(file) == KEPT


@anyio
async def test_a_request_comes_back_and_its_headers_are_asked_for(app_on: AppOn) -> None:
    assert write_session(KEPT, session_path()) is None
    memory = load_memory(Options(), read_settings())
    app = with_memory(app_on(), memory)
    async with opened(app) as pilot:
        assert [row.request for row in app.rows] == [RequestChoice("HEAD", "/health"), None]
        await shows(pilot, "m asks for those to localhost:1")
        await press(pilot, "m", "enter")
    assert app.keep() is None
    assert stored(session_path()).hosts[0].request == SavedRequest("HEAD", "/health"), "chosen anew, without headers"
    assert not load_memory(Options(), read_settings()).notices


# two screens, and two saves of one


def ports(file: Path) -> list[int]:
    return [host.target.port for host in stored(file).hosts]


def test_two_screens_on_one_session_keep_what_each_adds_and_removes(file: Path) -> None:
    first, second = (Keeper(memory_of(KEPT, file)) for _ in range(2))
    known = [Host(host.target, host.label) for host in KEPT.hosts]
    new, newer = Host(Target("localhost", 3)), Host(Target("localhost", 4))
    assert first.keep(lambda: listing([*known, new])) is None
    assert second.keep(lambda: listing([known[0], newer])) is None
    assert ports(file) == [1, 4, 3]
    assert first.keep(lambda: listing(known)) is None
    assert ports(file) == [1, 4]
    assert stored(file).hosts[0] == KNOWN


def test_an_earlier_save_never_follows_a_later_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper, began, go_on = Keeper(memory_of(KEPT, file)), threading.Event(), threading.Event()
    known = [Host(host.target, host.label) for host in KEPT.hosts]

    def slow(*given: Any) -> Failure | None:
        began.set()
        assert go_on.wait(60)
        return save_session(*given)

    monkeypatch.setattr("tui_chain.tui.memory.save_session", slow)
    earlier = threading.Thread(target=keeper.keep, args=[lambda: listing(known[:1])])
    earlier.start()
    assert began.wait(60)
    assert keeper.is_busy
    later = threading.Thread(target=keeper.keep, args=[lambda: listing([*known, Host(Target("localhost", 3))])])
    later.start()
    go_on.set()
    earlier.join(60)
    later.join(60)
    assert ports(file) == [1, 2, 3]


# what cannot be kept now


@anyio
async def test_entries_of_a_log_that_cannot_be_written_are_kept_later(app_on: AppOn, file: Path) -> None:
    app = with_memory(app_on(), memory_of(KEPT, file))
    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status is not None for row in app.rows))
        activity_path().mkdir(parents=True)
        app.post_message(Noted("Wrote a file.", "", Path("/srv/bundle.pem")))
        app.post_message(Noted("Said something.", "", None))
    failure = app.keep()
    assert failure is not None
    assert "log" in failure.message
    activity_path().rmdir()
    assert app.keep() is None
    assert app.keep() is None
    texts = [entry.text for entry in read_activity(activity_path()).entries]
    assert [text for text in texts if not text.startswith("Probed ")] == ["Wrote a file."]


@anyio
async def test_a_session_that_cannot_be_written_is_reported_once(app_on: AppOn, tmp_path: Path) -> None:
    file = tmp_path / "no-folder" / "session.json"
    file.parent.touch()
    app = with_memory(app_on(), Memory(opened=True, keeps=True, path=file))

    def reports() -> int:
        return sum("session.json" in entry.text for entry in app.activity)

    async with opened(app) as pilot:
        app.main.add_hosts([Host(Target("localhost", 1))], False)
        await keep_now(pilot, app)
        assert reports() == 1
        await keep_now(pilot, app)
        assert reports() == 1
        file.parent.unlink()
        await keep_now(pilot, app)
        assert len(stored(file).hosts) == 1
        app.main.add_hosts([Host(Target("localhost", 2))], False)
        file.unlink()
        file.mkdir()
        await keep_now(pilot, app)
        assert reports() == 2, "it went well in between"


async def keep_now(pilot: Any, app: ChainApp) -> None:
    """Do what is done every minute."""
    app._keep_now()
    await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
    await pilot.pause()
