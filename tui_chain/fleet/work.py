"""What is done with each host of a list, as a value that another process can be given."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from tui_chain import __version__
from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.fleet.stages import Outcome
from tui_chain.trust.loading import load_trust_store

Stage = Callable[[HostState], Awaitable[Outcome]]
"""Takes a host through the stages of a command."""


@dataclass(frozen=True)
class WorkerFacts:
    """What has to be alike wherever a list is worked on: the product's version, and the SHA-256 of the trust store.

    `failure` is why the store cannot be loaded there.
    """

    version: str
    store: str = ""
    failure: str = ""


def worker_facts(trust: Sequence[str]) -> WorkerFacts:
    """What this process is, with the trust stores of these names (none: certifi)."""
    store = load_trust_store(*(trust or ("certifi",)))
    if isinstance(store, Failure):
        return WorkerFacts(__version__, failure=str(store))
    return WorkerFacts(__version__, hashlib.sha256(store.file).hexdigest())


class WorkFailure(Exception):
    """The work cannot be done, or not all of it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


class Work(Protocol):
    """The work of a command; it pickles, and what it needs is loaded where it is done.

    `at_once` is how many hosts one process works on at once.
    """

    @property
    def at_once(self) -> int:
        """Hosts that a process works on at once."""

    def shared_by(self, count: int) -> Work:
        """The work as each of so many processes does it, so that they keep the limits together."""

    def spread_over(self, threads: int) -> Work:
        """The work as each of so many threads of a cluster does it: they keep the limits that were set together."""

    def facts(self) -> WorkerFacts:
        """What this process is."""

    def stage(self, run: Run) -> Stage:
        """The stage, with what this process has loaded."""

    def opened(self) -> AbstractContextManager[Stage]:
        """Load what the command's options name, in another process, for as long as its hosts are worked on."""
