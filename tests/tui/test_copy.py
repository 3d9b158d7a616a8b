"""The menu of `y`: a letter copies what it names, also when it is typed ahead; pages copy all of their text."""

from __future__ import annotations

import shlex

import pytest
from textual import events
from textual.pilot import Pilot

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import press, screen_text, shows, stage, until
from tui_chain.core.text import colon_hex, plural
from tui_chain.tui.app import ChainApp
from tui_chain.tui.screens.copy import CopyScreen
from tui_chain.x509.formats.pem import to_pem

anyio = pytest.mark.anyio


def copies(pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the clipboard gets from now on."""
    copied: list[str] = []
    monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
    return copied


def main_app(pilot: Pilot[None]) -> ChainApp:
    assert isinstance(pilot.app, ChainApp)
    return pilot.app


@anyio
async def test_each_letter_copies_what_its_line_names(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(MEDIUM) as pilot:
        copied, app = copies(pilot, monkeypatch), main_app(pilot)
        await press(pilot, "f")
        proven = app.rows[0].state.proven
        assert proven is not None
        leaf = proven.path.certificates[0]
        await press(pilot, "y")
        assert isinstance(app.screen, CopyScreen)
        for name in ("PEM", "SHA-256", "serial number", "subject", "names", "command line", "bundle"):
            assert f"{name} " in screen_text(pilot), name
        await press(pilot, "escape")
        for letter in "ysndacb":
            await press(pilot, "y", letter)
            assert len(app.screen_stack) == 1
        assert copied[:2] == [to_pem(leaf), colon_hex(leaf.sha256)]
        assert copied[2] == f"{leaf.serial:x}"
        assert copied[3] == leaf.subject
        assert copied[4] == "\n".join(leaf.alternative_names.texts())
        assert shlex.split(copied[5])[:3] == ["tlschain", "fix", str(app.rows[0].target)]
        assert copied[6].count("BEGIN CERTIFICATE") == len(proven.bundle.certificates)


@anyio
async def test_only_what_there_is_is_listed_and_another_letter_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(MEDIUM) as pilot:
        copied, app = copies(pilot, monkeypatch), main_app(pilot)
        await press(pilot, "y")
        assert "b  bundle" not in screen_text(pilot)
        await press(pilot, "b")
        assert isinstance(app.screen, CopyScreen)
        await press(pilot, "c")
        assert shlex.split(copied[0])[:2] == ["tlschain", "check"]
        await press(pilot, "G", "y")  # a host that was not reached
        assert "PEM" not in screen_text(pilot)
        await press(pilot, "enter")
        assert shlex.split(copied[1])[2] == str(app.rows[-1].target)


@anyio
@pytest.mark.parametrize("times", [1, 3])
async def test_two_keys_that_are_typed_in_one_go_copy_the_certificate(
    times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(MEDIUM) as pilot:
        copied, app = copies(pilot, monkeypatch), main_app(pilot)
        for _ in range(2 * times):
            app.post_message(events.Key("y", "y"))
        await until(pilot, lambda: len(copied) == times and app.screen is app.main, "for the copies")
        served = app.rows[0].state.reached
        assert served is not None
        assert copied == [to_pem(served.certificates[0])] * times
        for key in ("y", "s", "j", "y", "c"):
            app.post_message(events.Key(key, key))
        await until(pilot, lambda: len(copied) == times + 2)
        assert copied[-1].split()[2] == str(app.rows[1].target)


@anyio
async def test_the_menu_names_whose_certificates_it_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(MEDIUM) as pilot:
        copied, app = copies(pilot, monkeypatch), main_app(pilot)
        first, second, third = (row.state.reached for row in app.rows[:3])
        assert first is not None
        assert second is not None
        assert third is not None
        await press(pilot, "g", "space", "g", "j", "space", "g", "j", "j", "y")
        assert f"Copy of {plural(2, 'marked host')}" in screen_text(pilot)
        await press(pilot, "y", "y", "s")
        leaves = [first.certificates[0], second.certificates[0]]
        assert copied == ["".join(map(to_pem, leaves)), "\n".join(colon_hex(one.sha256) for one in leaves)]
        await press(pilot, "2", "g", "y")
        assert f"Copy of {app.rows[2].target.display}" in screen_text(pilot), "the host under the cursor"
        await press(pilot, "y", "y", "c")
        assert copied[2] == to_pem(third.certificates[0])
        assert shlex.split(copied[3])[2] == str(app.rows[2].target)


@anyio
async def test_the_menu_fits_sixty_columns() -> None:
    async with stage((60, 20)) as pilot:
        await press(pilot, "f", "y")
        frame = pilot.app.screen.query_one("#copy")
        assert frame.region.right <= 60
        assert frame.size.height <= 8, "a line for each entry"
        await press(pilot, "q")
        assert main_app(pilot).screen is main_app(pilot).main


@anyio
async def test_pages_copy_all_of_their_text(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(SMALL) as pilot:
        copied = copies(pilot, monkeypatch)
        await press(pilot, "G", "e")
        await shows(pilot, "The last error")
        await press(pilot, "y")
        assert copied
        assert copied[0].startswith("vpn.example.test:443: ")
