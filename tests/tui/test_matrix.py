"""The matrix of client families: its cells, the sentence for the one under the cursor, and who moves in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.style import Style

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import opened, press, screen_text, shows, stage, until
from tui_chain.clients.families import FAMILIES, Family, FamilyId
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.livetest.attempt import Attempt, Times
from tui_chain.livetest.families import FamilyTest
from tui_chain.livetest.live import LiveTest
from tui_chain.livetest.programs import NOT_INSTALLED, ProgramTest
from tui_chain.livetest.tester import LiveTestResult
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.answers import Answer, AnswerKind, FullTest, served_chain
from tui_chain.tui.app import ChainApp
from tui_chain.tui.host_rows import HostRow
from tui_chain.tui.screens.dialog import PageScreen
from tui_chain.tui.widgets.cursor_text import CursorText
from tui_chain.tui.widgets.matrix import PYTHON, Column, Matrix
from tui_chain.x509.formats.readers import read_certificates

anyio = pytest.mark.anyio
NAMES = ("complete", "leaf-only", "namesake-sent", "refused-by-each")
PLAIN = Style()


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(NAMES) as running:
        yield running


def journey(lab: Lab) -> Journey:
    return Journey(Context(TrustStore("lab", read_certificates(lab.trust_pem).certificates)))


@pytest.fixture(scope="module")
def states(lab: Lab) -> dict[str, HostState]:
    """Every host probed, and repaired where it can be."""

    async def made(name: str) -> HostState:
        stages = journey(lab)
        return await stages.fix(await stages.probe(HostState(Target("localhost", lab.host(name).port), name)))

    return {name: asyncio.run(made(name)) for name in NAMES}


def family(identity: FamilyId) -> Family:
    return next(one for one in FAMILIES if one.id is identity)


def text_of(row: HostRow, width: int = 74) -> list[str]:
    return [line.plain for line in Matrix(row, {}).lines(width, None, PLAIN)]


# cells


@pytest.mark.parametrize("width", [40, 56, 60, 66, 74, 76, 148])
@pytest.mark.parametrize("name", NAMES)
def test_every_line_is_as_wide_as_the_matrix(name: str, width: int, states: dict[str, HostState]) -> None:
    lines = text_of(HostRow(states[name]), width)
    assert len(lines) == 10
    assert {cell_len(line.rstrip()) <= width for line in lines} == {True}


def test_each_family_has_its_verdicts_side_by_side(states: dict[str, HostState]) -> None:
    lines = text_of(HostRow(states["leaf-only"]))
    assert lines[0].split("  ")[0] == "client family"
    assert [head in lines[0] for head in ("as served", "with the bundle", "real handshake")] == [True] * 3
    assert lines[5].split() == ["curl", "✗", "20", "no", "issuer", "✓", "accepts", "T", "runs", "it"]
    assert "uv, rustls model" in lines[9]


def test_a_wide_matrix_has_the_reason_in_full(states: dict[str, HostState]) -> None:
    assert "✗ 20 unable to get local issuer certificate" in text_of(HostRow(states["leaf-only"]), 148)[1]


def test_a_narrow_one_has_short_names(states: dict[str, HostState]) -> None:
    lines = text_of(HostRow(states["leaf-only"]), 56)
    assert lines[0].split() == ["client", "served", "bundle", "handshake"]
    assert lines[2].startswith("req3.13  ")


# sentences


def test_a_refusal_names_code_certificate_and_what_judged(states: dict[str, HostState]) -> None:
    matrix = Matrix(HostRow(states["leaf-only"]), {FamilyId.CURL: "OpenSSL 3.0.19"})
    curl, java = family(FamilyId.CURL), family(FamilyId.JAVA)
    assert matrix.explanation(curl, Column.SERVED) == (
        "unable to get local issuer certificate (20); it stops at the server's certificate leaf-only.lab.test"
        " · by OpenSSL 3.0.19"
    )
    assert matrix.explanation(curl, Column.BUNDLE).startswith("accepts with the bundle as its only trust store")
    assert matrix.explanation(java, Column.SERVED).endswith(" · by a model of Java")


def test_a_namesake_is_called_what_it_is(states: dict[str, HostState]) -> None:
    said = Matrix(HostRow(states["refused-by-each"]), {}).explanation(family(FamilyId.PYTHON), Column.SERVED)
    assert said.startswith("certificate signature failure (7); it stops at ")
    assert "the server's certificate" in said or "with the issuer's name" not in said
    every = [Matrix(HostRow(states[name]), {}).explanation(one, Column.SERVED) for name in NAMES for one in FAMILIES]
    assert all(sentence and "None" not in sentence for sentence in every)


def test_without_a_bundle_it_says_why(states: dict[str, HostState]) -> None:
    curl = family(FamilyId.CURL)
    complete = Matrix(HostRow(states["complete"]), {})
    assert complete.explanation(curl, Column.BUNDLE) == (
        "needs no bundle: every client family accepts the chain as served"
    )
    before = HostState(Target("localhost")).with_served(states["leaf-only"].served, states["leaf-only"].diagnosis)
    assert "f looks for one" in Matrix(HostRow(before), {}).explanation(curl, Column.BUNDLE)


# real handshakes


def after_t(state: HostState, *programs: ProgramTest, ok: bool | None = True, pem: bytes | None = None) -> HostRow:
    """A host after `T`, made with the bundle or with other bytes."""
    clients = tuple(
        FamilyTest(one.id, one.name, ok, "handshake verified" if ok else "refused: no", times=Times(tls=3.0))
        for one in FAMILIES
    )
    live = LiveTest("GET", "https://localhost/", Attempt("x", False, "no"), Attempt("y", True, "200 OK"))
    made = pem if pem is not None else state.proven.bundle.pem if state.proven is not None else None
    found = FullTest(LiveTestResult(live, clients, (), programs), made)
    answer = Answer(AnswerKind.PROGRAMS, datetime(2026, 11, 27, tzinfo=UTC), found, "x", chain=served_chain(state))
    return HostRow(state, answers=(answer,))


def handshakes(row: HostRow) -> dict[FamilyId, str]:
    cells = Matrix(row, {}).cells
    return {one.id: cell[Column.HANDSHAKE].text for one, cell in zip(FAMILIES, cells, strict=True)}


def test_a_live_test_speaks_for_the_family_of_this_python_alone(states: dict[str, HostState]) -> None:
    attempt = Attempt("the bundle alone", True, "200 OK", milliseconds=41.0, times=Times(tls=21.0))
    live = LiveTest("GET", "https://localhost/", Attempt("x", False, "no"), attempt)
    row = HostRow(states["leaf-only"].with_live_test(live))
    shown = handshakes(row)
    assert shown.pop(PYTHON) == "✓ 21 ms"
    assert set(shown.values()) == {"T runs it"}
    assert "200 OK" in Matrix(row, {}).explanation(family(PYTHON), Column.HANDSHAKE)


def test_t_shows_a_handshake_for_each_and_the_programs_first(states: dict[str, HostState]) -> None:
    programs = (
        ProgramTest("git", True, "200 OK", 120.0),
        ProgramTest("wget", None, NOT_INSTALLED),
        ProgramTest("java", None, NOT_INSTALLED),
        ProgramTest("node", False, "unable to verify the first certificate", 80.0),
    )
    row = after_t(states["leaf-only"], *programs)
    shown = handshakes(row)
    assert shown[FamilyId.CURL] == "✓ 3 ms"
    assert shown[FamilyId.GNUTLS] == "✓ git"
    assert shown[FamilyId.JAVA] == "✓ 3 ms, no java"
    assert shown[FamilyId.PYTHON].startswith("✗ node: ")
    matrix = Matrix(row, {})
    assert "git of this machine accepts it" in matrix.explanation(family(FamilyId.GNUTLS), Column.HANDSHAKE)
    assert "no wget here" in matrix.explanation(family(FamilyId.GNUTLS), Column.HANDSHAKE)
    assert "no java here" in matrix.explanation(family(FamilyId.JAVA), Column.HANDSHAKE)


def test_what_could_not_be_emulated_is_no_refusal(states: dict[str, HostState]) -> None:
    assert set(handshakes(after_t(states["complete"], ok=None)).values()) == {"· not emulated"}
    assert set(handshakes(after_t(states["complete"], ok=False)).values()) == {"✗ no"}


def test_a_test_with_another_bundle_is_not_shown_beside_this_one(states: dict[str, HostState]) -> None:
    assert set(handshakes(after_t(states["leaf-only"], pem=b"another")).values()) == {"T runs it"}
    dropped = replace(after_t(states["leaf-only"]), state=replace(states["leaf-only"], repair=None))
    assert set(handshakes(dropped).values()) == {"T runs it"}


# keys


def app_on(lab: Lab, *names: str) -> ChainApp:
    hosts = [Host(Target("localhost", lab.host(name).port), name) for name in names]
    return ChainApp(lambda: (journey(lab), ()), hosts)


async def probed(pilot: Pilot[None], app: ChainApp) -> None:
    await until(pilot, lambda: all(row.status is not None and not row.busy for row in app.rows))


@anyio
@pytest.mark.parametrize("size", [SMALL, MEDIUM, (60, 20), (200, 60)])
async def test_the_cell_under_the_cursor_is_explained(size: tuple[int, int]) -> None:
    async with stage(size) as pilot:
        await press(pilot, "f", "4")
        assert "requests, Python ≤ 3.12: unable to get local issuer certificate (20)" in words(pilot)
        await press(pilot, "l")
        assert "requests, Python ≤ 3.12: accepts with the bundle" in words(pilot)
        await press(pilot, "l", "l", "j", "j", "j", "j")
        assert "curl: no real handshake yet; T makes one" in words(pilot)
        await press(pilot, "h", "h", "h", "k")
        assert "Python ≥ 3.13: unable to get local issuer certificate (20)" in words(pilot)


def words(pilot: Pilot[None]) -> str:
    """What pane 4 shows, however it is wrapped."""
    view = pilot.app.screen.query_one(CursorText)
    rows = [view.render_line(y).text for y in range(view.content_size.height)]
    return " ".join(" ".join(rows).split())


@anyio
async def test_j_goes_on_into_the_text_below_and_k_leads_back() -> None:
    async with stage(SMALL) as pilot:
        await press(pilot, "f", "t", "4", "g")
        view = pilot.app.screen.query_one(CursorText)
        assert view.scroll_offset.y == 0
        await press(pilot, *["j"] * 8)
        assert [view.stop] == [8]
        await press(pilot, *["j"] * 12)
        assert view.below == 0, "the end is reached by keys"
        assert "TLS      21 ms" in screen_text(pilot)
        await press(pilot, *["k"] * 20)
        assert (view.stop, view.scroll_offset.y) == (0, 0)
        await press(pilot, "pagedown")
        assert view.stop == 0
        assert view.scroll_offset.y > 0


@anyio
async def test_it_says_how_much_is_not_seen() -> None:
    async with stage((120, 40)) as pilot:
        await press(pilot, "f", "t", "4", "g")
        view = pilot.app.screen.query_one(CursorText)
        await shows(pilot, f"▼ {view.below} more lines · pgdn")
        await press(pilot, "G")
        assert view.below == 0
        assert "pgdn" not in screen_text(pilot).splitlines()[-2]


@anyio
async def test_enter_opens_the_family_in_full(lab: Lab) -> None:
    app = app_on(lab, "leaf-only")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, "f", "4", "j", "j", "j", "j", "enter")
        assert isinstance(app.screen, PageScreen)
        shown = screen_text(pilot)
        for part in ("curl and localhost", "As served", "With the bundle", "Real handshake", "CN=leaf-only.lab.test"):
            assert part in shown


@anyio
async def test_a_click_goes_to_the_cell() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "4")
        view = pilot.app.screen.query_one(CursorText)
        await pilot.click(CursorText, offset=(view.page.columns[1] + 1, view.page.stops[4] - view.scroll_offset.y))
        await shows(pilot, "curl: accepts with the bundle")
        assert view.stop == 4


@anyio
async def test_the_cursor_stays_with_the_family_where_hosts_change() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "4", "j", "j", "l", "l", "1", "j", "4")
        view = pilot.app.screen.query_one(CursorText)
        assert view.stop == 2
        await press(pilot, "1", "G")
        await shows(pilot, "No client family can be asked: the host was not reached.")
        await press(pilot, "4", "j", "k", "enter")
        assert pilot.app.screen is pilot.app.main, "there is nothing to open of a host that was not reached"  # type: ignore[attr-defined]


# a bundle for some


@anyio
async def test_it_says_for_how_many_the_bundle_works_and_for_whom_it_does_not(lab: Lab) -> None:
    app = app_on(lab, "refused-by-each")
    async with opened(app, (160, 40)) as pilot:
        await probed(pilot, app)
        await press(pilot, "f")
        proven = app.rows[0].state.proven
        assert proven is not None
        works = f"works for {proven.passed} of 9 client families"
        lines = screen_text(pilot).splitlines()
        assert f"works for {proven.passed} of 9 with the bundle, not for requests, Python ≥ 3.13" in lines[0]
        assert any(f"4 Clients and live test  works for {proven.passed} of 9" in line for line in lines)
        await press(pilot, "w")
        await shows(pilot, f"! {works} with the bundle, not for requests, Python ≥ 3.13")
        await press(pilot, "f2", "f2", "f2")
        assert "server 4/7" in screen_text(pilot)
        assert "! works for" not in screen_text(pilot), "the server's file is not the bundle"


@anyio
async def test_the_narrow_top_line_keeps_the_count(lab: Lab) -> None:
    app = app_on(lab, "refused-by-each")
    async with opened(app, SMALL) as pilot:
        await probed(pilot, app)
        await press(pilot, "f")
        proven = app.rows[0].state.proven
        assert proven is not None
        assert f"works for {proven.passed} of 9" in screen_text(pilot).splitlines()[0]
