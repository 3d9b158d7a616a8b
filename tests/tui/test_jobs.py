"""Jobs in the background: they can be stopped, come late, fail, and never hold the end."""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from textual import events

from tests.scenes.stage import opened, press, settled, shows, until
from tests.support.posix import open_terminal
from tests.support.servers import fresh_chain, server_context
from tests.tui.conftest import AppOn, inside
from tui_chain.engine.arguments import Options
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.tui.host_rows import HostRows
from tui_chain.x509.formats.readers import read_certificates

anyio = pytest.mark.anyio


@anyio
async def test_it_paints_before_it_loads_or_probes(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    probe = Journey.probe

    async def spied(self: Journey, state: HostState, progress: Callable[[str], None]) -> HostState:
        seen.append("probe")
        return await probe(self, state, progress)

    monkeypatch.setattr(Journey, "probe", spied)
    app = app_on("complete")
    display = app._display

    def painted(*given: object, **named: object) -> None:
        seen.append("paint")
        display(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(app, "_display", painted)
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
    assert seen[0] == "paint"
    assert "probe" in seen


@anyio
async def test_esc_stops_a_stalled_probe(app_on: AppOn) -> None:
    app = app_on("silent", timeout=60)
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].busy == "TLS")
        await shows(pilot, "esc stops it")
        await pilot.press("escape")
        await until(pilot, lambda: not app.rows[0].busy)
        await shows(pilot, "Stopped the job of localhost")
        await shows(pilot, "press r to probe it")


@anyio
async def test_removing_a_host_ends_its_job(app_on: AppOn) -> None:
    app = app_on("silent", "complete", timeout=60)
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].busy == "TLS" and app.rows[1].status is not None)
        await pilot.press("d")
        await until(pilot, lambda: len(app.rows) == 1)
        await until(pilot, lambda: not any(str(w.group).startswith("host") and w.is_running for w in app.workers))
        assert app.main.row is app.rows[0]


@anyio
async def test_an_unforeseen_error_is_a_sentence(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> HostState:
        raise RuntimeError("[bold]boom\x1b]0;x\x07")

    app = app_on("leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        monkeypatch.setattr(Journey, "fix", broken)
        await press(pilot, "f", "e")
        await shows(pilot, "This is a fault of tlschain-tui: RuntimeError: [bold]boom\\x1b]0;x\\x07.")


@anyio
async def test_a_mark_that_is_set_while_a_job_runs_stays(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, probe = asyncio.Event(), Journey.probe

    async def waiting(self: Journey, state: HostState, progress: Callable[[str], None]) -> HostState:
        await gate.wait()
        return await probe(self, state, progress)

    monkeypatch.setattr(Journey, "probe", waiting)
    app = app_on("complete")
    async with opened(app) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: app.rows[0].marked)
        gate.set()
        await until(pilot, lambda: app.rows[0].status is not None)
        assert app.rows[0].marked


def test_a_late_result_is_dropped() -> None:
    rows = HostRows()
    target = Target("host.test")
    (row,) = rows.add([Host(target)])
    first = rows.begin(target, "name")
    second = rows.begin(target, "name")
    assert rows.finish(first, row) is None
    rows.progress(target, first, "TLS")
    current = rows.get(target)
    assert current is not None
    assert current.busy == "name"
    finished = rows.finish(second, row)
    assert finished is not None
    assert not finished.busy
    assert rows.finish(second, row) is None


def test_it_quits_at_once_in_the_middle_of_a_stalled_probe(lab: Lab) -> None:
    """In a real terminal; the deadline is far below the probe's and above what a loaded machine needs."""
    main, worker = open_terminal()
    target = lab.host("silent").target
    command = [
        sys.executable,
        "-m",
        "tui_chain.tui.start",
        "--timeout",
        "120",
        "--trust",
        str(lab.trust_file),
        target,
    ]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    process = subprocess.Popen(command, stdin=worker, stdout=worker, stderr=worker, env=environment)
    try:
        os.close(worker)
        _read_until(main, b"TLS")
        os.write(main, b"q")
        _drain_until_end(main, process)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait(timeout=10)
        os.close(main)


def _read_until(terminal: int, wanted: bytes) -> None:
    seen = b""
    deadline = time.monotonic() + 30
    while wanted not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536)


def _drain_until_end(terminal: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while process.poll() is None:
        assert time.monotonic() < deadline, "it does not end"
        with suppress(OSError):
            if select.select([terminal], [], [], 0.1)[0]:
                os.read(terminal, 65536)


@anyio
async def test_no_more_hosts_are_probed_at_once_than_the_options_say(monkeypatch: pytest.MonkeyPatch) -> None:
    probed: list[int] = []
    under_way: set[Target] = set()

    async def counted(_: Journey, state: HostState, _progress: Callable[[str], None]) -> HostState:
        under_way.add(state.target)
        probed.append(len(under_way))
        for _turn in range(20):
            await asyncio.sleep(0)
        under_way.remove(state.target)
        return state

    monkeypatch.setattr(Journey, "probe", counted)
    journey = Journey(Context(TrustStore("none", ()), options=Options(jobs=3)))
    hosts = [Host(Target(f"h{number}.test")) for number in range(20)]
    async with opened(ChainApp(lambda: (journey, ()), hosts)) as pilot:
        await until(pilot, lambda: len(probed) == len(hosts))
    assert max(probed) == 3


@anyio
async def test_a_job_that_never_began_gives_up_its_place(app_on: AppOn) -> None:
    app = app_on("leaf-only", "complete")
    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status is not None for row in app.rows) and not app.main.hosts.jobs)
        targets = [row.target for row in app.rows]
        app.main.jobs.over_list(targets, lambda target: (app.main.jobs.probe(target), app.main.jobs.stop(target)))  # type: ignore[arg-type,func-returns-value]
        await until(pilot, lambda: app.main.jobs.progress is None and not app.main.hosts.jobs)
        before = app.rows[0].state.served
        await press(pilot, "R")
        await until(pilot, lambda: app.rows[0].state.served is not before)


@anyio
async def test_a_run_leaves_busy_and_queued_hosts_to_their_jobs(
    app_on: AppOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_on("leaf-only", "complete")
    gate, fixed = asyncio.Event(), list[str]()
    fix = Journey.fix

    async def slow(self: Journey, state: HostState, *given: object) -> HostState:
        await gate.wait()
        fixed.append(state.label)
        return await fix(self, state, *given)  # type: ignore[arg-type]

    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status is not None for row in app.rows) and not app.main.hosts.jobs)
        monkeypatch.setattr(HostJobs, "at_once", 1)
        monkeypatch.setattr(Journey, "fix", slow)
        app.main.list.fix(app.rows)
        await until(pilot, lambda: app.main.hosts.jobs == 2)
        app.main.list.probe_all()
        await pilot.pause()
        gate.set()
        await until(pilot, lambda: not app.main.hosts.jobs)
        assert fixed == ["leaf-only", "complete"]
        await shows(pilot, "Fixed 1 of 2 hosts")


@anyio
async def test_a_choice_waits_for_the_job(app_on: AppOn) -> None:
    app = app_on("leaf-only")
    gate = asyncio.Event()

    async def job(state: HostState, _: object) -> HostState:
        await gate.wait()
        return state

    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f")
        app.main.jobs.begin(app.rows[0].target, "testing", job)
        await pilot.press("3", "g", "j", "space")
        await shows(pilot, "is busy; esc stops it")
        gate.set()
        await until(pilot, lambda: not app.rows[0].busy)
        assert app.rows[0].state.choice is None


@anyio
async def test_a_question_closes_with_its_job_and_does_not_come_back(app_on: AppOn) -> None:
    app = app_on("leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        target = app.rows[0].target
        request = inside(target)

        async def job(state: HostState, _: object) -> HostState:
            await app.main.questions.ask(request)
            return state

        app.main.jobs.begin(target, "searching", job)
        await until(pilot, lambda: bool(app.rows[0].question))
        await pilot.press("enter")
        await shows(pilot, "Inside your network?")
        app.main.jobs.stop(target)
        await until(pilot, lambda: app.screen is app.main)
        assert not app.rows[0].question
        app.main.jobs.begin(target, "searching", job)
        await until(pilot, lambda: bool(app.rows[0].question))
        await pilot.press("d")
        await until(pilot, lambda: not app.rows)
        await pilot.press("u")
        await until(pilot, lambda: bool(app.rows))
        assert not app.rows[0].question


@anyio
async def test_a_key_that_was_typed_before_a_question_does_not_answer_it_however_slow_the_loop_is(
    app_on: AppOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_on("leaf-only")
    ask = ChainApp.action_request_quit

    def slowly(self: ChainApp) -> None:
        # as long as no timer of the app can help it
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            pass
        ask(self)

    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f")
        monkeypatch.setattr(ChainApp, "action_request_quit", slowly)
        for key in "qy":
            app.post_message(events.Key(key, key))
        await shows(pilot, "is not written")
        await settled(pilot)
        assert app.is_running
        assert len(app.screen_stack) == 2


# a protocol that is found out


def mail_server(lab: Lab) -> int:
    fresh = fresh_chain(lab)
    context = server_context(lab, fresh)
    answers = [(b"STLS\r\n", b"+OK go\r\n")]

    async def serve(stream: Stream) -> None:
        await stream.send(b"+OK ready\r\n")
        if await stream.receive() == answers[0][0]:
            await stream.send(answers[0][1])
            await stream.start_tls(context)
        await stream.finish()

    return lab.listen(serve)


@anyio
async def test_a_host_stands_under_the_target_that_was_found(lab: Lab) -> None:
    web, mail = Target("localhost", lab.host("complete").port), Target("localhost", mail_server(lab), "auto")
    app = app_with(lab, web, mail, Target("localhost", lab.host("leaf-only").port))
    async with opened(app) as pilot:
        await pilot.press("down")
        await until(pilot, lambda: all(row.status is not None for row in app.rows))
        await shows(pilot, f"pop3+starttls://localhost:{mail.port}")
        assert [row.target.starttls for row in app.rows] == [None, "pop3", None]
        assert app.main.row is app.rows[1]
        assert app.main.selected == (app.rows[1],)
        assert not app.main.hosts.jobs
        await press(pilot, "r")
        await until(pilot, lambda: not app.rows[1].busy)
        assert app.rows[1].status is not None


@anyio
async def test_a_target_that_is_on_the_list_already_is_not_doubled(lab: Lab) -> None:
    port = mail_server(lab)
    app = app_with(lab, Target("localhost", port, "pop3"), Target("localhost", port, "auto"))
    async with opened(app) as pilot:
        await until(pilot, lambda: len(app.rows) == 1 and app.rows[0].status is not None)
        assert app.rows[0].target.starttls == "pop3"
        assert app.main.row is app.rows[0]
        assert not app.main.hosts.jobs


def app_with(lab: Lab, *targets: Target) -> ChainApp:
    trust = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
    return ChainApp(lambda: (Journey(Context(trust)), ()), tuple(map(Host, targets)))
