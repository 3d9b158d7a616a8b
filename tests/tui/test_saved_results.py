"""Saved results open in the screen as they were, without a network; a host is probed only when somebody asks."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.scenes.stage import opened, press, screen_text, shows, until
from tests.support.cli import tlschain
from tests.support.journeys import lab_trust
from tests.support.network import record_connections
from tests.support.posix import is_root
from tests.support.programs import require_program
from tests.tui.test_ending import LEADING, SECONDS, in_terminal
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.results.saved import Restorer, SavedResult, read_saved
from tui_chain.tui import saved_results
from tui_chain.tui.app import ChainApp
from tui_chain.tui.memory import Memory
from tui_chain.tui.panes.chain import ChainPane
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.x509.certificate import Certificate

NAMES = ("leaf-only", "complete", "expired-leaf", "unknown-root", "no-tls", "tls-1.0-only")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(NAMES) as running:
        yield running


@pytest.fixture(scope="module")
def saved(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `fix --json` prints of the lab's hosts, each under its label."""
    folder = tmp_path_factory.mktemp("saved")
    listed = folder / "hosts"
    listed.write_text("\n".join(f"{host.target} {host.name}" for host in lab.hosts), encoding="utf-8")
    words = ("fix", "--hosts", str(listed), "--json", "--no-pool", "--trust", str(lab.trust_file))
    path = folder / "results.jsonl"
    path.write_text(tlschain(*words).out, encoding="utf-8")
    return path


def statuses(path: Path) -> dict[str, Status]:
    """The status of each host, by its label, as the file has it."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return {one["label"]: Status(one["status"]) for one in found}


def app_with(lab: Lab, path: Path, hosts: Sequence[Host] = (), judge_at: datetime | None = None) -> ChainApp:
    trust = lab_trust(lab)
    memory = Memory(results=path, judge_at=judge_at)
    return ChainApp(lambda: (Journey(Context(trust, timeout=2)), ()), hosts, memory=memory)


def judged(app: ChainApp) -> bool:
    """Whether every host of the file stands there."""
    return bool(app.rows) and all(worker.is_finished for worker in app.workers)


def shown(app: ChainApp) -> dict[str, Status | None]:
    return {row.state.label: row.status for row in app.rows}


def test_the_file_has_every_kind_of_host(saved: Path) -> None:
    assert statuses(saved) == {
        "leaf-only": Status.REPAIRABLE,
        "complete": Status.COMPLETE,
        "expired-leaf": Status.INVALID,
        "unknown-root": Status.UNTRUSTED,
        "no-tls": Status.UNREACHABLE,
        "tls-1.0-only": Status.PARTIAL,
    }


@pytest.mark.anyio
async def test_hosts_stand_there_as_they_were_and_nothing_is_connected_to(
    lab: Lab, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = record_connections(monkeypatch)
    app = app_with(lab, saved)
    async with opened(app) as pilot:
        await until(pilot, lambda: judged(app), "for the hosts")
        assert shown(app) == statuses(saved)
        for row in app.rows:
            app.main.query_one(HostPane).go(row.target)
            await shows(pilot, "as of 20")
        for row in app.rows:
            if row.status is Status.REPAIRABLE:
                app.main.query_one(HostPane).go(row.target)
                await until(pilot, lambda: app.main.row is not None and app.main.row.state.proven is not None)
        assert "repairable" in str(app.main.query_one(ChainPane).border_title)
        assert "as of 20" in str(app.main.query_one(ChainPane).border_title)
        assert "6 hosts of results.jsonl as of 20" in screen_text(pilot)
    assert tried == []


@pytest.mark.anyio
async def test_r_probes_a_host_for_real(lab: Lab, saved: Path) -> None:
    app = app_with(lab, saved)
    async with opened(app) as pilot:
        await until(pilot, lambda: judged(app), "for the hosts")
        first = app.rows[0]
        assert first.state.reached is not None
        assert first.state.reached.address is None
        await press(pilot, "r")
        again = app.rows[0].state.reached
        assert again is not None
        assert again.address == "127.0.0.1"
        assert again.at > first.state.reached.at
        assert "as of" not in again.note
        assert all("as of" in str(row.state.served) for row in app.rows[1:])


@pytest.mark.anyio
async def test_a_host_that_is_on_the_list_already_is_probed_and_keeps_its_place(lab: Lab, saved: Path) -> None:
    """A target of the command line was asked for: the file does not stand in for its answer."""
    host = next(each for each in lab.hosts if each.name == "complete")
    app = app_with(lab, saved, [Host(Target("localhost", host.port), "mine")])
    async with opened(app) as pilot:
        await until(pilot, lambda: judged(app) and len(app.rows) == len(NAMES), "for the hosts")
        mine = app.rows[0]
        assert (mine.state.label, mine.status) == ("mine", Status.COMPLETE)
        assert mine.state.reached is not None
        assert mine.state.reached.address is not None


@pytest.mark.anyio
async def test_wrong_lines_are_listed_with_their_numbers(lab: Lab, saved: Path, tmp_path: Path) -> None:
    lines = saved.read_text(encoding="utf-8").splitlines()
    lines[1:1] = ["{", *(["[]"] * 5)]
    path = tmp_path / "torn.jsonl"
    path.write_text("\n".join(lines)[:-20], encoding="utf-8")
    app = app_with(lab, path)
    async with opened(app) as pilot:
        await shows(pilot, "line 2: it is no whole JSON object.")
        await shows(pilot, "and 3 more lines that are no results")
        await until(pilot, lambda: judged(app), "for the hosts")
        assert len(app.rows) == len(NAMES) - 1


@pytest.mark.anyio
async def test_a_file_without_any_result_says_why(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_text('{"schema": 9}\n', encoding="utf-8")
    app = app_with(lab, path)
    async with opened(app) as pilot:
        await shows(pilot, "There is no result in")
        assert app.rows == ()


@pytest.mark.anyio
async def test_of_several_lines_of_a_host_the_last_counts(lab: Lab, saved: Path, tmp_path: Path) -> None:
    later = json.loads(saved.read_text(encoding="utf-8").splitlines()[0])
    later |= {"time": datetime(2026, 11, 25, tzinfo=UTC).isoformat()}
    path = tmp_path / "twice.jsonl"
    path.write_text(saved.read_text(encoding="utf-8") + json.dumps(later), encoding="utf-8")
    app = app_with(lab, path)
    async with opened(app) as pilot:
        await until(pilot, lambda: judged(app), "for the hosts")
        assert len(app.rows) == len(NAMES)
        served = app.rows[0].state.served
        assert "as of 2026-11-25 00:00 UTC" in (
            served.message if isinstance(served, Failure) else served.note if served else ""
        )


@pytest.mark.anyio
async def test_hosts_are_judged_at_a_time_that_is_named(lab: Lab, saved: Path) -> None:
    last = max(one.not_after for host in lab.hosts for one in map(Certificate, host.served_der) if one.not_after)
    app = app_with(lab, saved, judge_at=last)
    async with opened(app) as pilot:
        await until(pilot, lambda: judged(app), "for the hosts")
        assert shown(app)["complete"] is Status.INVALID


@pytest.mark.anyio
async def test_a_fault_with_one_host_is_shown_with_it(lab: Lab, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def restore(_: object, each: SavedResult) -> object:
        raise RuntimeError(f"boom {each.host.label}")

    monkeypatch.setattr(Restorer, "restore", restore)
    app = app_with(lab, saved)
    async with opened(app) as pilot:
        await until(pilot, lambda: judged(app), "for the hosts")
        assert all(row.error is not None and "boom" in row.error.message for row in app.rows)


@pytest.mark.anyio
async def test_what_is_probed_or_removed_meanwhile_is_not_put_back(
    lab: Lab, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, held = saved_results._batch, []

    def batch(rows: Iterator[object]) -> object:
        done = real(rows)  # type: ignore[arg-type]
        if done:
            held.append(done)
            deadline = time.monotonic() + SECONDS
            while app.rows and app.rows[-1].state.label == last and time.monotonic() < deadline:
                time.sleep(0.01)
        return done

    monkeypatch.setattr(saved_results, "_batch", batch)
    last = [each.host.label for each in read_saved(saved) if isinstance(each, SavedResult)][-1]
    app = app_with(lab, saved)
    async with opened(app) as pilot:
        await until(pilot, lambda: bool(held), "for the first hosts")
        assert shown(app) == statuses(saved), "before any was judged again"
        assert all("not judged again yet" in str(row.state.served) for row in app.rows)
        app.main.query_one(HostPane).go(app.rows[-1].target)
        await until(pilot, lambda: app.main.row is app.rows[-1])
        await pilot.press("d")
        await until(pilot, lambda: judged(app), "for the hosts")
        assert last not in shown(app)
        assert len(app.rows) == len(NAMES) - 1


def test_in_a_network_without_any_interface_every_host_stands_there(lab: Lab, saved: Path, tmp_path: Path) -> None:
    """The real program in a real terminal, in a network namespace of its own."""
    require_program("unshare")
    own = ("unshare", "--net") if is_root() else ("unshare", "--map-root-user", "--net")
    words = (sys.executable, "-c", LEADING, "--open", str(saved), "--trust", str(lab.trust_file), "--no-pool")
    with in_terminal((*own, *words), TMPDIR=str(tmp_path)) as terminal:
        wanted = [text for name, status in statuses(saved).items() for text in (name, status.value)]
        terminal.until(lambda: all(text.encode() in terminal.seen for text in wanted))
        terminal.process.terminate()
        assert terminal.end() == 143
