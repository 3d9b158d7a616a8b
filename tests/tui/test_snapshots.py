"""What the screen looks like, byte for byte; `make screenshots` makes the pictures anew after a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenes.gallery import SCENES, Scene, draw

PICTURES = Path(__file__).parents[2] / "screenshots"


@pytest.mark.anyio
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_the_picture_is_as_committed(scene: Scene, tmp_path: Path) -> None:
    drawn = await draw(scene)
    committed = (PICTURES / f"{scene.name}.svg").read_text(encoding="utf-8")
    if drawn != committed:
        actual = tmp_path / f"{scene.name}.actual.svg"
        actual.write_text(drawn, encoding="utf-8")
        pytest.fail(f"{scene.name} looks different: see {actual}; if that is meant, run `make screenshots`")


def test_every_picture_has_its_scene() -> None:
    assert {path.stem for path in PICTURES.glob("*.svg")} == {scene.name for scene in SCENES}
