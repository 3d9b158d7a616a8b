"""The help page: every action once, below what it is for, with its real keys and its id; searched like any text."""

from __future__ import annotations

import pytest

from tests.scenes.gallery import MEDIUM, SMALL, WIDE
from tests.scenes.stage import press, screen_text, shows, stage, until
from tui_chain.tui.actions import ACTIONS, MOVES, textual_keymap
from tui_chain.tui.app import ChainApp
from tui_chain.tui.screens.dialog import Page
from tui_chain.tui.screens.keys import GROUPS, grouped, keys_page

anyio = pytest.mark.anyio


def test_every_action_is_in_one_group() -> None:
    members = [action for group in grouped(ACTIONS).values() for action in group]
    assert sorted(action.id for action in members) == sorted(action.id for action in ACTIONS)
    assert set(grouped(ACTIONS)) >= {title for title, _ in GROUPS}


@pytest.mark.parametrize("width", [20, 55, 75, 115, 155, 195, 400])
def test_the_page_has_all_of_it_at_every_width(width: int) -> None:
    page = keys_page(width, {})
    text = " ".join(page.plain.split())
    assert all(action.id in text for action in ACTIONS)
    assert all(keys in text for keys, _ in MOVES)
    if width >= 155:
        assert max(line.cell_length for line in page.split()) <= width
        assert len(page.split()) < 45, "in two columns"


def test_keys_of_a_keymap_take_the_place_of_the_usual_ones() -> None:
    keymap = textual_keymap({"quit": ("f10",), "host.fix": ("ctrl+f", "question_mark")})
    lines = [" ".join(line.plain.split()) for line in keys_page(115, keymap).split()]
    assert any(line.startswith("F10 Quit;") for line in lines)
    assert any(line.startswith("ctrl+f ? Find the missing links") for line in lines)
    assert not any(line.startswith(("q Quit", "f Find")) for line in lines)


@anyio
async def test_the_page_shows_the_keys_that_the_app_has_and_is_searched() -> None:
    async with stage(MEDIUM) as pilot:
        assert isinstance(pilot.app, ChainApp)
        pilot.app.set_keymap(textual_keymap({"help": ("f1",), "host.write": ("ctrl+w",)}))
        await press(pilot, "question_mark")
        assert len(pilot.app.screen_stack) == 1
        await press(pilot, "f1")
        await shows(pilot, "All keys")
        await press(pilot, "slash", *"host.write", "enter")
        await shows(pilot, "1 of 1")
        line = next(line for line in screen_text(pilot).splitlines() if "host.write" in line and "Write" in line)
        assert line.split()[1] == "ctrl+w"
        await press(pilot, "escape")
        assert len(pilot.app.screen_stack) == 2
        await press(pilot, "escape")
        assert len(pilot.app.screen_stack) == 1


@anyio
async def test_the_page_is_laid_out_anew_for_another_size() -> None:
    async with stage(WIDE) as pilot:
        await press(pilot, "question_mark")
        page = pilot.app.screen.query_one(Page)
        assert page.max_scroll_y == 0, "all of it is seen"
        for size in (SMALL, (60, 20), WIDE):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: page.outer_size.width == size[0])  # type: ignore[misc]
            await until(pilot, lambda: "Add a host" in screen_text(pilot))
