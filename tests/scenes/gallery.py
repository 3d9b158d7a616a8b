"""The scenes: each a size and the keys that lead to it."""

from __future__ import annotations

import os
import time
from contextlib import AbstractAsyncContextManager, chdir
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from textual.events import Paste
from textual.pilot import Pilot

from tests.scenes.stage import Size, press, settled, stage, standing_cursor, svg
from tests.scenes.world import HOSTS

PATIENCE = 5.0
"""Seconds that a picture may take to become what is expected."""
SMALL, MEDIUM, WIDE = (80, 24), (120, 40), (200, 60)


@dataclass(frozen=True)
class Scene:
    """A picture: its name, the size in cells, and the keys pressed on the scenes' hosts, the first selected.

    Then `pasted` is, if anything. `theme` and `monochrome` (as with NO_COLOR) are what the user has set.
    """

    name: str
    size: Size
    keys: tuple[str, ...] = ()
    pasted: str = ""
    theme: str = ""
    monochrome: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """What the user has set."""
        theme = {"TEXTUAL_THEME": self.theme} if self.theme else {}
        return theme | ({"NO_COLOR": "1"} if self.monochrome else {})


ERROR_TEXT = (
    "requests.exceptions.SSLError: HTTPSConnectionPool(host='shop.example.test', port=8443): Max retries"
    " exceeded with url: /v1/orders (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]"
    " certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)')))"
)

SCENES: tuple[Scene, ...] = (
    Scene("start-80x24", SMALL),
    Scene("chain-80x24", SMALL, ("2",)),
    Scene("fixed-80x24", SMALL, ("f",)),
    Scene("tested-80x24", SMALL, ("f", "t")),
    Scene("start-120x40", MEDIUM),
    Scene("repaired-120x40", MEDIUM, ("f", "t")),
    Scene("untrusted-120x40", MEDIUM, ("j", "j", "j", "j", "j", "j", "f")),
    Scene("write-120x40", MEDIUM, ("f", "w")),
    Scene("instructions-120x40", MEDIUM, ("f", "x")),
    Scene("keys-120x40", MEDIUM, ("question_mark",)),
    Scene("explain-120x40", MEDIUM, ("E",), ERROR_TEXT),
    Scene("repaired-200x60", WIDE, ("f", "t")),
    Scene("details-200x60", WIDE, ("f", "3", "i")),
    Scene("dark-120x40", MEDIUM, ("f", "t", "2")),
    Scene("light-120x40", MEDIUM, ("f", "t", "2"), theme="textual-light"),
    Scene("ansi-120x40", MEDIUM, ("f", "t", "2"), theme="ansi-dark"),
    Scene("no-color-120x40", MEDIUM, ("f", "t", "2"), monochrome=True),
)


async def draw(scene: Scene, expected: str | None = None) -> str:
    """Play a scene and return it as SVG; a neutral folder is the current one, for the paths that are shown.

    What is expected is waited for some seconds: a screen that stands still may only be slow.
    """
    with chdir("/tmp"):  # noqa: S108 - nothing is written
        return await _play(scene, expected)


async def _play(scene: Scene, expected: str | None) -> str:
    with patch.dict(os.environ, scene.environment):
        opening = stage(scene.size, HOSTS)
        return await _drawn(scene, opening, expected)


async def _drawn(scene: Scene, opening: AbstractAsyncContextManager[Pilot[None]], expected: str | None) -> str:
    async with opening as pilot:
        await press(pilot, *scene.keys)
        if scene.pasted:
            pilot.app.screen.post_message(Paste(scene.pasted))
            await pilot.pause()
            await press(pilot, "tab")
        await settled(pilot)
        await standing_cursor(pilot)
        picture = svg(pilot)
        deadline = time.monotonic() + PATIENCE
        while expected not in {None, picture} and time.monotonic() < deadline:
            await pilot.pause(0.1)
            picture = svg(pilot)
        return picture


async def draw_all(folder: Path) -> None:
    """Write every scene as SVG into a folder that exists."""
    for scene in SCENES:
        (folder / f"{scene.name}.svg").write_text(await draw(scene), encoding="utf-8")
