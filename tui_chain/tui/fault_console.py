"""What is printed of an exception that nobody caught: a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.segment import Segments

from tui_chain.tui.background import unforeseen_fault

if TYPE_CHECKING:
    from tui_chain.core.failure import Failure


class FaultConsole(Console):
    """Prints a sentence where Textual would print a traceback, which holds the values of all variables.

    `has_printed_fault` says that it had to.
    """

    has_printed_fault = False

    def print(self, *objects: Any, **options: Any) -> None:
        """Print, but of a traceback only what was raised."""
        self.has_printed_fault |= any(isinstance(one, Segments) for one in objects)
        shown = (f"tlschain-tui: {_fault(one)}" if isinstance(one, Segments) else one for one in objects)
        super().print(*shown, **options)


def _fault(traceback: Segments) -> Failure:
    """The failure that stands at the end of a traceback, below its frame."""
    text = "".join(segment.text for segment in traceback.segments)
    return unforeseen_fault(" ".join(text.rpartition("╯")[2].split()))
