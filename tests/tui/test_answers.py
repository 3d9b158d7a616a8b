"""What was asked beyond the main journey waits with its host: it takes neither focus nor keys, enter opens it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenes.stage import opened, press, screen_text, shows, until
from tests.tui.conftest import AppOn
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.host_state import HostState
from tui_chain.tui.answers import (
    Answer,
    AnswerKind,
    FullTest,
    answer_of,
    current_answers,
    served_chain,
    with_answer,
    with_answers,
)
from tui_chain.tui.app import ChainApp
from tui_chain.tui.screens.answers import AnswerScreen
from tui_chain.tui.widgets.cursor_text import CursorText
from tui_chain.x509.revocation import Means, Revocation, RevocationAnswer, RevocationCheck

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 27, 12, 31, tzinfo=UTC)
HEADINGS = {
    AnswerKind.SERVERS: ("A", "All servers of localhost"),
    AnswerKind.REVOCATION: ("v", "Revocation for localhost"),
    AnswerKind.PROGRAMS: ("T", "Live test of localhost"),
}


async def probed(pilot: Pilot[None], app: ChainApp) -> None:
    await until(pilot, lambda: all(row.status is not None and not row.busy for row in app.rows))


@pytest.mark.parametrize("kind", HEADINGS)
async def test_it_waits_is_opened_by_its_key_and_asked_again_by_r(kind: AnswerKind, app_on: AppOn) -> None:
    key, heading = HEADINGS[kind]
    app = app_on("complete", "leaf-only")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, key)
        assert app.screen is app.main, "it takes no focus"
        await shows(pilot, f"{key} opens it")
        first = answer_of(app.rows[0].answers, kind)
        assert first is not None
        line = f"{first.summary} · {first.time}"
        assert line in screen_text(pilot)
        await press(pilot, "j")
        assert line not in screen_text(pilot), "it is another host's"
        await press(pilot, "k", key)
        assert isinstance(app.screen, AnswerScreen)
        assert heading in screen_text(pilot)
        assert f"asked {first.at:%Y-%m-%d %H:%M} UTC" in screen_text(pilot)
        await press(pilot, "r")
        assert app.screen is app.main
        assert answer_of(app.rows[0].answers, kind) is not first


@pytest.mark.parametrize(
    ("name", "glyph", "status"), [("leaf-only", "✗", "incomplete"), ("complete", "✓", "complete")]
)
async def test_servers_that_answer_alike_are_named_by_what_they_answer(
    name: str, glyph: str, status: str, app_on: AppOn
) -> None:
    """What the server does not offer is no answer that differs."""
    app = app_on(name)
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, "A")
        await shows(pilot, f"{glyph} 1 address, all alike: {status}")
        await press(pilot, "A")
        assert "not offered" in screen_text(pilot)
        await shows(pilot, f"All answers are alike: {status}.")
        assert "≠" not in screen_text(pilot)


async def test_what_comes_while_something_is_typed_takes_no_key(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await pilot.press("A", "slash", "c", "o")
        await until(pilot, lambda: bool(app.rows[0].answers))
        await pilot.press("m")
        box = app.main.query_one("#filter", Input)
        assert (app.screen is app.main, box.has_focus, box.value) == (True, True, "com")


async def test_nothing_moves_under_the_hands_where_one_comes(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app, (80, 24)) as pilot:
        await probed(pilot, app)
        await press(pilot, "t", "4", "g")
        view = app.main.query_one(CursorText)
        before = [view.render_line(y).text for y in range(view.content_size.height)]
        await press(pilot, "v")
        assert len(app.rows[0].answers) == 1
        assert [view.render_line(y).text for y in range(view.content_size.height)] == before
        await press(pilot, "g")
        assert view.stop is AnswerKind.REVOCATION


async def test_several_wait_in_order_and_enter_opens_the_one_under_the_cursor(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, "v", "A", "4", "g")
        assert [answer.kind for answer in app.rows[0].answers] == [AnswerKind.SERVERS, AnswerKind.REVOCATION]
        await press(pilot, "enter")
        await shows(pilot, "All servers of localhost")
        await press(pilot, "escape", "j", "enter")
        await shows(pilot, "Revocation for localhost")


async def test_a_host_that_is_busy_is_left_to_its_job(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, "A")
        ticket = app.main.hosts.begin(app.rows[0].target, "testing")
        await pilot.press("v")
        await shows(pilot, "is busy; esc stops it.")
        assert app.main.hosts.current(app.rows[0].target, ticket), "its job goes on"
        await press(pilot, "A")
        assert isinstance(app.screen, AnswerScreen), "what waits is opened all the same"


async def test_the_same_chain_keeps_them_and_another_one_drops_them(app_on: AppOn) -> None:
    app = app_on("complete", "leaf-only")
    async with opened(app) as pilot:
        await probed(pilot, app)
        await press(pilot, "A", "v")
        kept = app.rows[0].answers
        await press(pilot, "r")
        assert app.rows[0].answers == kept
        assert app.rows[0].state.servers is not None
        other = app.main.jobs.advanced(app.rows[0], replace(app.rows[1].state, target=app.rows[0].target))
        assert other.answers == ()
        unreached = replace(app.rows[0].state, served=Failure("connect", "Nothing listens."), diagnosis=None)
        assert current_answers(kept, unreached) == kept, "it says nothing of another chain"


async def test_a_revoked_certificate_stays_revoked(app_on: AppOn) -> None:
    app = app_on("complete")
    async with opened(app) as pilot:
        await probed(pilot, app)
        state = app.rows[0].state
        answer = _revoked(state)
        assert with_answers(state, ()).status is Status.COMPLETE
        again = with_answers(state, (answer,))
        assert again.status is Status.INVALID
        assert with_answers(again, (answer,)) is again, "it is said once"
        app.main.hosts.put(replace(app.rows[0], answers=(answer,)))
        await press(pilot, "r")
        assert app.rows[0].status is Status.INVALID
        assert "revoked" in [found.code for found in app.rows[0].state.diagnosis.findings]  # type: ignore[union-attr]


def _revoked(state: HostState) -> Answer:
    leaf = served_chain(state)[0]
    bad = RevocationAnswer(Means.CRL, Revocation.REVOKED, "it was revoked", "http://crl.test/")
    return Answer(
        AnswerKind.REVOCATION, AT, (RevocationCheck(leaf, "leaf", (bad,)),), "1 revoked", "", served_chain(state)
    )


async def test_a_test_that_cannot_be_made_is_the_last_error(app_on: AppOn, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_on("complete")

    async def fails(*_: object) -> FullTest | Failure:
        return Failure("file", "OpenSSL cannot read that bundle.", "Write it anew.")

    async with opened(app) as pilot:
        await probed(pilot, app)
        monkeypatch.setattr(app.main.jobs, "_full_test", fails)
        await press(pilot, "T")
        await shows(pilot, "OpenSSL cannot read that bundle.")
        assert app.rows[0].answers == ()
        await press(pilot, "e")
        await shows(pilot, "Write it anew.")


def test_one_of_each_kind() -> None:
    first = Answer(AnswerKind.REVOCATION, AT, (), "x")
    second = replace(first, summary="y")
    servers = Answer(AnswerKind.SERVERS, AT, (), "z")
    assert with_answer(with_answer((), first), second) == (second,)
    assert with_answer((first,), servers) == (servers, first)
