"""The main job by keys alone, from a host that fails to a file that works."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.scenes.stage import opened, press, screen_text, shows, until
from tests.support.programs import require_program
from tests.tui.conftest import AppOn
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.lab.internet import Lab

pytestmark = pytest.mark.anyio


async def test_the_whole_journey_by_keys(
    app_on: AppOn, lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(app_on("leaf-only")) as pilot:
        app = pilot.app
        await shows(pilot, "incomplete")
        await shows(pilot, "press f to find it")
        await press(pilot, "f")
        await shows(pilot, "Lab Issuing CA G2")
        await shows(pilot, "works for 9 of 9 with the bundle")
        await press(pilot, "t")
        text = screen_text(pilot)
        assert "failed before, works with the bundle" in text
        assert "200 OK" in text
        assert "certificate verify failed" in text
        await press(pilot, "w")
        await shows(pilot, "new file")
        await press(pilot, "enter")
        await until(pilot, lambda: app.rows[0].written is not None)  # type: ignore[attr-defined]
        await shows(pilot, "written")

    port = lab.host("leaf-only").port
    (bundle,) = tmp_path.iterdir()
    assert bundle.name == f"localhost-{port}-ca-bundle.pem"
    context = ssl.create_default_context(cafile=str(bundle))
    assert httpx.get(f"https://localhost:{port}/", verify=context, trust_env=False).status_code == 200
    openssl = require_program("openssl")
    connect = ["s_client", "-connect", f"localhost:{port}", "-servername", "localhost", "-CAfile", str(bundle)]
    checks = ["-no-CApath", "-no-CAstore", "-verify_return_error", "-verify_hostname", "localhost"]
    ran = subprocess.run([openssl, *connect, *checks], input=b"", capture_output=True, timeout=20, check=False)
    assert b"Verify return code: 0 (ok)" in ran.stdout


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("complete", Status.COMPLETE),
        ("two-links-missing", Status.REPAIRABLE),
        ("expired-leaf", Status.INVALID),
        ("unknown-root", Status.UNTRUSTED),
        ("aia-dead", Status.INCOMPLETE),
        ("no-tls", Status.UNREACHABLE),
    ],
)
async def test_each_kind_of_host_ends_where_it_should(app_on: AppOn, name: str, status: Status) -> None:
    app = app_on(name)
    async with opened(app, (80, 24)) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f")
        assert app.rows[0].status is status
        await press(pilot, "1")
        assert status.value in screen_text(pilot)
        if status is not Status.REPAIRABLE:
            await press(pilot, "w", "Y")
            assert len(app.screen_stack) == 1, "there is nothing to write"


async def test_a_new_probe_keeps_what_rests_on_the_same_chain(app_on: AppOn) -> None:
    app = app_on("leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f", "t")
        before = app.rows[0].state
        await press(pilot, "r", "f")
        state = app.rows[0].state
        assert state.served is not before.served
        assert state.proven == before.proven
        assert state.live_test is before.live_test


async def test_a_probe_that_contradicts_leaves_the_proof_to_u(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_on("leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f")
        proven = app.rows[0].state.proven
        assert proven is not None

        async def gone(*_: object) -> Failure:
            return Failure("connect", "The port is closed.")

        monkeypatch.setattr(app.main.jobs.journey.prober, "probe", gone)
        await press(pilot, "r")
        await shows(pilot, "u brings its unwritten bundle back")
        assert app.rows[0].status is Status.UNREACHABLE
        await press(pilot, "q")
        await shows(pilot, "is not written")
        await press(pilot, "n", "u")
        assert app.rows[0].state.proven is proven


async def test_fix_of_a_complete_host_says_that_there_is_nothing_to_do(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f")
        assert app.rows[0].error is None
        await press(pilot, "t")
        await shows(pilot, "200 OK")
        await shows(pilot, "nothing to repair")
