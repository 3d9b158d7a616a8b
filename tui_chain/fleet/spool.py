"""Outcomes that wait for their turn on disk, since a long list has more of them than memory should hold."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from tui_chain.fleet.stages import Outcome


@dataclass(eq=False)
class Spool:
    """A file without a name, which is gone with the block that opened it."""

    file: IO[bytes]

    def put(self, outcome: Outcome) -> int:
        """Keep an outcome; return where it is. Raises OSError."""
        data = zlib.compress(pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL), 1)
        place = self.file.seek(0, 2)
        self.file.write(len(data).to_bytes(4, "big") + data)
        return place

    def get(self, place: int) -> Outcome:
        """The outcome that was kept at a place; raises OSError."""
        self.file.seek(place)
        size = int.from_bytes(self.file.read(4), "big")
        # our own bytes, in a file that nobody else can open
        outcome: Outcome = pickle.loads(zlib.decompress(self.file.read(size)))  # noqa: S301
        return outcome


@contextmanager
def spool() -> Iterator[Spool]:
    """Open one."""
    with TemporaryFile() as file:
        yield Spool(file)
