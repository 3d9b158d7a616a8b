"""What is shown in passing."""

from __future__ import annotations

from typing import Literal

from textual.widget import Widget

from tui_chain.tui.render import with_keys


def toast(widget: Widget, text: str, severity: Literal["information", "warning", "error"] = "information") -> None:
    """Show a text in passing, a hint's commands as keys; one at a time, so that it covers little."""
    widget.app.clear_notifications()
    widget.notify(with_keys(text), severity=severity, markup=False)
