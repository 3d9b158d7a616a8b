"""What is shown in passing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from textual.widget import Widget

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
    """Show a text in passing, a hint's commands as keys; one at a time, so that it covers little.

    The log keeps it, with the `command` that does the same and the file that was written, where there are.
    """
    widget.app.clear_notifications()
    widget.notify(with_keys(text), severity=severity, markup=False)
    widget.app.post_message(Noted(with_keys(text), command, path))
