"""The doctor by key: it looks in the background, what it finds waits with the host, and a page shows it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenes.stage import opened, press, screen_text, settled, shows, until
from tests.support.nginx import free_port
from tests.support.posix import mkfifo, open_to_write
from tests.support.unsafe import unsafe_in
from tests.tui.conftest import AppOn
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey
from tui_chain.lab.internet import Lab
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui.answers import Answer, AnswerKind, answer_of
from tui_chain.tui.app import ChainApp
from tui_chain.tui.screens.answers import AnswerScreen
from tui_chain.tui.screens.dialog import Dialog

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")]
LIBRARY = {"verifies": True, "flags": 0x8000, "security_level": 2, "oldest": "TLSv1_2", "roots": 1}
REFUSED = {"ok": False, "code": 20, "text": "unable to get local issuer certificate"}
REPORT: dict[str, Any] = {
    "doctor": 1,
    "complete": True,
    "host": "localhost:1",
    "interpreter": {"executable": "/opt/app/bin/python3", "version": "3.12.9", "platform": "linux", "ssl": True},
    "variables": {"REQUESTS_CA_BUNDLE": "/nonexistent/ca.pem"},
    "packages": {"requests": "2.32.3"},
    "stores": [{"path": "/nonexistent/ca.pem", "kind": "missing", "error": "No such file or directory"}],
    "libraries": [
        LIBRARY | {"name": "requests", "verdict": REFUSED, "loaded": ["/nonexistent/ca.pem"]},
        LIBRARY | {"name": "Python ssl", "verdict": {"ok": True}, "loaded": ["default"]},
    ],
}
Prints = Callable[..., Path]


@pytest.fixture
def prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prints:
    """A `python3`, alone on PATH, that prints a report; the lines of `before` run first."""
    for name in list(os.environ):
        if any(word in name for word in ("CERT", "CA_BUNDLE", "SSL", "CA_CERTS", "VIRTUAL_ENV", "CONDA_PREFIX")):
            monkeypatch.delenv(name)
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(report: dict[str, Any], before: str = "") -> Path:
        text = tmp_path / "report.json"
        text.write_text(json.dumps(report))
        program = folder / "python3"
        program.write_text(f"#!/bin/sh\n/bin/cat >/dev/null\n{before}\n/bin/cat {text}\n")
        program.chmod(0o755)
        return folder

    return make


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """What a stand-in waits at until a test opens it."""
    path = tmp_path / "fifo"
    mkfifo(path)
    return path


def examined(app: ChainApp) -> Answer | None:
    """The doctor's answer about the first host, not yet read."""
    return answer_of(app.rows[0].answers, AnswerKind.DOCTOR)


async def probed(pilot: Pilot[None], app: ChainApp) -> None:
    await until(pilot, lambda: all(row.status is not None and not row.busy for row in app.rows))


async def test_what_is_found_waits_with_the_host(
    app_on: AppOn, prints: Prints, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints(REPORT)
    app = app_on("complete", "leaf-only")
    copied: list[str] = []
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, "j", "D")
        assert app.screen is app.main
        await shows(pilot, "D opens it")
        await shows(pilot, "doctor      ✗ 1 of 2 libraries refuse, 1 problem · ")
        await press(pilot, "k")
        assert "doctor      " not in screen_text(pilot), "it is another host's"
        await press(pilot, "j", "4", "g", "enter")
        assert isinstance(app.screen, AnswerScreen)
        shown = screen_text(pilot)
        for part in (
            f"Doctor: Python 3.12.9 and {app.rows[1].target}",
            "/opt/app/bin/python3 (python3, the first on PATH)",
            "✗ requests       unable to get local issuer certificate (20)",
            "✓ Python ssl     accepted",
            "✗ missing-file",
            "unset REQUESTS_CA_BUNDLE",
            "y copies · r asks again · / search · o pager · esc close",
        ):
            assert part in shown
        await press(pilot, "y")
        assert copied == ["unset REQUESTS_CA_BUNDLE\n"]
        await press(pilot, "1", "D")
        assert isinstance(app.screen, AnswerScreen), "the same key opens what waits"


async def test_it_takes_neither_focus_nor_keys(app_on: AppOn, prints: Prints, fifo: Path) -> None:
    prints(REPORT, f"/bin/cat {fifo}")
    app = app_on("complete")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await pilot.press("D")
        await until(pilot, lambda: app.rows[0].busy == "doctor")
        await pilot.press("D")
        await shows(pilot, "is busy; esc stops it.")
        await pilot.press("slash", "c", "o")
        await until(pilot, lambda: _is_found(app, fifo))
        assert app.screen is app.main
        box = app.main.query_one("#filter", Input)
        assert (box.has_focus, box.value) == (True, "co")


def _is_found(app: ChainApp, fifo: Path) -> bool:
    """Let the stand-in go on, which runs once more for each change that is tried; whether all is done."""
    with suppress(OSError):  # nobody reads the pipe at the moment
        os.close(open_to_write(fifo))
    return examined(app) is not None


async def test_escape_ends_it_with_the_interpreter(app_on: AppOn, prints: Prints, tmp_path: Path) -> None:
    prints(REPORT, f"echo $$ >{tmp_path}/new; /bin/mv {tmp_path}/new {tmp_path}/pid; exec /bin/sleep 60")
    app = app_on("complete")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await pilot.press("D")
        await until(pilot, (tmp_path / "pid").exists)
        await press(pilot, "escape")
        process = int((tmp_path / "pid").read_text())
        await until(pilot, lambda: not _is_alive(process), "for the end of the interpreter")
        assert examined(app) is None
        assert app.rows[0].status is Status.COMPLETE


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


async def test_r_looks_again(app_on: AppOn, prints: Prints) -> None:
    prints(REPORT)
    app = app_on("complete")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, "D", "D")
        first = examined(app)
        prints(REPORT | {"libraries": [], "variables": {}, "host": None})
        await press(pilot, "r")
        assert app.screen is app.main
        await until(pilot, lambda: examined(app) is not first)
        await shows(pilot, "no problem")


async def test_another_chain_takes_away_what_was_found(app_on: AppOn, prints: Prints) -> None:
    prints(REPORT)
    app = app_on("complete", "leaf-only")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, "D")
        row = app.rows[0]
        assert row.answers
        jobs = app.main.jobs
        assert jobs.advanced(row, row.state).answers == row.answers
        assert jobs.advanced(row, app.rows[1].state).answers == ()


async def test_without_a_host_the_environment_alone(prints: Prints) -> None:
    prints(REPORT | {"host": None})
    app = ChainApp(lambda: (Journey(_context()), ()), ())
    async with opened(app) as pilot:
        await press(pilot, "D")
        await shows(pilot, "Python 3.12.9: 1 problem")
        assert app.screen is app.main
        await press(pilot, "D")
        assert isinstance(app.screen, AnswerScreen)
        assert "missing-file" in screen_text(pilot)
        assert "✗ requests" not in screen_text(pilot)


def _context() -> Any:
    from tui_chain.engine.journey import Context
    from tui_chain.trust.store import TrustStore

    return Context(TrustStore("none", ()))


async def test_a_host_that_was_not_reached(prints: Prints) -> None:
    prints(REPORT | {"host": None})
    target = Target("localhost", free_port())
    app = ChainApp(lambda: (Journey(_context()), ()), [Host(target)])
    async with opened(app) as pilot:
        await probed(pilot, app)
        assert app.rows[0].status is Status.UNREACHABLE
        await press(pilot, "D", "D")
        assert isinstance(app.screen, AnswerScreen)
        shown = screen_text(pilot)
        assert "! Nothing listens on that port" in shown
        assert "missing-file" in shown


async def test_without_an_interpreter(app_on: AppOn, prints: Prints) -> None:
    (prints(REPORT) / "python3").unlink()
    app = app_on("complete")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, "D")
        await shows(pilot, "There is no Python on PATH.")
        assert "--python" not in screen_text(pilot)


async def test_nothing_of_a_hostile_report_acts(app_on: AppOn, prints: Prints) -> None:
    attack = "\x1b]0;owned\x07\x9b31m\u202e[/red][@click=app.quit]x[/] [$error]"
    library = LIBRARY | {"name": f"requests{attack}", "verdict": REFUSED | {"text": attack}, "loaded": [attack]}
    interpreter = {"executable": attack, "version": attack, "platform": "linux"}
    variables = {"REQUESTS_CA_BUNDLE": attack, "SSL_CERT_FILE": f"/x{attack}"}
    report = {"host": attack, "interpreter": interpreter, "libraries": [library], "variables": variables}
    prints(REPORT | report)
    app = app_on("leaf-only")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, "D")
        assert not unsafe_in(screen_text(pilot))
        await press(pilot, "D", "G")
        assert isinstance(app.screen, Dialog)
        assert not unsafe_in(screen_text(pilot))


async def test_nobody_is_asked_about_addresses_inside(app_on: AppOn, prints: Prints, monkeypatch: Any) -> None:
    prints(REPORT)
    asked: list[object] = []

    async def fix(journey: Journey, state: HostState, *_: Any) -> HostState:
        asked.append(journey.consent)
        return state

    monkeypatch.setattr(Journey, "fix", fix)
    app = app_on("complete")
    async with opened(app) as pilot:
        await probed(pilot, app)
        assert app.main.jobs.journey.consent is not None
        await press(pilot, "D")
        assert asked == [None]
        assert app.main.jobs.journey.consent is not None


async def test_the_real_interpreter_and_a_server_without_its_intermediate(
    lab: Lab, prints: Prints, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the page says of the change: by keys of this screen, and by commands for the rest."""
    folder = prints(REPORT)
    (folder / "python3").unlink()
    (folder / "python3").symlink_to(Path(sys.executable).resolve())
    monkeypatch.setenv("HOME", str(tmp_path))
    from tui_chain.engine.journey import Context
    from tui_chain.trust.loading import load_trust_store

    trust = load_trust_store(str(lab.trust_file))
    assert not isinstance(trust, Failure)
    host = Host(Target("localhost", lab.host("leaf-only").port), "leaf-only")
    app = ChainApp(lambda: (Journey(Context(trust), all_sources=True), ()), [host])
    async with opened(app, (120, 60)) as pilot:
        await probed(pilot, app)
        await pilot.press("D")
        deadline = time.monotonic() + 60
        while examined(app) is None and time.monotonic() < deadline:
            await pilot.pause(0.05)
        await press(pilot, "D")
        await settled(pilot)
        shown = screen_text(pilot)
        assert "✗ Python ssl     unable to get local issuer certificate (20) · bundle ✓" in shown
        assert "close this and press f, then w, F2 for kind client+store, and write it as ca.pem" in shown
        assert 'export SSL_CERT_FILE="$PWD/ca.pem"' in shown
        assert "tlschain fix" not in shown
