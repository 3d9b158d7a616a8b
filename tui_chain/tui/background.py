"""Work off the event loop that holds neither the screen nor the end of the program; what it raises is a failure."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TypeVar

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.core.threads import in_daemon_thread

T = TypeVar("T")
DIALOGS = ("tui_chain.tui.screens.host_dialogs", "tui_chain.tui.screens.keys")
"""The modules of the dialogs that are opened most, which load all that they show."""

FIRST_DIAGNOSIS = ("tui_chain.repair.candidates", "tui_chain.repair.alternatives", "tui_chain.engine.host_changes")
"""Further modules that a diagnosis of the screen ends in."""


async def in_background(work: Callable[[], T], name: str) -> T | Failure:
    """Run `work` in a thread of its own and return its result; what it raises is a failure.

    Work that hangs, as a read of a network drive, is left behind when nobody waits any more.
    """
    try:
        return await in_daemon_thread(work, name)
    except Exception as error:  # noqa: BLE001 - whatever it is, the user reads a sentence and goes on
        return unforeseen(error)


async def guarded(work: Awaitable[None], failed: Callable[[Failure], None]) -> None:
    """Wait for `work`, and report what it raises: a worker that dies in silence leaves a screen that waits."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - as above
        failed(unforeseen(error))


def unforeseen(error: BaseException) -> Failure:
    """What nobody thought of, as a sentence that asks for a report."""
    return unforeseen_fault(f"{type(error).__name__}: {error}")


def unforeseen_fault(raised: str) -> Failure:
    """The same of an exception that is at hand as text alone, its type before its message."""
    shown = safe_text(raised, 400)
    return Failure("unforeseen", f"This is a fault of tlschain-tui: {shown}.", "Please report it with this message.")


KEY_SECONDS = 0.1
"""How long after a key no piece of work begins: what the key asks for is painted first."""
MAX_HELD = 1.0
"""Seconds after which a piece of work begins although keys are still coming."""


class Turns:
    """Lets work that holds the event loop begin one piece a turn of the loop, and none while a key is answered."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._until = 0.0

    async def take(self) -> None:
        """Wait for a turn."""
        async with self._lock:
            last = time.monotonic() + MAX_HELD
            left = 0.0
            while left >= 0:
                await asyncio.sleep(left)
                left = min(self._until, last) - time.monotonic()

    def hold(self) -> None:
        """Let a key be answered first."""
        self._until = time.monotonic() + KEY_SECONDS


def load_models() -> None:
    """Load what the first diagnosis needs and no later one, which would hold the event loop for it."""
    from tui_chain.clients.engines.registry import MODELS

    for name in (*(entry.module for entry in MODELS.values()), *FIRST_DIAGNOSIS):
        import_module(name)


def load_dialogs() -> None:
    """Load the dialogs, and the clients and servers that instructions name: the first dialog is to open at once."""
    from tui_chain.clients.registry import sections
    from tui_chain.servers.registry import servers

    for name in DIALOGS:
        import_module(name)
    sections()
    servers()


OLDEST = 1_000_000
"""Collections of the younger objects after which Python looks through all of them: never, in a run of the screen."""
LITTER = 10
"""Such collections after which there may be something to find among all."""


def hold_back_collections() -> None:
    """Let Python look for garbage among new objects alone: of 5,000 hosts all of them take a tenth of a second."""
    younger, middle, _ = gc.get_threshold()
    gc.set_threshold(younger, middle, OLDEST)


def collect_garbage() -> None:
    """Look through all objects, where that is held back, and leave those that are in use out the next time."""
    if gc.get_threshold()[2] == OLDEST and gc.get_count()[2] > LITTER:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
