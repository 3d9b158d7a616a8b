"""What is shown in passing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from textual.widget import Widget

from tui_chain.tui.actions import keymap_of, with_user_keys
from tui_chain.tui.messages import Noted
from tui_chain.tui.render import with_keys


def toast(
    widget: Widget,
    text: str,
    severity: Literal["information", "warning", "error"] = "information",
    *,
    command: str = "",
    path: Path | None = None,
) -> None:
    """Show a text in passing, a hint's commands as the user's keys; one at a time, so that it covers little.

    The log keeps it, with the `command` that does the same and the file that was written, where there are.
    """
    shown = with_user_keys(with_keys(text), keymap_of(widget.app))
    widget.app.clear_notifications()
    widget.notify(shown, severity=severity, markup=False)
    widget.app.post_message(Noted(shown, command, path))
