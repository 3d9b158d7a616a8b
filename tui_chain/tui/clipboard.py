"""The clipboard, told truthfully: what was copied, what was only sent, and what did not work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from tui_chain.core.text import safe_text
from tui_chain.core.threads import in_daemon_thread

OSC52_LIMIT = 6_000
"""Bytes beyond which some terminals drop an OSC 52 sequence without a word."""
SECONDS = 2.0
"""How long a clipboard program may take."""


async def copy(text: str, what: str, send_to_terminal: Callable[[str], None]) -> tuple[str, bool]:
    """Copy `text` and say what happened, and whether it is certain.

    Locally the desktop's clipboard is tried first. Over SSH that would be the far machine's, so the terminal
    is asked (OSC 52), which never answers.
    """
    size = f"{len(text.encode()) / 1024:.1f} KB"
    trouble = "over SSH the clipboard is the terminal's"
    if not any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY")):
        trouble = await _desktop(text)
        if not trouble:
            return f"Copied {what}, {size}.", True
    send_to_terminal(text)
    words = f"Sent {what}, {size}, to the terminal, unconfirmed ({trouble})."
    if len(text) > OSC52_LIMIT:
        words += " Some terminals take less; w writes it to a file."
    return words, False


async def _desktop(text: str) -> str:
    """Ask the desktop's clipboard; return what went wrong, empty for success."""
    try:
        async with asyncio.timeout(SECONDS):
            # a clipboard program that hangs must not hold the end of ours
            return await in_daemon_thread(lambda: _with_pyperclip(text), "clipboard")
    except TimeoutError:
        return "the clipboard program does not answer"


def _with_pyperclip(text: str) -> str:
    import pyperclip

    try:
        pyperclip.copy(text)
    except pyperclip.PyperclipException:
        return "there is no clipboard program here"
    except OSError as error:
        return safe_text(str(error.strerror or error), 80)
    return ""
