"""What is done with each host of a list, as a value that another process can be given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Protocol

from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.fleet.stages import Outcome

Stage = Callable[[HostState], Awaitable[Outcome]]
"""Takes a host through the stages of a command."""


class Work(Protocol):
    """The work of a command; it pickles, and what it needs is loaded where it is done."""

    def stage(self, run: Run) -> Stage:
        """The stage, with what this process has loaded."""

    def opened(self) -> AbstractContextManager[Stage]:
        """Load what the command's options name, in another process, for as long as its hosts are worked on."""
