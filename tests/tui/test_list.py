"""The list of hosts: marks, order, removal and its undoing, filters that hide all, runs over many hosts, watching."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import opened, press, screen_text, shows, stage, until
from tests.tui.conftest import AppOn
from tui_chain.core.status import Status
from tui_chain.engine.host_progress import StatusCounts
from tui_chain.engine.journey import Context, Journey
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.tui.panes.hosts import HostPane, counts_text

anyio = pytest.mark.anyio


def app_of(pilot: Pilot[None]) -> ChainApp:
    assert isinstance(pilot.app, ChainApp)
    return pilot.app


def marks(app: ChainApp) -> int:
    return app.main.hosts.marks


@anyio
async def test_a_filter_that_matches_nothing_leaves_no_host_to_act_on() -> None:
    async with stage(SMALL) as pilot:
        app = app_of(pilot)
        await press(pilot, "slash", *"zzz", "enter")
        await shows(pilot, "10 hosts, none matches")
        await press(pilot, "d", "f", "r", "w")
        assert len(app.rows) == 10
        assert app.main.row is None
        await shows(pilot, "No host matches the filter; esc clears it.")


@anyio
async def test_removed_hosts_come_back_in_their_places() -> None:
    async with stage(MEDIUM) as pilot:
        app = app_of(pilot)
        before = app.rows
        await press(pilot, "j", "space", "space", "d")
        assert app.rows == (before[0], *before[3:])
        await shows(pilot, "Removed shop.example.test:443, mail.example.test:465")
        await press(pilot, "u")
        assert [row.target for row in app.rows] == [row.target for row in before]
        await press(pilot, "u")
        await shows(pilot, "nothing to bring back")


@anyio
async def test_removing_unwritten_work_asks_first() -> None:
    async with stage(MEDIUM) as pilot:
        app = app_of(pilot)
        await press(pilot, "f", "d")
        await shows(pilot, "is not written")
        await press(pilot, "n")
        assert len(app.rows) == 10
        await press(pilot, "d", "y")
        assert len(app.rows) == 9
        await press(pilot, "u")
        assert app.rows[0].state.proven is not None


@anyio
async def test_marks_over_the_filter_and_over_a_range() -> None:
    async with stage(MEDIUM) as pilot:
        app = app_of(pilot)
        await press(pilot, "slash", *"complete", "enter", "asterisk", "escape")
        marked = [row for row in app.rows if row.marked]
        assert marked
        assert all("complete" in row.word for row in marked)
        await press(pilot, "escape")
        assert marks(app) == 0
        await press(pilot, "g", "space", "j", "j", "M")
        assert [row.marked for row in app.rows[:5]] == [True, True, True, True, False]
        await press(pilot, "asterisk")
        assert marks(app) == 10
        await shows(pilot, "press f to fix the 10 marked")
        await press(pilot, "asterisk")
        assert marks(app) == 0


@anyio
async def test_sorting_keeps_the_cursor_on_its_host() -> None:
    async with stage(MEDIUM) as pilot:
        app = app_of(pilot)
        pane = app.main.query_one(HostPane)
        await press(pilot, "j", "j")
        here = app.main.row
        await press(pilot, "S")
        rows = [row for row in map(app.main.hosts.get, pane.shown) if row is not None]
        names = [row.state.label or str(row.target) for row in rows]
        assert names == sorted(names)
        await press(pilot, "S", "I", "S")
        assert app.main.row is here
        last = app.main.hosts.get(pane.shown[-1])
        assert last is not None
        assert last.state.reached is None, "a host that was not reached comes last"


@anyio
async def test_the_next_host_that_needs_work() -> None:
    async with stage(MEDIUM) as pilot:
        app = app_of(pilot)
        await press(pilot, "J")
        assert app.main.row is app.rows[4], "complete hosts are passed over"
        await press(pilot, "K")
        assert app.main.row is app.rows[0]


@anyio
async def test_all_that_can_be_fixed_is_fixed(app_on: AppOn) -> None:
    app = app_on("leaf-only", "complete", "leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status is not None for row in app.rows))
        await press(pilot, "F")
        await until(pilot, lambda: all(not row.busy for row in app.rows))
        assert [row.state.proven is not None for row in app.rows] == [True, False]
        await press(pilot, "F")
        await shows(pilot, "There is no host to fix.")


@anyio
async def test_esc_keeps_marks_while_a_job_runs_and_ctrl_x_stops_all(app_on: AppOn) -> None:
    app = app_on("silent", "complete", timeout=60)
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].busy == "TLS" and app.rows[1].status is not None)
        await press_at_once(pilot, "j", "space", "escape")
        await shows(pilot, "ctrl+x stops all")
        assert app.rows[1].marked
        await pilot.press("ctrl+x")
        await until(pilot, lambda: not app.main.hosts.jobs)
        await press(pilot, "escape")
        assert not app.rows[1].marked


async def press_at_once(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        pilot.app.simulate_key(key)
    await pilot.pause()


@anyio
async def test_a_watch_probes_again_and_marks_what_changed(app_on: AppOn) -> None:
    app = app_on("complete", "leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status is not None for row in app.rows))
        await press(pilot, "W")
        await shows(pilot, "Watch the hosts")
        await press(pilot, "enter")
        await shows(pilot, "probes all every 5 minutes")
        other, row = app.rows[0].state.served, app.rows[1]
        assert other is not None
        # as if the server had sent the chain of the other host before
        app.main.hosts.put(replace(row, state=app.main.jobs.journey.diagnose(row.state, other)))
        app.main.list.probe_all()
        await until(pilot, lambda: bool(app.rows[1].changes))
        assert not app.rows[0].changes
        await shows(pilot, "1 host changed")
        await press(pilot, "j")
        await shows(pilot, "~ The status changed from complete to incomplete.")
        await press(pilot, "W")
        assert not app.main.list.minutes


@anyio
async def test_a_watch_takes_whole_minutes_alone(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app, (60, 20)) as pilot:
        await press(pilot, "W")
        box = app.screen.query_one("#watch-minutes", Input)
        for typed, fault in (
            ("0.5", "0.5 is not a whole number of minutes from 1 to 1440."),
            ("0", "0 is not a whole number of minutes from 1 to 1440."),
            ("1441", "1441 is not a whole number of minutes from 1 to 1440."),
            ("²", "² is not a whole number of minutes from 1 to 1440."),
        ):
            box.value = ""
            await press(pilot, *({".": "full_stop", "²": "²"}.get(one, one) for one in typed))
            assert box.value == typed
            await press(pilot, "enter")
            await shows(pilot, fault)
        await press(pilot, "backspace", "1", "0", "enter")
        assert app.main.list.minutes == 10


@pytest.mark.parametrize("room", [36, 49, 80])
def test_counts_are_never_cut(room: int) -> None:
    counts = StatusCounts()
    for status in (Status.COMPLETE, Status.REPAIRABLE, Status.PARTIAL, Status.INVALID, Status.UNREACHABLE):
        counts = counts.added(status, 1000)
    text = counts_text(counts, room)
    assert text.startswith("5000")
    assert text.count("1000") == 5
    assert len(text) <= room


@anyio
async def test_marked_hosts_have_one_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(MEDIUM) as pilot:
        await press(pilot, "space", "space", "s")
        await shows(pilot, "Save a report of 2 hosts")
        await press(pilot, "enter", "s", "f2", "enter")
    text = (tmp_path / "api.example.test-and-1-more-report.md").read_text()
    assert "api.example.test" in text
    assert "shop.example.test" in text
    lines = (tmp_path / "api.example.test-and-1-more-report.jsonl").read_text().splitlines()
    assert [json.loads(line)["target"] for line in lines] == ["api.example.test:443", "shop.example.test:443"]


@anyio
async def test_a_short_list_leaves_room_for_what_needs_work_and_what_expires_next() -> None:
    async with stage(MEDIUM) as pilot:
        await shows(pilot, "7 of 10 need work")
        lines = screen_text(pilot).splitlines()
        at = next(place for place, line in enumerate(lines) if "next to expire" in line)
        assert "old.example.test:443" in lines[at + 1], "the soonest first"
        assert "2026-11-18    -5 d" in lines[at + 1]
        before = pilot.app.query_one("#host-table").region
        await press(pilot, "slash", *"untrusted", "enter")
        await shows(pilot, "2 of 2 need work")
        assert pilot.app.query_one("#host-table").region.height < before.height
        await press(pilot, "j", "j")
        assert app_of(pilot).main.row is not None


@anyio
async def test_a_long_list_has_all_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HostJobs, "probe", lambda *_: None)
    hosts = [Host(Target(f"host{number}.example.test")) for number in range(60)]
    app = ChainApp(lambda: (Journey(Context(TrustStore("none", ()))), ()), hosts)
    async with opened(app, MEDIUM) as pilot:
        assert app.query_one("#host-table").size.height > 30
        await press(pilot, "G")
        await shows(pilot, "host59.example.test")
