"""A timer that fires once."""

from __future__ import annotations

from textual.timer import Timer


def sure(timer: Timer) -> Timer:
    """Let a timer that fires once do so though the program was held up: Textual drops one that is late."""
    timer._skip = False  # noqa: SLF001 - Textual offers the choice for timers that repeat alone
    return timer
