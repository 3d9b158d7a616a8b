"""Pane 2: the first finding, the path with its cursor, and the certificate under it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import Size, opened, press, screen_text, shows, stage, until
from tests.support.chains import NOW, make_pki, served_by, views
from tests.tui.conftest import AppOn
from tui_chain.clients.families import FAMILIES
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.engine.host_state import HostState
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui.app import ChainApp
from tui_chain.tui.chain_path import chain_path
from tui_chain.tui.host_rows import HostRow
from tui_chain.tui.panes.chain import ChainContent, ChainPane
from tui_chain.x509.certificate import Certificate

pytestmark = pytest.mark.anyio
PKI = make_pki()
(LEAF,) = views(PKI.leaf)


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
        assert _under(app) == under, "the same chain keeps what was found"
        row = app.main.row
        fresh = row.state.with_served(row.state.served, row.state.diagnosis)
        app.main.row = replace(row, state=fresh)
        assert _under(app) != under, "it is not known any more"


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


async def test_the_first_finding_stands_on_top_with_what_to_do_next(app_on: AppOn) -> None:
    async with opened(app_on("leaf-only"), MEDIUM) as pilot:
        app = await _probed(pilot)
        text = " ".join(_text(app).split())
        assert text.startswith(
            "✗ missing-issuer · server The server does not send the issuer of its own certificate."
        )
        assert "Press f to find it." in text
        await press(pilot, "f")
        text = " ".join(_text(app).split())
        assert "Next: t tests the bundle; w writes it for clients; x has the message" in text
        await press(pilot, "t")
        assert "Next: w writes it for clients" in _text(app)


async def test_where_each_certificate_came_from(app_on: AppOn) -> None:
    async with opened(app_on("leaf-only"), MEDIUM) as pilot:
        app = await _probed(pilot)
        await press(pilot, "f")
        content = app.query_one(ChainPane).main()._content
        assert isinstance(content, ChainContent)
        assert [node.source for node in content.nodes] == ["served", "found, AIA", "trust store"]


async def test_an_unreachable_host_says_why_and_what_to_do_at_80x24(app_on: AppOn) -> None:
    app = app_on("complete")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        async with opened(app, SMALL) as pilot:
            app.main.add_hosts([Host(Target("localhost", port))], True)
            await _probed(pilot)
            await press(pilot, "1", "G", "2")
            verdict = app.rows[1].state.verdict
            assert verdict is not None
            (found,) = verdict.findings
            shown = " ".join(screen_text(pilot).split())
            assert found.message in shown
            assert f"Next: {found.hint} r tries again." in shown


async def test_one_scale_for_the_validity_of_all() -> None:
    for width in (62, 74, 120):
        bars = [row.plain for row in _content(narrow=False).rows(width)]
        assert {cell_len(bar) for bar in bars} == {width}
        today = {cell_len(bar[: re.search("[●│]", bar).start()]) for bar in bars}  # type: ignore[union-attr]
        assert len(today) == 1, "today is one column"
    assert _content(narrow=False).caption(74).plain == f"first to expire: {LEAF.not_after:%Y-%m-%d}, host.test"
    assert not re.search("[━●]", "".join(row.plain for row in _content(narrow=True).rows(78)))


@pytest.mark.parametrize(
    "name", ["漢字の証明書", "short", "a-name-that-is-longer-than-the-column-has-cells.example.test"]
)
@pytest.mark.parametrize("width", [38, 58, 78])
async def test_wide_names_leave_the_columns_aligned(name: str, width: int) -> None:
    content = _content(narrow=False)
    wide = replace(content, nodes=(*content.nodes, replace(content.nodes[-1], name=name)))
    rows = wide.rows(width)
    assert {row.cell_length for row in rows} == {width}
    places = {cell_len(row.plain[: row.plain.index("served")]) for row in rows if "served" in row.plain}
    assert len(places) == 1


async def test_the_families_stand_in_two_lines_on_a_narrow_screen() -> None:
    async with stage(SMALL) as pilot:
        await press(pilot, "f", "2")
        served, bundle = (
            line for line in screen_text(pilot).splitlines() if "✗ requests" in line or "✓ requests" in line
        )
        assert [served.split()[0], bundle.split()[0]] == ["served", "bundle"]
        assert all(family.short in served and family.short in bundle for family in FAMILIES)


async def test_twenty_certificates_scroll() -> None:
    content = _content(narrow=True)
    nodes = tuple(replace(content.nodes[0], depth=depth, name=f"number {depth}") for depth in range(20))
    async with stage(SMALL) as pilot:
        view = pilot.app.screen.query_one(ChainPane).main()
        await press(pilot, "2")
        view.show(replace(content, nodes=nodes))
        await press(pilot, "G")
        await shows(pilot, "number 19")
        await shows(pilot, "20 of 20")
        await press(pilot, *"k" * 19)
        await shows(pilot, "number 0")
        assert view.place == 0


def _content(*, narrow: bool) -> ChainContent:
    """A host of the scenes whose certificates are of a short path, at the time of `support.chains`."""
    served = served_by(PKI.leaf, PKI.issuing)
    diagnosis = Diagnoser(PKI.trust).diagnose(served, at=NOW)
    state = HostState(served.target).with_served(served, diagnosis)
    return ChainContent(HostRow(state), diagnosis, chain_path(state), NOW, narrow)
