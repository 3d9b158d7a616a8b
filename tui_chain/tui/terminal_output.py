"""What the screen is painted on, so that a terminal that has closed does not hold up the end of the program.

Textual paints in a thread that ends at the first error; its queue is full soon after, and then the event loop waits
for ever (`textual.drivers._writer_thread`).
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from tui_chain.core.system import ENDING_SIGNALS, has_hung_up


class LastingOutput:
    """A text stream whose writing never fails: what nobody can see is dropped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        """Everything else is the stream's."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text, and return its length."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def lasting_output() -> Iterator[None]:
    """Let Textual, which paints on `sys.__stderr__`, paint on a stream that outlives its terminal."""
    before = sys.__stderr__
    if before is None:
        yield
        return
    sys.__stderr__ = LastingOutput(before)  # type: ignore[misc,assignment]
    try:
        yield
    finally:
        sys.__stderr__ = before  # type: ignore[misc]


def terminal_is_gone() -> bool:
    """Whether the terminal that keys come from has closed; never where a hang-up is passed over, as below nohup.

    Where it is not the program's controlling terminal, no signal tells of it.
    """
    keys = sys.__stdin__
    if keys is None or signal.getsignal(ENDING_SIGNALS[1]) is signal.SIG_IGN:
        return False
    try:
        return has_hung_up(keys.fileno())
    except (OSError, ValueError):
        return True
