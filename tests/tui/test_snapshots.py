"""What the screen looks like, byte for byte; `make screenshots` makes the pictures anew after a change."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual._context import visible_screen_stack
from textual.widgets import Input

from tests.scenes.gallery import MEDIUM, SCENES, Scene, draw
from tests.scenes.stage import press, screen_text, stage, standing_cursor, svg

PICTURES = Path(__file__).parents[2] / "screenshots"


@pytest.mark.anyio
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_the_picture_is_as_committed(scene: Scene, tmp_path: Path) -> None:
    committed = (PICTURES / f"{scene.name}.svg").read_text(encoding="utf-8")
    drawn = await draw(scene, committed)
    if drawn != committed:
        actual = tmp_path / f"{scene.name}.actual.svg"
        actual.write_text(drawn, encoding="utf-8")
        pytest.fail(f"{scene.name} looks different: see {actual}; if that is meant, run `make screenshots`")


def test_every_picture_has_its_scene() -> None:
    assert {path.stem for path in PICTURES.glob("*.svg")} == {scene.name for scene in SCENES}


@pytest.mark.anyio
async def test_the_cursor_of_an_input_is_in_a_picture_at_any_time() -> None:
    """It blinks twice a second; where a machine is slow, the picture is drawn while it is away."""
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "w")
        box = pilot.app.screen.query_one(Input)
        pictures = set()
        for visible in (True, False):
            box._cursor_visible = visible
            await standing_cursor(pilot)
            pictures.add(svg(pilot))
        assert len(pictures) == 1


@pytest.mark.anyio
async def test_what_shows_through_a_dialog_is_in_a_picture_whoever_painted_the_dialog_first() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "question_mark")
        before = svg(pilot)
        pilot.app.screen.refresh()
        visible_screen_stack.set([])  # as where nothing was painted by the test yet
        screen_text(pilot)
        assert "api.example.test" in svg(pilot)
        assert svg(pilot) == before
