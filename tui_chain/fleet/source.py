"""The hosts of a run as they come, each once: those that are known, then those of a list that is still read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Container, Iterator
from dataclasses import dataclass, field

from tui_chain.core.text import plural
from tui_chain.core.threads import in_daemon_thread
from tui_chain.engine.host_state import HostState
from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.host_list import BadLine, HostCollector
from tui_chain.net.host_stream import HostStream, NumberedHost, name_of
from tui_chain.net.target import Target

MAX_SAID = 100
"""Wrong lines that are named; the rest is counted."""


@dataclass(frozen=True)
class Shard:
    """One of several equal parts of a list: the hosts number `number`, `number + of`, …, counted from 1."""

    number: int = 1
    of: int = 1

    def size(self, hosts: int) -> int:
        """How many of so many hosts are of this part."""
        return (hosts + self.of - self.number) // self.of

    def has(self, place: int) -> bool:
        """Whether the host at a place, counted from 0, is of this part."""
        return place % self.of == self.number - 1


@dataclass(eq=False)
class HostSource:
    """The hosts of a run, to be gone through once; `wrong` hears a sentence of each line that names no host.

    `own` are the connection options that a listed host has which has no own, `shard` the part of all hosts that is
    wanted, and `done` are targets that are left out. After the last host `found` says how many there were.
    """

    hosts: tuple[HostState, ...]
    wrong: Callable[[str], None]
    listed: HostStream | None = None
    own: ConnectionOptions = USUAL_CONNECTION
    shard: Shard = Shard()
    done: Container[Target] = frozenset()
    found: int = 0
    left_out: int = 0
    wrong_lines: int = 0
    _collector: HostCollector = field(default_factory=HostCollector)

    @property
    def about(self) -> int | None:
        """About how many hosts are wanted, where that is known before the end: the better the more was read."""
        if self.listed is not None and self.listed.lines is None:
            return None
        lines = 0 if self.listed is None or self.listed.lines is None else self.listed.lines
        hosts = len(self.hosts) + lines - self._collector.repeats.count - self.wrong_lines
        return max(0, self.shard.size(hosts) - self.left_out)

    async def states(self) -> AsyncIterator[HostState]:
        """Yield every host that is wanted; reading on waits beside the event loop."""
        for state in self.hosts:
            if self._collector.is_new(state.target, 0) and self._is_wanted(state.target):
                yield state
        if self.listed is not None:
            pieces = self.listed.pieces()
            while (piece := await self._next(pieces, waits=self.listed.waits)) is not None:
                for state in self._of_piece(piece):
                    yield state
            self._say_rest(self.listed)

    async def _next(self, pieces: Pieces, *, waits: bool) -> Piece | None:
        if waits:
            return await in_daemon_thread(lambda: next(pieces, None), "host list")
        return next(pieces, None)

    def _of_piece(self, piece: Piece) -> Iterator[HostState]:
        for each in piece:
            if isinstance(each, BadLine):
                self._say(each)
                continue
            number, host = each
            target = host.target.over(self.own)
            if self._collector.is_new(target, number) and self._is_wanted(target):
                yield HostState(target, host.label)

    def _is_wanted(self, target: Target) -> bool:
        place, self.found = self.found, self.found + 1
        if not self.shard.has(place):
            return False
        if target in self.done:
            self.left_out += 1
            return False
        return True

    def _say(self, bad: BadLine) -> None:
        self.wrong_lines += 1
        if self.wrong_lines <= MAX_SAID and self.listed is not None:
            self.wrong(f"{name_of(self.listed)}, {bad}")

    def _say_rest(self, listed: HostStream) -> None:
        if self.wrong_lines > MAX_SAID:
            self.wrong(f"{name_of(listed)}: {plural(self.wrong_lines - MAX_SAID, 'line')} more name no host.")

    @property
    def repeats(self) -> str:
        """What is said of lines that name a host again; empty where there are none."""
        again = self._collector.repeats
        if not again.count or self.listed is None:
            return ""
        return f"{name_of(self.listed)}, {again}"


Piece = list[NumberedHost | BadLine]
Pieces = Iterator[Piece]
