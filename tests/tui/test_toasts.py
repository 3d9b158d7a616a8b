"""What is shown in passing can be read to its last word, however few columns there are."""

from __future__ import annotations

import pytest

from tests.scenes.stage import Size, screen_text, settled, stage
from tui_chain.tui.toasts import toast

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("size", [(44, 20), (60, 20), (80, 24)])
async def test_no_line_of_a_toast_is_lost(size: Size) -> None:
    async with stage(size, ()) as pilot:
        for length in range(size[0] - 14, size[0] - 2):
            toast(pilot.app.screen, f"{'-' * 30} {'-' * (length - 31)} last")
            await pilot.pause()
            await settled(pilot)
            assert " last" in screen_text(pilot), length
