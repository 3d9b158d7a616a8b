"""Panes 2 and 3 by keys: a list above, a text below, and what is cut said between them."""

from __future__ import annotations

from itertools import product

import pytest
from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import Screen

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import Size, press, screen_text, shows, stage, until
from tui_chain.core.text import elide_middle
from tui_chain.tui.panes.base import CertificatePane
from tui_chain.tui.render import hanging, short_name
from tui_chain.tui.widgets.split_view import Heights, SplitView, heights

anyio = pytest.mark.anyio
PANES = (("2", "chain"), ("3", "links"))


def _view(pilot: Pilot[None], name: str) -> SplitView:
    pane = pilot.app.screen.query_one(f"#{name}", CertificatePane)
    return pane.query_one(SplitView)


def _lines(pilot: Pilot[None], name: str) -> list[str]:
    """What a view shows now."""
    region = _view(pilot, name).content_region
    rows = screen_text(pilot).splitlines()[region.y : region.bottom]
    return [row[region.x : region.right].rstrip() for row in rows]


@pytest.mark.parametrize(
    ("room", "head", "rows", "text", "shown"),
    [
        (18, 4, 3, 30, Heights(4, 3, 1, 10)),
        (13, 5, 20, 30, Heights(5, 4, 1, 3)),
        (18, 0, 20, 30, Heights(0, 10, 1, 7)),
        (8, 4, 4, 30, Heights(0, 4, 1, 3)),
        (3, 4, 5, 30, Heights(0, 3, 0, 0)),
        (10, 3, 0, 30, Heights(0, 0, 1, 9)),
        (10, 3, 0, 0, Heights(0, 0, 0, 10)),
    ],
)
def test_the_lines_are_divided(room: int, head: int, rows: int, text: int, shown: Heights) -> None:
    assert heights(room, head, rows, text) == shown
    assert shown.head + shown.rows + shown.line + shown.text == room


def test_no_more_lines_are_promised_than_there_are() -> None:
    """A terminal that is made smaller passes through all sizes."""
    for room, head, rows, text in product(range(14), range(6), range(8), range(5)):
        for searching in (False, True):
            seen = heights(room, head, rows, text, searching=searching)
            assert min(seen.head, seen.rows, seen.line, seen.text) >= 0, (room, head, rows, text)
            assert seen.head <= head, (room, head, rows, text)
            assert seen.rows <= rows, (room, head, rows, text)
            assert seen.head + seen.rows + seen.line + seen.text <= room, (room, head, rows, text)


@pytest.mark.parametrize(("key", "smaller"), [("x", (100, 25)), ("w", (70, 30)), ("y", (80, 20)), ("x", (70, 22))])
@anyio
async def test_a_terminal_is_made_smaller_below_a_dialog(key: str, smaller: Size) -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "4", key)
        assert len(pilot.app.screen_stack) > 1
        await pilot.resize_terminal(*smaller)
        await press(pilot, "escape", "2", "j")
        assert _view(pilot, "chain").place == 1


@anyio
async def test_what_stands_behind_a_dialog_follows_the_terminal() -> None:
    async with stage(SMALL) as pilot:
        await press(pilot, "E")
        await pilot.resize_terminal(*MEDIUM)
        await until(pilot, lambda: "Keys  q Quit" in screen_text(pilot).splitlines()[-1], "for the last line")
        await until(pilot, lambda: "╮" in screen_text(pilot).splitlines()[1][100:], "for the last column")


@pytest.fixture(params=[SMALL, MEDIUM])
def size(request: pytest.FixtureRequest) -> Size:
    chosen: Size = request.param
    return chosen


@anyio
async def test_both_halves_scroll_by_keys(size: Size) -> None:
    async with stage(size) as pilot:
        await press(pilot, "f")
        for key, name in PANES:
            await press(pilot, key, "g")
            view = _view(pilot, name)
            seen = []
            for _ in range(200):
                seen += _lines(pilot, name)
                before = _lines(pilot, name)
                await press(pilot, "j")
                if before == _lines(pilot, name):
                    break
            assert view.place == len([*view._made()[1]]) - 1, "the cursor stays on the last row"
            last = view.plain.splitlines()[-1]
            assert any(last.rstrip() == line for line in seen)
            for _ in range(200):
                await press(pilot, "k")
                if view.place == 0:
                    break
            assert view.place == 0, "k leads back"


@anyio
async def test_page_keys_scroll_the_text_while_the_cursor_stays() -> None:
    async with stage(SMALL) as pilot:
        await press(pilot, "f", "2", "g")
        await shows(pilot, "more lines · pgdn")
        first = _lines(pilot, "chain")
        for _ in range(9):
            await press(pilot, "pagedown")
        assert _view(pilot, "chain").place == 0
        assert _lines(pilot, "chain")[:7] == first[:7], "the list stays"
        assert _lines(pilot, "chain")[8:] != first[8:]
        await shows(pilot, "above · pgup")
        for _ in range(9):
            await press(pilot, "pageup")
        assert _lines(pilot, "chain") == first


@anyio
async def test_another_row_begins_at_the_top_of_its_text() -> None:
    async with stage(SMALL) as pilot:
        await press(pilot, "f", "2", "g", "pagedown", "j")
        await shows(pilot, "subject  CN=Example Issuing CA G2")
        await press(pilot, "G", "j", "j")
        await press(pilot, "g")
        await shows(pilot, "subject  CN=api.example.test")


@anyio
async def test_a_host_without_a_list_scrolls_too() -> None:
    async with stage((60, 12)) as pilot:
        await press(pilot, "G", "2")
        text = _view(pilot, "chain").plain
        seen = set(_lines(pilot, "chain"))
        for _ in range(len(text.splitlines())):
            await press(pilot, "j")
            seen |= set(_lines(pilot, "chain"))
        assert {line.rstrip() for line in text.splitlines()} <= seen


@anyio
async def test_the_mouse_reaches_rows_and_text() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "2", "g")
        view = _view(pilot, "chain")
        second = next(y for y, line in enumerate(_lines(pilot, "chain")) if "Example Issuing CA G2  found" in line)
        await pilot.click(view, offset=(4, second))
        assert view.place == 1
        before = _lines(pilot, "chain")
        for _ in range(4):
            await pilot._post_mouse_events([events.MouseScrollDown], view, offset=(4, view.size.height - 1))
        await shows(pilot, "signed by Example Root R1")
        assert _lines(pilot, "chain") != before


@anyio
async def test_another_host_lays_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    layouts: list[Screen[object]] = []
    real = Screen._refresh_layout

    def counted(self: Screen[object], *args: object, **kwargs: object) -> None:
        layouts.append(self)
        real(self, *args, **kwargs)  # type: ignore[arg-type]

    async with stage(MEDIUM) as pilot:
        rows = pilot.app.screen.hosts  # type: ignore[attr-defined]
        await press(pilot, "f")
        monkeypatch.setattr(Screen, "_refresh_layout", counted)
        for row in list(rows):
            for pane in pilot.app.screen.query(CertificatePane):
                pane.row = row
            await pilot.pause()
        assert layouts == []


def test_a_name_keeps_its_port_in_cells() -> None:
    assert elide_middle("例え.テスト.example.test:8443", 16).endswith(":8443")
    assert all(cell_len(elide_middle("例え.テスト.example:8443", width)) <= width for width in range(30))
    assert elide_middle("short:1", 7) == "short:1"


def test_facts_are_wrapped_below_their_own_column() -> None:
    lines = hanging(Content("names    aaaa bbbb cccc"), 20, 9)
    assert [line.plain for line in lines] == ["names    aaaa bbbb", "         cccc"]
    assert [line.plain for line in hanging(Content("漢字漢字漢字"), 4)] == ["漢字", "漢字", "漢字"]


def test_the_common_name_stands_for_a_name() -> None:
    assert short_name("CN=R11,O=Let\\, us,C=US") == "R11"
    assert short_name("CN=a\\,b,O=c") == "a\\,b"
    assert short_name("O=only,C=DE") == "O=only,C=DE"


@anyio
async def test_the_mouse_selects_text_to_copy() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "2", "g")
        view = _view(pilot, "chain")
        line = next(y for y, text in enumerate(_lines(pilot, "chain")) if text.startswith("subject"))
        await pilot.mouse_down(view, offset=(9, line))
        await pilot.hover(view, offset=(28, line))
        await pilot.mouse_up(view, offset=(28, line))
        assert (pilot.app.screen.get_selected_text() or "").strip() == "CN=api.example.test"


@anyio
async def test_the_text_is_searched() -> None:
    async with stage(SMALL) as pilot:
        await press(pilot, "f", "2", "g")
        view = _view(pilot, "chain")
        await press(pilot, "slash", *"usage")
        await shows(pilot, "/usage▏ 1 of ")
        await press(pilot, "enter")
        assert any(line.startswith("keyUsage") for line in _lines(pilot, "chain"))
        count = view.plain.lower().count("usage")
        await shows(pilot, f"/usage  1 of {count} · n N · esc ends")
        await press(pilot, "n")
        await shows(pilot, f"2 of {count}")
        await press(pilot, "N", "N")
        await shows(pilot, f"{count} of {count}")
        await press(pilot, "j")
        assert view.place == 1, "other keys act as ever"
        await press(pilot, "escape", "slash", *"qqq", "enter")
        await shows(pilot, "no match")
        await press(pilot, "escape")
        assert "no match" not in screen_text(pilot)


@anyio
async def test_keys_of_a_search_are_no_commands() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "3")
        await pilot.press("slash", *"dqn", "escape")
        await press(pilot, "n")
        await shows(pilot, "no second path")
        assert len(pilot.app.screen_stack) == 1
        await press(pilot, "1", "G", "2")
        await pilot.press("slash", *"firewall", "enter")
        await shows(pilot, "/firewall  1 of 1")


@anyio
async def test_esc_returns_to_where_a_search_began_and_a_paste_is_searched_for() -> None:
    async with stage(SMALL) as pilot:
        await press(pilot, "f", "2", "g")
        before = _lines(pilot, "chain")
        await press(pilot, "slash")
        pilot.app.post_message(events.Paste("sha256\n"))
        await shows(pilot, "/sha256▏ 1 of ")
        await press(pilot, "escape")
        await until(pilot, lambda: _lines(pilot, "chain") == before)
