"""Keys that a dialog gets before it stands, as of a job that has just opened it, or after it was closed."""

from __future__ import annotations

import pytest

from tests.scenes.gallery import SMALL
from tests.scenes.stage import stage, until
from tui_chain.advise.document import Document
from tui_chain.tui.host_instructions import Instructions
from tui_chain.tui.screens.instructions import InstructionsScreen
from tui_chain.tui.screens.log import LogScreen

pytestmark = pytest.mark.anyio
ACTIONS = ("leave", "filter", "copy", "save")


def instructions() -> InstructionsScreen:
    return InstructionsScreen(Instructions("host.test", "host.test", (), Document("Nothing", ()), None))


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_key_before_a_dialog_stands_is_none_of_its(action: str) -> None:
    async with stage(SMALL) as pilot:
        app, screen = pilot.app, instructions()
        standing = app.push_screen(screen)
        assert not screen.is_mounted
        await app.run_action(action, screen)
        await standing
        await until(pilot, lambda: app.screen is screen and screen.is_mounted)
        await app.run_action("leave", screen)
        await until(pilot, lambda: app.screen is not screen)


async def test_a_key_after_a_dialog_was_closed_closes_no_other_one() -> None:
    async with stage(SMALL) as pilot:
        app, below, screen = pilot.app, LogScreen(()), instructions()
        await app.push_screen(below)
        await app.push_screen(screen)
        await app.run_action("leave", screen)
        await app.run_action("leave", screen)
        await until(pilot, lambda: not screen.is_attached)
        assert app.screen is below
