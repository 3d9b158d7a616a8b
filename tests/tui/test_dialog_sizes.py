"""Every dialog in few columns and lines: nothing of it is cut off, and every line of it can be reached by keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import chdir
from pathlib import Path

import pytest
from textual import events
from textual.containers import ScrollableContainer
from textual.content import Content
from textual.pilot import Pilot
from textual.scroll_view import ScrollView
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static, TextArea

from tests.scenes.gallery import ERROR_TEXT
from tests.scenes.stage import Size, press, screen_text, settled, shows, stage, until
from tests.tui.audits import audit, damaged, keys, read
from tui_chain.tui.screens.add import HostText

SIZES = ((60, 20), (80, 24))
Way = Callable[[Pilot[None], Path], Awaitable[None]]


def by(*names: str) -> Way:
    async def opener(pilot: Pilot[None], _: Path) -> None:
        await press(pilot, *names)

    return opener


async def add_wrong_lines(pilot: Pilot[None], _: Path) -> None:
    await press(pilot, "a")
    pilot.app.screen.query_one(HostText).text = "\n".join(["the server does not answer", "a..b", "!!!"] * 12)


async def explained(pilot: Pilot[None], _: Path) -> None:
    await press(pilot, "E")
    pilot.app.screen.post_message(events.Paste(ERROR_TEXT))
    await shows(pilot, "tab goes to the causes")


async def audited(pilot: Pilot[None], folder: Path) -> None:
    await audit(pilot, damaged(folder, "glued"))
    await read(pilot)


async def bundle_audited(pilot: Pilot[None], folder: Path) -> None:
    with chdir(folder):
        await press(pilot, "f", "w", "enter")
        await press(pilot, "b")
        await read(pilot)
        await keys(pilot, "tab")
        await shows(pilot, "r refresh")


async def refreshed(pilot: Pilot[None], folder: Path) -> None:
    await bundle_audited(pilot, folder)
    await keys(pilot, "r", "y")
    await read(pilot)
    await shows(pilot, "A bundle refreshed")


async def fixed(pilot: Pilot[None], folder: Path) -> None:
    await audited(pilot, folder)
    await keys(pilot, "w")
    await read(pilot)
    await shows(pilot, "Write the fixed file")


async def a_folder(pilot: Pilot[None], folder: Path) -> None:
    for name in ("glued", "sound"):
        damaged(folder, name)
    await audit(pilot, folder)
    await read(pilot)
    await shows(pilot, "Audit of a folder")


WAYS: dict[str, Way] = {
    "help": by("question_mark"),
    "add": by("a"),
    "wrong lines": add_wrong_lines,
    "audit": by("b"),
    "audited": audited,
    "audit of a bundle": bundle_audited,
    "refresh": refreshed,
    "fixed file": fixed,
    "folder": a_folder,
    "details": by("i"),
    "write": by("f", "w"),
    "instructions": by("f", "x"),
    "request": by("m"),
    "report": by("s"),
    "explain": by("E"),
    "explained": explained,
    "watch": by("W"),
    "quit": by("f", "q"),
    "remove": by("f", "d"),
    "error": by("G", "e"),
    "root": by(*["j"] * 6, "c"),
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_dialog_fits(size: Size, name: str, tmp_path: Path) -> None:
    async with stage(size) as pilot:
        await WAYS[name](pilot, tmp_path)
        await settled(pilot)
        assert len(pilot.app.screen_stack) > 1, screen_text(pilot)
        screen = pilot.app.screen
        stops = len(screen.focus_chain)
        for _ in range(max(stops, 1)):
            await settled(pilot)
            _hints_are_whole(pilot)
            _nothing_is_cut(pilot)
            if screen.focused is not None:
                await _last_line_is_reached(pilot, screen.focused)
            await pilot.press("tab")
        scrolled = [widget for widget in screen.query("*") if widget.display and widget.max_scroll_y > 0]
        assert all(widget in screen.focus_chain for widget in scrolled), "what scrolls has to take keys"


def _hints_are_whole(pilot: Pilot[None]) -> None:
    text = screen_text(pilot)
    for frame in pilot.app.screen.query(".frame"):
        keys_of_it = Content.from_markup(str(frame.border_subtitle or "")).plain
        assert keys_of_it in text, f"{keys_of_it} is cut:\n{text}"
        assert pilot.app.screen.region.contains_region(frame.region)


def _nothing_is_cut(pilot: Pilot[None]) -> None:
    for widget in pilot.app.screen.query("*"):
        if not isinstance(widget, Static | Button) or not widget.display or not _text(widget):
            continue
        if any(isinstance(outer, ScrollableContainer) and outer.can_focus for outer in widget.ancestors):
            continue
        shown, whole = widget.size, widget.virtual_size
        assert whole.height <= shown.height, f"{widget} is cut:\n{screen_text(pilot)}"
        assert isinstance(widget.parent, Widget)
        assert widget.parent.region.contains_region(widget.region), f"{widget} is cut:\n{screen_text(pilot)}"


def _text(widget: Widget) -> str:
    return str(widget.render())


async def _last_line_is_reached(pilot: Pilot[None], widget: Widget) -> None:
    """What has the focus scrolls to its end by keys."""
    if not isinstance(widget, ScrollableContainer | ScrollView) or isinstance(widget, TextArea | OptionList):
        return
    await pilot.press("end")
    await until(pilot, lambda: widget.scroll_offset.y >= widget.max_scroll_y, f"for the end of {widget}")
    await pilot.press("home")
