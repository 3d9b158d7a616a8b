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


def medians(one: Work, other: Work, rounds: int) -> tuple[float, float]:
    """Median seconds of two kinds of work, done in turns; a first round of each warms up and is not counted."""
    one()
    other()
    taken = [(seconds(one), seconds(other)) for _ in range(rounds)]
    return statistics.median(first for first, _ in taken), statistics.median(second for _, second in taken)


def row(name: str, ours: float, theirs: float, bound: str) -> tuple[str, str]:
    """A line of the table: both times in milliseconds, their ratio, and what the ratio should be."""
    return name, f"{1000 * ours:7.1f} ms / {1000 * theirs:6.1f} ms = {ours / theirs:5.2f}  ({bound})"
