"""Measuring in turns, so that a busy moment of the machine hits both sides."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

Work = Callable[[], object]


def as_installed() -> dict[str, str]:
    """Return the environment, but that bytecode is kept, as an installed program has it: the first round makes it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(work: Work) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def medians(*works: Work, rounds: int) -> tuple[float, ...]:
    """Median seconds of several kinds of work, done in turns; a first round of each warms up and is not counted."""
    for work in works:
        work()
    taken = [[seconds(work) for work in works] for _ in range(rounds)]
    return tuple(statistics.median(column) for column in zip(*taken, strict=True))


def row(name: str, taken: tuple[float, ...], bound: str) -> tuple[str, str]:
    """A line of the table: two times in milliseconds, ours first, their ratio, and what the ratio should be."""
    ours, theirs = taken
    return name, f"{1000 * ours:7.1f} ms / {1000 * theirs:6.1f} ms = {ours / theirs:5.2f}  ({bound})"
