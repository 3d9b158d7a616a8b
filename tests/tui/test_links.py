"""Pane 3 and its dialogs: choosing between paths, private roots, consent."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.scenes.stage import opened, press, screen_text, settled, shows, until
from tests.tui.conftest import AppOn, inside
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.actions import ACTIONS
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.authority import Template, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.aia_site import AiaAnswer, redirect
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.repair.write import WritePlan, write
from tui_chain.trust.pinned import TYPED_DIGITS
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.tui.panes.chain import ChainPane
from tui_chain.tui.panes.links import LinksPane
from tui_chain.tui.screens import root as root_screen
from tui_chain.x509.formats.readers import read_certificates

pytestmark = pytest.mark.anyio


def _app(lab: Lab, port: int) -> ChainApp:
    trust = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
    return ChainApp(lambda: (Journey(Context(trust)), ()), [Host(Target("localhost", port))])


@pytest.fixture
def two_ways(lab: Lab) -> ChainApp:
    """A host whose issuer is to be had under two roots."""
    issuing = lab.hierarchy["issuing"]
    crossed = lab.hierarchy["other-root"].cross_sign(issuing)
    url = lab.publish("/two-ways.pem", AiaAnswer(to_pem([issuing.der, crossed.der])))
    leaf = issuing.issue_leaf(template=Template(urls=(url,)))
    return _app(lab, lab.serve([leaf.der], leaf.key))


async def test_n_and_p_walk_the_paths_and_each_is_proven(two_ways: ChainApp) -> None:
    async with opened(two_ways) as pilot:
        await until(pilot, lambda: two_ways.rows[0].status is not None)
        await press(pilot, "f", "3")
        first = two_ways.rows[0].state.proven
        assert first is not None
        await shows(pilot, "path 1 of 2")
        await press(pilot, "n")
        second = two_ways.rows[0].state.proven
        assert second is not None
        assert second.path.anchor != first.path.anchor
        assert second.whole
        await press(pilot, "p")
        assert two_ways.rows[0].state.proven == first


async def test_space_takes_the_certificate_under_the_cursor(two_ways: ChainApp) -> None:
    async with opened(two_ways) as pilot:
        await until(pilot, lambda: two_ways.rows[0].status is not None)
        await press(pilot, "f", "t", "3", "j", "space")
        row = two_ways.rows[0]
        chosen = row.gaps[0].candidates[1].certificate
        assert row.state.proven is not None
        assert chosen in row.state.proven.path.certificates
        assert row.state.live_test is None, "the test was of another bundle"


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_no_key_changes_that_a_root_is_being_saved(
    key: str, app_on: AppOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, reached, gate, writes = tmp_path / "corp.pem", threading.Event(), threading.Event(), list[Path]()

    def held(plan: WritePlan, *, replace: bool) -> Path | Failure:
        reached.set()
        assert gate.wait(20)
        writes.append(plan.path)
        return write(plan, replace=replace)

    monkeypatch.setattr(root_screen, "write", held)
    app = app_on("unknown-root")
    try:
        async with opened(app) as pilot:
            await until(pilot, lambda: app.rows[0].status is not None)
            await press(pilot, "f", "c")
            digits = app.rows[0].state.verdict.search.untrusted[0][-1].sha256[:TYPED_DIGITS]  # type: ignore[union-attr]
            app.screen.query_one("#root-file", Input).value = str(file)
            await pilot.press(*digits, "enter")
            await until(pilot, reached.is_set)
            await pilot.press(key)
            await pilot.pause()
            await shows(pilot, "Trust a private root")
            gate.set()
            await until(pilot, lambda: app.rows[0].status is Status.REPAIRABLE)
            assert writes == [file]
    finally:
        gate.set()


async def test_a_root_that_was_not_saved_can_be_tried_again(app_on: AppOn, tmp_path: Path) -> None:
    app = app_on("unknown-root")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f", "c")
        digits = app.rows[0].state.verdict.search.untrusted[0][-1].sha256[:TYPED_DIGITS]  # type: ignore[union-attr]
        app.screen.query_one("#root-file", Input).value = str(tmp_path)
        await press(pilot, *digits, "enter")
        await shows(pilot, "is a folder")
        app.screen.query_one("#root-file", Input).value = str(tmp_path / "corp.pem")
        await press(pilot, "enter")
        await until(pilot, lambda: app.rows[0].status is Status.REPAIRABLE)


async def test_a_path_is_not_stepped_in_a_state_that_was_not_shown(two_ways: ChainApp) -> None:
    async with opened(two_ways) as pilot:
        await until(pilot, lambda: two_ways.rows[0].status is not None)
        await press(pilot, "f", "3")
        row = two_ways.rows[0]
        changed = replace(row.state, crls=Failure("crl", "None was to be had."))
        two_ways.main.query_one(LinksPane).action_step_path(1)
        two_ways.main.hosts.put(replace(row, state=changed))
        await settled(pilot)
        assert two_ways.rows[0].state is changed
        await press(pilot, "n")
        assert two_ways.rows[0].state is not changed


async def test_the_details_of_a_certificate_are_not_opened_under_another_host(app_on: AppOn) -> None:
    app = app_on("complete", "leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status is not None and not row.busy for row in app.rows))
        await press(pilot, "2")
        pane = app.main.query_one(ChainPane)
        pane.action_details()
        app.main.row = app.rows[1]
        await settled(pilot)
        assert app.screen is app.main
        pane.action_details()
        await until(pilot, lambda: app.screen is not app.main)


async def test_the_candidates_are_those_of_the_last_search(two_ways: ChainApp) -> None:
    """Also where they look as before: a candidate that is chosen holds its path."""
    async with opened(two_ways) as pilot:
        await until(pilot, lambda: two_ways.rows[0].status is not None)
        await press(pilot, "f", "3", "j")
        main, row = two_ways.main, two_ways.rows[0]
        changed = replace(row.state, crls=Failure("crl", "None was to be had."))
        main.hosts.put(main.jobs.advanced(row, changed))
        await settled(pilot)
        chosen = two_ways.main.query_one(LinksPane).chosen
        assert chosen is not None
        assert any(chosen[1] is candidate for candidate in two_ways.rows[0].gaps[0].candidates)


@pytest.mark.parametrize(("key", "asked"), [("ctrl+y", True), ("n", False)])
async def test_aia_into_the_network_asks_once(lab: Lab, key: str, asked: bool) -> None:
    """A redirect to a link-local address: with a no it is not asked, and the try says so."""
    url = lab.publish(f"/inside-{key}.cer", redirect("http://169.254.169.254/latest.cer"))
    leaf = lab.hierarchy["issuing"].issue_leaf(template=Template(urls=(url,)))
    app = _app(lab, lab.serve([leaf.der], leaf.key))
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        answers: list[bool] = []
        question = inside(app.rows[0].target)

        async def ask() -> None:
            answers.append(await app.main.questions.ask(question))

        app.run_worker(ask())
        await shows(pilot, "press enter to read the question")
        assert app.screen is app.main, "it takes no key before it is opened"
        await pilot.press("enter")
        await shows(pilot, "Inside your network?")
        await pilot.press("escape", "enter")
        await shows(pilot, "Inside your network?")
        for text in ("leaf.test", "http://a.test/x", "169.254.169.254, port 80", "link-local"):
            assert text in " ".join(screen_text(pilot).split())
        used = {name for action in ACTIONS for name in action.keys.split(",")} - {"escape", "n", "ctrl+p"}
        await pilot.press(*sorted(used))
        await pilot.pause()
        await shows(pilot, "Inside your network?")
        assert not answers, "a key of the main screen is no yes"
        await pilot.press(key)
        await until(pilot, lambda: bool(answers))
        assert answers == [asked]
        if not asked:
            await pilot.press("f")
            await shows(pilot, "press enter to read the question")
            await pilot.press("enter")
            await shows(pilot, "Inside your network?")
            await press(pilot, "n", "3", "z")
            await shows(pilot, "169.254.169.254")
            assert app.rows[0].status is Status.INCOMPLETE


async def test_what_is_wanted_stands_on_top_and_before_a_search_what_f_asks(app_on: AppOn) -> None:
    app = app_on("leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "3")
        rows = _rows(app)
        assert rows[0].startswith("✗ wanted")
        assert f"issuer of {app.rows[0].state.reached.certificates[0].label}" in rows[0]  # type: ignore[union-attr]
        assert [row.split("·")[0].strip() for row in rows[1:]] == [
            "other hosts", "pool", "trust stores", "files", "AIA",
        ]  # fmt: skip
        assert "http://" in rows[-1]
        await press(pilot, "f")
        assert _rows(app)[0].startswith("✓ wanted")


async def test_every_lookup_has_its_outcome_and_its_time(lab: Lab) -> None:
    """A pool that holds nothing of use is a dot, an answer of 404 a cross, the issuer a check mark."""
    issuing = lab.hierarchy["issuing"]
    gone = lab.publish("/gone-away.cer", AiaAnswer(b"", status=404))
    here = lab.publish("/here.cer", AiaAnswer(issuing.der))
    leaf = issuing.issue_leaf(template=Template(urls=(gone, here)))
    app = _app(lab, lab.serve([leaf.der], leaf.key))
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        app.main.jobs.loaded.all_sources = True  # type: ignore[union-attr]
        await press(pilot, "f", "3")
        state = app.rows[0].state
        rows = {row[2:15].strip(): row for row in _rows(app) if row.rstrip().endswith("ms")}
        assert "· no certificate of that name or key" in rows["trust stores"]
        crosses = [row for row in _rows(app) if "AIA" in row[:15] and "✗" in row]
        assert len(crosses) == 1
        assert "404" in crosses[0]
        assert "✓ http://" in rows["AIA"]
        assert state.resolution is not None
        assert sum(row.rstrip().endswith("ms") for row in _rows(app)) == len(state.resolution.tries)
        assert len({len(row) for row in _rows(app)}) == 1, "the times stand in one column"


async def test_the_cursor_of_pane_3_goes_to_the_selected_candidate_and_stays(two_ways: ChainApp) -> None:
    async with opened(two_ways) as pilot:
        await until(pilot, lambda: two_ways.rows[0].status is not None)
        await press(pilot, "f", "3")
        pane = two_ways.main.query_one(LinksPane)
        assert pane.chosen is not None
        assert pane.chosen[1].chosen
        await press(pilot, "G")
        under = pane.main().place
        row = two_ways.rows[0]
        two_ways.main.hosts.put(replace(row, busy="testing"))
        await settled(pilot)
        assert pane.main().place == under
        await shows(pilot, "outcome")


def _rows(app: ChainApp) -> list[str]:
    """The lines of the list of pane 3, at 74 cells."""
    content = app.main.query_one(LinksPane).main()._content
    assert content is not None
    return [row.plain for row in content.rows(74)]


async def test_the_links_that_are_there_are_listed_where_none_is_missing(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app, (80, 24)) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "3")
        await shows(pilot, "✓ nothing is missing")
        assert [row[2:15].strip() for row in _rows(app)] == ["served", "trust store"]
        assert "in this order" not in screen_text(pilot)
        await press(pilot, "j")
        pane = app.main.query_one(LinksPane)
        assert pane.certificate == app.rows[0].state.verdict.path.anchor  # type: ignore[union-attr]
        await shows(pilot, f"for      {app.rows[0].state.reached.certificates[1].subject}")  # type: ignore[union-attr]
