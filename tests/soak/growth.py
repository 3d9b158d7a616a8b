"""Whether a process grows: samples of its memory and descriptors, and the line that fits their second half."""

from __future__ import annotations

import functools
import gc
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.posix import memory_bytes

MEMORY_TOLERANCE = 0.05
"""The most that memory may grow over the second half, as a share of what it is in its middle."""
MEMORY_LEAST = 4 << 20
"""Bytes of growth that are never counted: the allocator gives memory back when it likes."""
COUNT_TOLERANCE = 2.0
"""The most that the numbers of descriptors and threads may grow over the second half."""
UNBOUNDED = 10_000
"""Entries of a cache without a bound that are too many."""
FEWEST = 6
"""Samples of a half from which a line says anything."""


@dataclass(frozen=True)
class Sample:
    """What the process holds: seconds since the begin, work done by then, bytes of memory, descriptors, threads."""

    seconds: float
    done: int
    memory: int
    descriptors: int
    threads: int

    def __str__(self) -> str:
        return (
            f"{self.seconds:6.0f} s  {self.done:7,} done  {self.memory / (1 << 20):7.1f} MiB"
            f"  {self.descriptors:3} descriptors  {self.threads:2} threads"
        )


def sample(seconds: float, done: int) -> Sample:
    """Look at this process, after all garbage was collected; Linux only.

    Caches of the screen's libraries that have a bound are emptied first: they keep the lines of widgets that are long
    gone, and take an hour to fill.
    """
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and str(one.__module__).startswith(("textual", "rich")):
            assert one.cache_info().maxsize is not None or one.cache_info().currsize < UNBOUNDED, one
            one.cache_clear()
    gc.collect()
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return Sample(seconds, done, memory_bytes(os.getpid()), descriptors, threading.active_count())


@dataclass(frozen=True)
class Growth:
    """How much each of them grew over the second half of the samples, by the line of least squares."""

    memory: float
    descriptors: float
    threads: float
    middle: float

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Growth:
        """Fit the second half; raises ValueError for too few samples."""
        half = samples[len(samples) // 2 :]
        if len(half) < FEWEST:
            raise ValueError(f"{len(half)} samples are too few to say anything; {FEWEST} are needed")
        return cls(
            _rise(half, [one.memory for one in half]),
            _rise(half, [one.descriptors for one in half]),
            _rise(half, [one.threads for one in half]),
            sorted(one.memory for one in half)[len(half) // 2],
        )

    @property
    def most(self) -> float:
        """The most bytes that memory may grow."""
        return max(MEMORY_LEAST, MEMORY_TOLERANCE * self.middle)

    @property
    def faults(self) -> tuple[str, ...]:
        """What grew beyond its tolerance, a sentence each."""
        found = [f"memory grew by {self.memory / (1 << 20):.1f} MiB"] if self.memory > self.most else []
        counts = (("descriptors", self.descriptors), ("threads", self.threads))
        return (*found, *(f"{name} grew by {grown:.1f}" for name, grown in counts if grown > COUNT_TOLERANCE))

    def __str__(self) -> str:
        return (
            f"second half: memory {self.memory / (1 << 20):+.1f} MiB (at most {self.most / (1 << 20):.1f}), "
            f"descriptors {self.descriptors:+.1f} and threads {self.threads:+.1f} (at most {COUNT_TOLERANCE:g})"
        )


def _rise(samples: Sequence[Sample], values: Sequence[float]) -> float:
    """How far the line of least squares rises from the first sample to the last."""
    seconds = [one.seconds for one in samples]
    middle, mean = sum(seconds) / len(seconds), sum(values) / len(values)
    spread = sum((at - middle) ** 2 for at in seconds)
    slope = sum((at - middle) * (value - mean) for at, value in zip(seconds, values, strict=True)) / spread
    return slope * (seconds[-1] - seconds[0])
