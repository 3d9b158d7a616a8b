"""Measuring in turns, so that a busy moment of the machine hits both sides."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

Work = Callable[[], object]
Clock = Callable[[], float]


def as_installed() -> dict[str, str]:
    """Return the environment, but that bytecode is kept, as an installed program has it: the first round makes it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def children_cpu() -> float:
    """CPU seconds of all processes that this one has started and waited for, user and system."""
    if sys.platform == "win32":
        raise SystemExit("Windows does not say what processes cost that have ended.")
    else:  # noqa: RET506 - for mypy, to which nothing else is another system's
        import resource

        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime


def seconds(work: Work, clock: Clock = time.perf_counter) -> float:
    """How long a call takes, by a clock."""
    started = clock()
    work()
    return clock() - started


def medians(*works: Work, rounds: int, clock: Clock = time.perf_counter) -> tuple[float, ...]:
    """Median seconds of several kinds of work, done in turns; a first round of each warms up and is not counted."""
    for work in works:
        work()
    taken = [[seconds(work, clock) for work in works] for _ in range(rounds)]
    return tuple(statistics.median(column) for column in zip(*taken, strict=True))


def row(name: str, taken: tuple[float, ...], bound: str) -> tuple[str, str]:
    """A line of the table: two times in milliseconds, ours first, their ratio, and what the ratio should be."""
    ours, theirs = taken
    return name, f"{1000 * ours:7.1f} ms / {1000 * theirs:6.1f} ms = {ours / theirs:5.2f}  ({bound})"
