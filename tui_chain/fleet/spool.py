"""Outcomes that wait for their turn on disk, since a long list has more of them than memory should hold."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO

from tui_chain.fleet.stages import Outcome


@dataclass(eq=False)
class Spool:
    """A file without a name, which is gone with the block that opened it.

    Where there is no `file`, or its disk is full, outcomes wait in memory: a container may have nothing to write to.
    """

    file: IO[bytes] | None
    _held: list[bytes] = field(default_factory=list)

    def put(self, outcome: Outcome) -> int:
        """Keep an outcome; return where it is."""
        data = zlib.compress(pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL), 1)
        with suppress(OSError):
            place = self._written(len(data).to_bytes(4, "big") + data)
            if place is not None:
                return place
        self._held.append(data)
        return -len(self._held)

    def _written(self, data: bytes) -> int | None:
        if self.file is None:
            return None
        place = self.file.seek(0, 2)
        # the last bytes of a disk may take a part of it
        return place if self.file.write(data) == len(data) else None

    def get(self, place: int) -> Outcome:
        """The outcome that was kept at a place; raises OSError."""
        # our own bytes, in a file that nobody else can open
        outcome: Outcome = pickle.loads(zlib.decompress(self._read(place)))  # noqa: S301
        return outcome

    def _read(self, place: int) -> bytes:
        if place < 0 or self.file is None:
            return self._held[-place - 1]
        self.file.seek(place)
        return self.file.read(int.from_bytes(self.file.read(4), "big"))


@contextmanager
def spool() -> Iterator[Spool]:
    """Open one."""
    with ExitStack() as opened:
        file: IO[bytes] | None = None
        with suppress(OSError):
            # without a buffer a full disk shows at the outcome that it has no room for
            file = opened.enter_context(TemporaryFile(buffering=0))
        yield Spool(file)
