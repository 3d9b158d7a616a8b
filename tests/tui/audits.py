"""Driving the audit's screens, and files for them."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from tests.audit.damaged import DAMAGES, make_roots
from tests.scenes.stage import screen_text, settled, until
from tui_chain.tui.screens.audit import AuditScreen

ROOTS = make_roots()


def damaged(folder: Path, name: str) -> Path:
    """A file of three roots with this damage, for which it is named."""
    file = folder / f"{name.replace(' ', '-')}.pem"
    file.write_bytes(DAMAGES[name](ROOTS))
    return file


async def keys(pilot: Pilot[None], *names: str) -> None:
    """Press keys that start no job on a host, and wait until the screen stands still."""
    await pilot.press(*names)
    await settled(pilot)


async def audit(pilot: Pilot[None], path: Path | str) -> None:
    """Open the dialog where it is not open, name a path, and wait until it was read."""
    if not isinstance(pilot.app.screen, AuditScreen):
        await pilot.press("b")
    pilot.app.screen.query_one("#audit-path", Input).value = str(path)
    pilot.app.screen.query_one("#audit-path", Input).focus()
    await pilot.press("enter")
    await read(pilot)


async def read(pilot: Pilot[None]) -> None:
    """Wait until everything that was asked for in the background has come and is shown."""
    await until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers), "for the background")
    await pilot.pause()


async def says(pilot: Pilot[None], words: str) -> None:
    """Wait until a sentence stands on the screen, whatever lines it is broken into."""
    await until(pilot, lambda: words in sentences(pilot), f"for “{words}”")


async def toasted(pilot: Pilot[None], words: str) -> None:
    """Wait until a toast says this; where there are few columns it is broken into lines."""
    await until(pilot, lambda: any(words in note.message for note in pilot.app._notifications), f"for “{words}”")


def sentences(pilot: Pilot[None]) -> str:
    """The words of the screen without its frames."""
    return " ".join(screen_text(pilot).replace("│", " ").split())


def line_with(pilot: Pilot[None], *words: str) -> str:
    """The first line of the screen that has all of these words."""
    return next(line for line in screen_text(pilot).splitlines() if all(word in line for word in words))
