"""How much of the screen says nothing: the share of blank rows in the panes."""

from __future__ import annotations

import pytest
from textual.geometry import Region
from textual.pilot import Pilot

from tests.scenes.gallery import MEDIUM, WIDE
from tests.scenes.stage import Size, opened, press, screen_text, until
from tests.tui.conftest import AppOn
from tui_chain.lab.internet import Lab
from tui_chain.tui.app import ChainApp
from tui_chain.tui.panes.base import Pane

HOSTS = ("leaf-only", "complete", "unknown-root")
"""Hosts of the lab that are looked at: to be repaired, with nothing to do, with a root that is not trusted."""
MOST = 0.5


def blank_rows(pilot: Pilot[None]) -> dict[str, tuple[int, int]]:
    """By pane: how many rows of its content are blank, and how many there are."""
    lines = screen_text(pilot).splitlines()
    panes = pilot.app.screen.query(Pane)
    return {str(pane.id): _blank(lines, pane.content_region) for pane in panes}


def _blank(lines: list[str], region: Region) -> tuple[int, int]:
    """Every character of these screens takes one cell."""
    rows = [line[region.x : region.right] for line in lines[region.y : region.bottom]]
    return sum(not row.strip() for row in rows), len(rows)


def share(counted: dict[str, tuple[int, int]]) -> float:
    """The blank ones of all rows of all panes."""
    return sum(blank for blank, _ in counted.values()) / sum(rows for _, rows in counted.values())


async def _on(pilot: Pilot[None], name: str) -> None:
    """Put the cursor on a host of the lab."""
    app = pilot.app
    assert isinstance(app, ChainApp)
    place = next(number for number, row in enumerate(app.rows) if row.state.label == name)
    await press(pilot, "1", "g", *["j"] * place)
    assert app.main.row is app.rows[place]


@pytest.mark.anyio
@pytest.mark.parametrize("size", [MEDIUM, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_no_more_than_half_of_the_rows_are_blank(app_on: AppOn, lab: Lab, size: Size) -> None:
    app = app_on(*(host.name for host in lab.hosts if host.name != "silent"))
    shares = {}
    async with opened(app, size) as pilot:
        await until(pilot, lambda: all(row.status for row in app.rows), "for the probes")
        for name, keys in (*((name, "") for name in HOSTS), *((name, "ft") for name in HOSTS)):
            await _on(pilot, name)
            await press(pilot, *keys)
            counted = blank_rows(pilot)
            shares[name, keys] = share(counted)
            print(f"{size[0]}x{size[1]} {name:<13} {keys:<3} {shares[name, keys]:4.0%}  {counted}")  # noqa: T201
    assert max(shares.values()) <= MOST, shares
