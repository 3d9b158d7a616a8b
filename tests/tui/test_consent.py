"""A bundle that loses a limit leaves the screen only after the user agreed (law 3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenes.stage import opened, press, screen_text, shows, until
from tests.tui.conftest import AppOn
from tui_chain.lab.internet import Lab, open_lab

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["constraints-lost-names"]) as running:
        yield running


async def test_a_bundle_that_loses_limits_is_written_after_a_yes(
    app_on: AppOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(app_on("constraints-lost-names")) as pilot:
        app = pilot.app
        await shows(pilot, "incomplete")
        await press(pilot, "f")
        await shows(pilot, "works for 9 of 9")
        for refusal in ("n", "escape"):
            await press(pilot, "w")
            await shows(pilot, "Limits are lost")
            assert "name constraints" in screen_text(pilot)
            await press(pilot, refusal)
            assert "new file" not in screen_text(pilot)
            assert list(tmp_path.iterdir()) == []
        await press(pilot, "w")
        await shows(pilot, "Limits are lost")
        await press(pilot, "y")
        await shows(pilot, "new file")
        await press(pilot, "enter")
        await until(pilot, lambda: app.rows[0].written is not None)  # type: ignore[attr-defined]
    (bundle,) = tmp_path.iterdir()
    assert bundle.read_bytes().count(b"BEGIN CERTIFICATE") == 2
