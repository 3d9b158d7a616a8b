"""What is shown in passing."""

from __future__ import annotations

from typing import Literal

from textual.widget import Widget


def toast(widget: Widget, text: str, severity: Literal["information", "warning", "error"] = "information") -> None:
    """Show a text in passing, as it stands; one at a time, so that it covers little."""
    widget.app.clear_notifications()
    widget.notify(text, severity=severity, markup=False)
