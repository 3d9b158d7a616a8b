"""The screen below a shell with job control, in a real terminal: ctrl+c, ctrl+z, `fg`, another size meanwhile."""

from __future__ import annotations

import itertools
import os
import shlex
import shutil
import struct
import sys
from collections.abc import Iterator

import pytest
from textual.events import Resize
from textual.geometry import Size

from tests.scenes.gallery import MEDIUM
from tests.scenes.stage import press, screen_text, shows, stage, until
from tests.tui.test_ending import LEFT_SCREEN, Terminal, in_terminal
from tui_chain.tui.screens.add import HostText

ENTERED_SCREEN = b"\x1b[?1049h"
"""What begins the alternate screen (xterm's control sequences, DECSET 1049)."""
PROMPT = b"ready> "
SHELL = """
import fcntl, os, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
"""
"""Takes the terminal as the controlling one of its session, then is a shell."""


@pytest.fixture
def shell() -> Iterator[Terminal]:
    """A shell in a terminal of 120x40."""
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    with in_terminal([sys.executable, "-c", SHELL], PS1=PROMPT.decode()) as terminal:
        terminal.until(lambda: PROMPT in terminal.seen)
        yield terminal


def typed(terminal: Terminal, text: str, wanted: bytes) -> bytes:
    """Type, and return what is painted until something wanted is among it."""
    terminal.seen = b""
    os.write(terminal.main, text.encode())
    terminal.until(lambda: wanted in terminal.seen)
    return terminal.seen


def resize(terminal: Terminal, rows: int, columns: int) -> None:
    if sys.platform != "win32":
        import fcntl
        import termios

        fcntl.ioctl(terminal.main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def test_ctrl_z_gives_the_shell_back_and_fg_the_screen(shell: Terminal) -> None:
    command = shlex.join([sys.executable, "-m", "tui_chain.tui.start", "localhost:1"])
    typed(shell, f"{command}\n", b"unreachable")
    assert LEFT_SCREEN in typed(shell, "\x1a", b"Stopped")
    typed(shell, "echo $((3+5))\n", b"8")
    resize(shell, 20, 60)
    assert ENTERED_SCREEN in typed(shell, "fg\n", b"\x1b[20;1H")
    typed(shell, "?", b"All keys")
    assert LEFT_SCREEN in typed(shell, "\x1a", b"Stopped")
    assert ENTERED_SCREEN in typed(shell, "fg\n", b"All keys")
    typed(shell, "\x03", b"then q quits")  # what was under way is painted by then
    typed(shell, "\x1b[27u", b"1 Hosts")  # escape of the kitty protocol, which is no beginning of another key
    # what is typed before the program has ended is its own, and it throws away what it did not read
    assert LEFT_SCREEN in typed(shell, "q", PROMPT)
    typed(shell, "echo code $?\n", b"code 0")


@pytest.mark.anyio
async def test_a_size_is_taken_though_the_program_was_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    late = itertools.count()
    async with stage(MEDIUM) as pilot:
        with monkeypatch.context() as held_up:
            held_up.setattr("textual.timer._time.get_time", lambda: float(next(late)))
            pilot.app.post_message(Resize(Size(60, 20), Size(60, 20)))
            await until(pilot, lambda: len(screen_text(pilot).splitlines()) == 20, "for the size")


@pytest.mark.anyio
async def test_ctrl_c_says_how_to_quit_in_dialogs_too() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "ctrl+c")
        await shows(pilot, "q quits.")
        for key in ("question_mark", "a", "i"):
            await press(pilot, key, "ctrl+c")
            await shows(pilot, "esc closes this, then q quits.")
            await press(pilot, "escape")
        assert pilot.app.is_running


@pytest.mark.anyio
async def test_ctrl_c_copies_what_is_selected(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with stage(MEDIUM) as pilot:
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        await press(pilot, "a", *"host", "shift+home", "ctrl+c")
        assert copied == ["host"]
        assert "then q quits" not in screen_text(pilot)


@pytest.mark.anyio
async def test_ctrl_z_in_a_box_for_text_takes_back_what_was_typed() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "a", *"host")
        assert pilot.app.screen.query_one(HostText).text == "host"
        await press(pilot, "ctrl+z")
        assert pilot.app.screen.query_one(HostText).text == ""
