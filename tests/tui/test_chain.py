"""Pane 2: the first finding, the path with its cursor, and the certificate under it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import Size, opened, press, screen_text, shows, until
from tests.tui.conftest import AppOn
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.tui.app import ChainApp
from tui_chain.tui.panes.chain import ChainPane
from tui_chain.x509.certificate import Certificate

pytestmark = pytest.mark.anyio


NAMES = (
    "complete",
    "leaf-only",
    "two-links-missing",
    "expired-leaf",
    "wrong-host-name",
    "expired-intermediate",
    "client-certificate-required-1.3",
    "tls-1.0-only",
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """The lab with hosts that are not in it by default; `app_on` takes it."""
    with open_lab(NAMES) as running:
        yield running


async def _probed(pilot: Pilot[None]) -> ChainApp:
    app = pilot.app
    assert isinstance(app, ChainApp)
    await until(pilot, lambda: all(row.status is not None and not row.busy for row in app.rows))
    return app


def _under(app: ChainApp) -> Certificate:
    certificate = app.query_one(ChainPane).certificate
    assert certificate is not None
    return certificate


def _text(app: ChainApp) -> str:
    return app.query_one(ChainPane).main().plain


@pytest.mark.parametrize("size", [SMALL, MEDIUM])
async def test_the_text_is_of_the_host_under_the_cursor(app_on: AppOn, size: Size) -> None:
    async with opened(app_on("complete", "leaf-only", "expired-leaf", "wrong-host-name"), size) as pilot:
        app = await _probed(pilot)
        await press(pilot, "g")
        for key in ("j", "j", "j", "k", "k"):
            await press(pilot, key)
            assert app.main.row is not None
            assert app.main.row.state.verdict is not None
            shown = _under(app)
            assert app.main.row.state.reached is not None
            assert shown == app.main.row.state.reached.certificates[0]
            for found in app.main.row.state.verdict.at(shown):
                assert found.code in _text(app)
            assert ("expired" in _text(app)) == (app.main.row.state.label == "expired-leaf")
        await press(pilot, "2")
        first = _text(app)
        await press(pilot, "1", "j", "2")
        assert _text(app) != first


async def test_the_cursor_stays_on_its_certificate_while_its_host_goes_on(app_on: AppOn) -> None:
    async with opened(app_on("two-links-missing")) as pilot:
        app = await _probed(pilot)
        await press(pilot, "f", "2", "g", "j")
        under = _under(app)
        assert app.main.row is not None
        assert under.label in _text(app)
        await press(pilot, "r")
        assert _under(app) != under, "it is no longer known"
        await press(pilot, "f", "j")
        assert _under(app) == under


async def test_two_updates_before_a_refresh_leave_the_cursor_where_it_belongs(app_on: AppOn) -> None:
    async with opened(app_on("complete", "expired-intermediate")) as pilot:
        app = await _probed(pilot)
        await press(pilot, "g", "2", "j")
        first, second = app.rows
        lower = _under(app)
        app.main.row = second
        app.main.row = first
        assert _under(app) == first.state.reached.certificates[0]  # type: ignore[union-attr]
        app.main.row = second
        refused = _under(app)
        assert refused == second.state.reached.certificates[1]  # type: ignore[union-attr]
        await press(pilot, "G", "g")
        assert refused != lower
        app.main.row = first
        app.main.row = second
        await pilot.pause()
        assert _under(app) == refused
        assert app.query_one(ChainPane).main().place is not None
        assert refused.subject in _text(app)


@pytest.mark.parametrize("size", [SMALL, MEDIUM])
async def test_what_is_wrong_with_the_host_stands_below_its_leaf(app_on: AppOn, size: Size) -> None:
    async with opened(app_on("client-certificate-required-1.3"), size) as pilot:
        app = await _probed(pilot)
        await press(pilot, "2")
        await shows(pilot, "client-certificate-required")
        assert app.main.row is not None
        assert app.main.row.state.reached is not None
        (name, *_) = app.main.row.state.reached.tls.client_cas
        assert name in " ".join(screen_text(pilot).replace("│", " ").replace("┃", " ").split())


@pytest.mark.parametrize("size", [SMALL, MEDIUM])
async def test_an_old_tls_version_is_said_before_the_facts_of_the_leaf(app_on: AppOn, size: Size) -> None:
    async with opened(app_on("tls-1.0-only"), size) as pilot:
        app = await _probed(pilot)
        await press(pilot, "2")
        await shows(pilot, "old-tls")
        text = _text(app)
        assert text.index("old-tls") < text.index("subject") < text.index("issuer")
