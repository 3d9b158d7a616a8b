"""A widget that got another size lays itself out for it, also where Textual has not told it."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.widget import Widget
from textual.widgets import TextArea

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import press, screen_text, settled, stage
from tui_chain.tui.panes.base import CertificatePane
from tui_chain.tui.widgets.split_view import SplitView

anyio = pytest.mark.anyio


def _paint_before_layout(app: App[None], widget: Widget) -> None:
    """What happens when a widget is painted after a style has changed, and before the screen is laid out for it."""
    compositor = app.screen._compositor
    for ancestor in widget.ancestors_with_self:
        if isinstance(ancestor, Widget):
            ancestor._clear_arrangement_cache()
    compositor._full_map_invalidated = True
    assert compositor.full_map[widget].region.size != widget.outer_size


@anyio
async def test_a_pane_that_is_opened_while_something_is_painted_is_not_left_blank() -> None:
    async with stage(SMALL) as pilot:
        await press(pilot, "f", "2")
        shown = screen_text(pilot)
        view = pilot.app.screen.query_one("#chain", CertificatePane).query_one(SplitView)
        room = view.size.height
        view.styles.height = 1
        await settled(pilot)
        view.styles.height = room
        _paint_before_layout(pilot.app, view)
        await settled(pilot)
        assert screen_text(pilot) == shown


@anyio
async def test_a_dialog_wraps_what_is_typed_for_the_width_that_it_has() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "a")
        box = pilot.app.screen.query_one(TextArea)
        box.text = "host.example.test " * 12
        box.styles.width = 50
        await settled(pilot)
        narrow = screen_text(pilot)
        box.styles.width = "1fr"
        await settled(pilot)
        box.styles.width = 50
        _paint_before_layout(pilot.app, box)
        await settled(pilot)
        assert screen_text(pilot) == narrow
