"""New inputs for one reader, out of its corpus: those that reach new lines become parents of further ones."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.fuzz.mutations import MOST
from tests.fuzz.reader import Reader
from tests.fuzz.trial import Broken, LineCount, trial

POOL = 4000
"""Inputs that are kept as parents."""
SHRINKINGS = 300
"""Attempts to make an input smaller that breaks a property."""


@dataclass(frozen=True)
class Found:
    """An input that breaks a property, as small as it could be made."""

    data: bytes
    broken: Broken

    @property
    def name(self) -> str:
        """The name of its file in the corpus."""
        return f"found-{hashlib.sha256(self.data).hexdigest()[:12]}"


@dataclass
class Fuzzing:
    """The fuzzing of one reader: its parents, what was found, and figures.

    `guided` counts lines: then inputs that reach new ones are kept, and work is bounded. It takes some five times as
    long for an input.
    """

    reader: Reader
    rng: random.Random
    guided: bool = True
    inputs: int = 0
    size: int = 0
    found: list[Found] = field(default_factory=list)
    lines: LineCount = field(default_factory=LineCount)
    parents: list[bytes] = field(default_factory=list)
    known: int = 0
    most: float = 0.0

    def __post_init__(self) -> None:
        """Read the corpus first: what it reaches is not new."""
        self.parents = list(self.reader.corpus().values())
        for data in self.parents if self.guided else ():
            self._try(data)
        self.known, self.inputs, self.size = len(self.lines.paths), 0, 0

    def run(self, going_on: Callable[[], bool]) -> None:
        """Read new inputs as long as one likes."""
        while going_on():
            data = self._next()
            before = len(self.lines.paths)
            broken = self._try(data)
            if broken is not None:
                self._keep(data, broken)
            elif len(self.lines.paths) > before and len(self.parents) < POOL:
                self.parents.append(data)

    def _try(self, data: bytes) -> Broken | None:
        self.inputs, self.size = self.inputs + 1, self.size + len(data)
        broken = trial(self.reader, data, self.lines if self.guided else None)
        self.most = max(self.most, self.lines.count / self.reader.lines(data))
        return broken

    def _next(self) -> bytes:
        """A parent, a new one rather than an old one, changed once or a few times."""
        rng, parents = self.rng, self.parents
        at = rng.randrange(len(parents)) if rng.random() < 0.6 else -1 - int(len(parents) * rng.random() ** 3)
        data = parents[at]
        for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
            changed = rng.choice(self.reader.mutations)(rng, data, rng.choice(parents), self.reader.tokens)
            data = changed if len(changed) <= MOST or len(changed) <= len(data) else data
        return data

    def _keep(self, data: bytes, broken: Broken) -> None:
        if all(one.broken.where != broken.where for one in self.found):
            small = shrunk(data, lambda less: self._is_same(less, broken))
            self.found.append(Found(small, trial(self.reader, small, self._counter()) or broken))

    def _is_same(self, data: bytes, broken: Broken) -> bool:
        again = trial(self.reader, data, self._counter())
        return again is not None and again.where == broken.where

    def _counter(self) -> LineCount | None:
        return LineCount() if self.guided else None


def shrunk(data: bytes, is_same: Callable[[bytes], bool], attempts: int = SHRINKINGS) -> bytes:
    """Return as little of an input as still does the same: lines first, then ever smaller pieces of bytes."""
    for split, join in ((_lines, b"".join), (_bytes, b"".join)):
        data, attempts = _less(split(data), join, is_same, attempts)
    return data


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def _bytes(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def _less(
    parts: list[bytes], join: Callable[[Sequence[bytes]], bytes], is_same: Callable[[bytes], bool], attempts: int
) -> tuple[bytes, int]:
    size = len(parts) // 2
    while size and attempts > 0:
        for at in _places(parts, size):
            less = parts[:at] + parts[at + size :]
            attempts -= 1
            if attempts > 0 and less and is_same(join(less)):
                parts = less
        size //= 2
    return join(parts), attempts


def _places(parts: Sequence[bytes], size: int) -> Iterator[int]:
    """From the end on, so that what was taken out moves nothing that is still to come."""
    return iter(range(max(0, len(parts) - size), -1, -size))
