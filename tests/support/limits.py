"""Bounds on what a test may cost that hold on a loaded machine too: the process's own time, and the end of a wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 30.0
"""Seconds of the clock after which something waited: what tests let it wait for comes after a minute or never."""


@contextmanager
def own_seconds(most: float) -> Iterator[None]:
    """Fail when the block takes more processor time of this thread, in seconds; what other programs do is none."""
    begun = time.thread_time()
    yield
    taken = time.thread_time() - begun
    assert taken < most, f"{taken:.2f} s of processor time"


@contextmanager
def no_wait() -> Iterator[None]:
    """Fail when the block waited for what comes after a minute or never."""
    begun = time.monotonic()
    yield
    taken = time.monotonic() - begun
    assert taken < PATIENCE, f"it waited {taken:.0f} s"
