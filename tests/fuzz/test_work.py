"""Inputs of which a piece is repeated until they are large take work and memory in proportion to their size."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from tests.fuzz.mutations import der_repeated, lines_moved, repeated
from tests.fuzz.reader import Reader
from tests.fuzz.table import READERS
from tests.fuzz.trial import LineCount, trial

LARGE = 32 << 10
"""Bytes from which on an input is large enough."""
MEMORY_BASE, MEMORY_SHARE = 24 << 20, 200
"""The most bytes of memory that reading an input takes: at all, and for each of its own."""
KINDS = (repeated, der_repeated)


def large(reader: Reader) -> list[bytes]:
    """One input for each seed: a piece of it, another every time, again and again."""
    rng = random.Random(reader.name)  # noqa: S311 - the same inputs in every run
    found = []
    for name, seed in reader.corpus().items():
        data = seed
        for _ in range(40):
            if len(data) >= LARGE or not name.startswith("seed-"):
                break
            data = rng.choice(KINDS)(rng, data, seed, ())
            data = lines_moved(rng, data, seed, ()) if b"\n" in data else data
        found.append(data + seed * ((LARGE - len(data)) // len(seed)))
    return found


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_work_and_memory_grow_with_the_input_and_no_faster(reader: Reader) -> None:
    lines = LineCount()
    for data in large(reader)[:4]:
        tracemalloc.start()
        try:
            assert trial(reader, data) is None
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert trial(reader, data, lines) is None
        assert peak < MEMORY_BASE + MEMORY_SHARE * len(data), f"{peak:,} bytes for {len(data):,}"
