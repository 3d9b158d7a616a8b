"""The dialog that asks for a private root's fingerprint: what counts, what it shows, what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenes.stage import opened, press, screen_text, shows, until
from tests.support.chains import make_pki
from tests.tui.conftest import AppOn
from tui_chain.core.status import Status
from tui_chain.core.text import colon_hex
from tui_chain.lab.authority import to_pem
from tui_chain.trust.pinned import TYPED_DIGITS
from tui_chain.tui.app import ChainApp
from tui_chain.tui.screens.root import DigitInput, RootScreen
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates

pytestmark = pytest.mark.anyio


async def asked(pilot: Pilot[None], app: ChainApp) -> Certificate:
    """Open the dialog for the root in which the host's chain ends."""
    await until(pilot, lambda: app.rows[0].status is not None)
    await press(pilot, "f")
    await shows(pilot, "press c if you know its root")
    await press(pilot, "c")
    await shows(pilot, "Trust a private root")
    return app.rows[0].state.verdict.search.untrusted[0][-1]  # type: ignore[union-attr]


async def paste(pilot: Pilot[None], text: str, *, by_key: bool = False) -> None:
    """Paste as a terminal does, or by ctrl+v."""
    box = pilot.app.screen.query_one(DigitInput)
    box.value = ""
    if by_key:
        pilot.app.copy_to_clipboard(text)
        await pilot.press("ctrl+v")
    else:
        box.post_message(events.Paste(text))
    await until(pilot, lambda: box.value == text)


def digits_shown(text: str, sha256: str) -> list[str]:
    """Every six consecutive digits of a fingerprint that stand in a text, whatever separates their bytes."""
    found = []
    for line in text.splitlines():
        plain = "".join(char for char in line.lower() if char not in ":- ")
        found += [sha256[at : at + 6] for at in range(len(sha256) - 5) if sha256[at : at + 6] in plain]
    return found


@pytest.mark.parametrize("size", [(120, 40), (200, 60), (80, 24)])
async def test_no_digit_of_the_fingerprint_is_on_the_screen_while_it_is_asked_for(
    app_on: AppOn, size: tuple[int, int]
) -> None:
    app = app_on("unknown-root-served")
    async with opened(app, size) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f", "2", "G")
        root = app.rows[0].state.verdict.search.untrusted[0][-1]  # type: ignore[union-attr]
        for key in ("z", "z"):
            before = digits_shown(screen_text(pilot), root.sha256)
            if before:
                break
            await press(pilot, key)
        assert before, "the certificate stands behind the dialog, with its fingerprint"
        await press(pilot, "c")
        await shows(pilot, "Trust a private root")
        for keys in ((), ("0",) * 8, ("0",) * TYPED_DIGITS):
            await press(pilot, *keys, *(("enter",) if keys else ()))
            assert isinstance(app.screen, RootScreen)
            assert digits_shown(screen_text(pilot), root.sha256) == []
        await pilot.resize_terminal(size[0] - 3, size[1])
        await shows(pilot, "Trust a private root")
        assert digits_shown(screen_text(pilot), root.sha256) == []


async def test_a_private_root_is_trusted_by_twenty_typed_digits(
    app_on: AppOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = app_on("unknown-root")
    async with opened(app) as pilot:
        root = await asked(pilot, app)
        await pilot.press(*"0" * TYPED_DIGITS, "enter")
        await shows(pilot, "The digits are not those of this root.")
        await pilot.press(*root.sha256[: TYPED_DIGITS - 1], "enter")
        await shows(pilot, f"These are {TYPED_DIGITS - 1} of {TYPED_DIGITS} digits.")
        assert app.rows[0].status is Status.UNTRUSTED
        await pilot.press(*root.sha256[:TYPED_DIGITS], "tab", *"corp.pem")
        await press(pilot, "enter")
        await until(pilot, lambda: app.rows[0].status is Status.REPAIRABLE)
    assert read_certificates((tmp_path / "corp.pem").read_bytes()).certificates == (root,)


@pytest.mark.parametrize("by_key", [False, True], ids=["bracketed paste", "ctrl+v"])
async def test_a_paste_counts_only_whole(app_on: AppOn, by_key: bool) -> None:
    app = app_on("unknown-root")
    async with opened(app) as pilot:
        root = await asked(pilot, app)
        await paste(pilot, root.sha256[:TYPED_DIGITS], by_key=by_key)
        await pilot.press("enter")
        await shows(pilot, "What was pasted is no whole SHA-256 fingerprint.")
        await paste(pilot, root.sha256[:10], by_key=by_key)
        await pilot.press(*root.sha256[10:TYPED_DIGITS], "enter")
        await shows(pilot, "What was pasted is no whole SHA-256 fingerprint.")
        assert app.rows[0].status is Status.UNTRUSTED
        await paste(pilot, f"sha256 Fingerprint={colon_hex(root.sha256)}", by_key=by_key)
        await press(pilot, "enter")
        await until(pilot, lambda: app.rows[0].status is Status.REPAIRABLE)


async def test_what_was_copied_from_this_program_is_no_second_source(app_on: AppOn) -> None:
    app = app_on("unknown-root-served")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "f", "2", "G", "y", "s", "c")
        await shows(pilot, "Trust a private root")
        root = app.rows[0].state.verdict.search.untrusted[0][-1]  # type: ignore[union-attr]
        assert root.sha256 in app.main.dialogs.copied.replace(":", "").lower()
        await paste(pilot, root.sha256)
        await press(pilot, "enter")
        await shows(pilot, "This fingerprint was copied from here")
        assert app.rows[0].status is Status.UNTRUSTED


async def test_digits_that_are_typed_after_a_refused_paste_count(app_on: AppOn) -> None:
    app = app_on("unknown-root")
    async with opened(app) as pilot:
        root = await asked(pilot, app)
        await paste(pilot, "abc")
        await pilot.press("backspace", "backspace", "backspace", *root.sha256[:TYPED_DIGITS])
        await press(pilot, "enter")
        await until(pilot, lambda: app.rows[0].status is Status.REPAIRABLE)


async def test_an_existing_trust_file_is_changed_only_after_its_difference_was_shown(
    app_on: AppOn, tmp_path: Path
) -> None:
    file, other = tmp_path / "corp.pem", make_pki("Another").root
    file.write_bytes(old := to_pem([other.der]))
    app = app_on("unknown-root")
    async with opened(app) as pilot:
        root = await asked(pilot, app)
        app.screen.query_one("#root-file", Input).value = str(file)
        await press(pilot, *root.sha256[:TYPED_DIGITS], "enter")
        await shows(pilot, "1 added, 1 kept, 0 removed. Enter again writes it.")
        assert f"+ {root.subject}"[:40] in screen_text(pilot)
        assert (file.read_bytes(), app.rows[0].status) == (old, Status.UNTRUSTED)
        file.write_bytes(newer := old + b"# a note\n")
        await press(pilot, "enter")
        assert file.read_bytes() == newer, "it is not what was shown"
        assert isinstance(app.screen, RootScreen)
        await press(pilot, "enter")
        await until(pilot, lambda: app.rows[0].status is Status.REPAIRABLE)
    assert file.read_bytes().startswith(newer)
    assert root in read_certificates(file.read_bytes()).certificates
