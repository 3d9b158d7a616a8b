"""The clipboard: the desktop's, or over SSH and in a browser the terminal's."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable

from tui_chain.core.text import safe_text
from tui_chain.core.threads import in_daemon_thread

OSC52_LIMIT = 6_000
"""Bytes beyond which some terminals drop an OSC 52 sequence without a word."""
CLIPBOARD_SECONDS = 2.0
"""How long a clipboard program may take."""


async def copy_text(
    text: str, subject: str, send_to_terminal: Callable[[str], None], *, in_browser: bool = False
) -> tuple[str, bool]:
    """Copy `text`; return a sentence of what happened, and whether it is certain.

    Locally the desktop's clipboard is tried first. Over SSH and in a browser that would be the far machine's, so the
    terminal is asked (OSC 52), which never answers.
    """
    size = f"{len(text.encode()) / 1024:.1f} KB"
    if in_browser:
        trouble = "in a browser the clipboard is the browser's"
    elif any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY")):
        trouble = "over SSH the clipboard is the terminal's"
    else:
        trouble = await _copy_to_desktop(text)
        if not trouble:
            return f"Copied {subject}, {size}.", True
    send_to_terminal(text)
    sentence = f"Sent {subject}, {size}, to the terminal, unconfirmed ({trouble})."
    if len(text) > OSC52_LIMIT:
        sentence += " Some terminals take less; w writes it to a file."
    return sentence, False


async def _copy_to_desktop(text: str) -> str:
    """Ask the desktop's clipboard; return what went wrong, empty for success."""
    try:
        async with asyncio.timeout(CLIPBOARD_SECONDS):
            # a clipboard program that hangs must not hold the end of ours
            return await in_daemon_thread(lambda: _with_pyperclip(text), "clipboard")
    except TimeoutError:
        return "the clipboard program does not answer"


def _with_pyperclip(text: str) -> str:
    import pyperclip

    try:
        pyperclip.copy(text)
    except pyperclip.PyperclipException:
        return _no_clipboard()
    except OSError as error:
        return f"the clipboard program cannot be run: {safe_text(str(error.strerror or error), 80)}"
    except subprocess.CalledProcessError as error:
        return f"the clipboard program fails with code {error.returncode}"
    return "" if _kept(text) else "the clipboard program did not take it"


def _kept(text: str) -> bool:
    """Whether the clipboard has the text: pyperclip does not look at how xclip, xsel and wl-copy end."""
    import pyperclip

    if not _is_linux():
        return True
    try:
        return bool(pyperclip.paste() == text)
    except (pyperclip.PyperclipException, OSError, subprocess.SubprocessError, UnicodeError):
        return True  # what cannot be read may be there all the same


def _no_clipboard() -> str:
    """Why there is no clipboard: no display, or no program that speaks to it."""
    if not _is_linux():
        return "there is no clipboard here"
    if os.environ.get("WAYLAND_DISPLAY"):
        return "no clipboard program is installed: wl-clipboard has one"
    if os.environ.get("DISPLAY"):
        return "no clipboard program is installed: xclip or xsel would do"
    return "there is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set"


def _is_linux() -> bool:
    return sys.platform.startswith("linux")
