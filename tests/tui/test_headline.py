"""The line on top: whatever gives way, the next key is whole, and nothing is cut without a sign of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.scenes.stage import press, screen_text, stage
from tui_chain.tui.app import ChainApp
from tui_chain.tui.widgets.headline import Headline

pytestmark = pytest.mark.anyio


async def test_few_columns_show_the_first_step() -> None:
    async with stage((60, 20)) as pilot:
        await press(pilot, "G")
        top = screen_text(pilot).splitlines()[0].rstrip()
        assert top.endswith("· e for the hint")
        await pilot.resize_terminal(120, 40)
        await press(pilot, "2")
        assert "press e for the hint, r to try again" in screen_text(pilot).splitlines()[0]


@pytest.mark.parametrize("width", [32, 44, 60, 72, 80, 100, 130])
async def test_nothing_is_cut_without_a_sign(width: int) -> None:
    async with stage((width, 20)) as pilot:
        assert isinstance(pilot.app, ChainApp)
        for _ in pilot.app.rows:
            line = screen_text(pilot).splitlines()[0]
            assert cell_len(line.rstrip()) < width
            key = line.rstrip().rpartition(" · ")[2]
            assert (
                line.rstrip().endswith("…")
                or width < 44
                or key.removeprefix("press ").split()[0]
                in "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZesc"
            )
            await press(pilot, "j")


async def test_cells_are_counted() -> None:
    async with stage((60, 20)) as pilot:
        app = pilot.app
        assert isinstance(app, ChainApp)
        row = app.rows[0]
        wide = replace(row, state=replace(row.state, target=replace(row.target, host="例え" * 12 + ".test")))
        top = app.screen.query_one(Headline)
        top.row = wide
        await pilot.pause()
        assert screen_text(pilot).splitlines()[0].rstrip().endswith("· f to find it")
