"""Further questions by key: all servers, revocation, programs, other kinds of file."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.scenes.gallery import MEDIUM
from tests.scenes.stage import opened, press, shows, stage, until
from tests.tui.conftest import AppOn
from tui_chain.tui.app import ChainApp
from tui_chain.x509.formats.readers import read_certificates

pytestmark = pytest.mark.anyio


async def test_all_servers_are_asked_and_compared(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "A", "A")
        await shows(pilot, "All servers of localhost")
        await shows(pilot, "not offered")
        assert app.rows[0].state.servers is not None


async def test_revocation_says_that_there_is_nobody_to_ask(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "v", "v")
        await shows(pilot, "Revocation for localhost")


async def test_a_question_keeps_what_was_proven(app_on: AppOn) -> None:
    app = app_on("leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f", "A", "v")
        assert app.rows[0].state.servers is not None
        assert app.rows[0].state.proven is not None


async def test_the_full_test_runs_the_programs_of_this_machine(app_on: AppOn) -> None:
    app = app_on("leaf-only")
    async with opened(app, (120, 60)) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f", "T", "T")
        await shows(pilot, "Live test of localhost")
        await shows(pilot, "Client families, a handshake each")
        await shows(pilot, "openssl")
        test = app.rows[0].state.live_test
        assert test is not None
        assert test.after is not None
        assert test.after.ok


async def test_other_kinds_of_file_are_written_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(MEDIUM) as pilot:
        app = pilot.app
        assert isinstance(app, ChainApp)
        await press(pilot, "f", "w", "f2", "f2", "f2")
        await shows(pilot, "server 4/7: leaf and intermediates in order")
        assert app.screen.query_one("#write-path", Input).value == "api.example.test-chain.pem"
        await press(pilot, "enter")
        assert app.rows[0].unwritten, "the bundle for clients is still to be written"
    chain = read_certificates((tmp_path / "api.example.test-chain.pem").read_bytes()).certificates
    assert [certificate.label for certificate in chain] == ["api.example.test", "Example Issuing CA G2"]
