"""Results of several runs as one: each host once, and what one of them serves for those that lack it."""

from __future__ import annotations

import asyncio
import sys
from bisect import insort
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.files import unreadable
from tui_chain.core.status import Status
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey
from tui_chain.engine.shared_roots import root_of
from tui_chain.fleet.result_files import HostKey, host_key, line_at, lines_of, open_lines, sought_key
from tui_chain.fleet.shared_roots import SharedRoots
from tui_chain.fleet.source import MAX_SAID
from tui_chain.probe.served import ServedChain
from tui_chain.resolve.sources import ServedIndex
from tui_chain.results.saved import Restorer, SavedResult, read_line

_LACKING = frozenset(Status) - {Status.COMPLETE, Status.REPAIRABLE, Status.UNREACHABLE}
"""The statuses of hosts for which something may be found that another one serves."""
NAMED = 3
"""Lines of a file that are named one by one; of more, as of a file of something else, the first alone is."""
_LAST = chr(sys.maxunicode)
"""What comes behind every time."""
_ENDLESS = frozenset({Status.UNTRUSTED, Status.INCOMPLETE})


@dataclass(frozen=True)
class _HostLine:
    """Where a line of a host is, and when it was probed, as the line says it."""

    file: int
    offset: int
    time: str


@dataclass(eq=False)
class ResultFiles:
    """The newest line of each host in some files, in the order in which hosts come.

    `lacking` says whether some host was searched for and still lacks something.
    """

    names: list[str] = field(default_factory=list)
    files: list[IO[bytes]] = field(default_factory=list)
    lacking: bool = False
    _said: list[str] = field(default_factory=list)
    _unsaid: int = 0
    _places: dict[HostKey, list[_HostLine]] = field(default_factory=dict)
    _found: dict[HostKey, HostKey] = field(default_factory=dict)

    def add(self, name: str, file: IO[bytes]) -> None:
        """Take in the lines of one more file; raises OSError."""
        self.names.append(name)
        self.files.append(file)
        number, wrong = len(self.files) - 1, list[int]()
        for count, line in enumerate(lines_of(file), start=1):
            read = line.object
            key = host_key(read)
            if key is not None and read is not None:
                self._put(key, _HostLine(number, line.offset, _time_of(read)))
                self.lacking = self.lacking or _lacks(read)
            elif line.data.strip() and (read is None or "kind" not in read):
                wrong.append(count)
        if len(wrong) > NAMED:
            first = f"{name}: {len(wrong)} lines are no results of this version, line {wrong[0]} first."
            self._say(first, len(wrong))
            return
        for count in wrong:
            self._say(f"{name}, line {count}: it is no result of this version.")

    @property
    def wrong(self) -> list[str]:
        """Which lines are wrong, in sentences; `MAX_SAID` at most, of more the rest is counted."""
        rest = [f"{plural(self._unsaid, 'line')} more of the files are wrong."] if self._unsaid else []
        return [*self._said, *rest]

    def _say(self, sentence: str, lines: int = 1) -> None:
        if len(self._said) < MAX_SAID:
            self._said.append(sentence)
        else:
            self._unsaid += lines

    def _put(self, key: HostKey, place: _HostLine) -> None:
        """Add a line of a host; of those with the same time the last is the newest."""
        insort(self._places.setdefault(self._first_of(key), []), place, key=lambda one: one.time)

    def _first_of(self, key: HostKey) -> HostKey:
        """The key that the host came with first: before its protocol was found out, or where it was."""
        sought = sought_key(key)
        if sought is not None and sought not in self._found:
            self._found[sought] = self._found[key] = sought if sought in self._places else key
        return self._found.get(key, key)

    def __len__(self) -> int:
        return len(self._places)

    def results(self) -> Iterator[SavedResult]:
        """Yield every host's newest line that is right; newer ones are named in `wrong`. Raises OSError."""
        return self._newest(self._say)

    def _newest(self, say: Callable[[str], None]) -> Iterator[SavedResult]:
        for places in self._places.values():
            for place in reversed(places):
                read = read_line(1, line_at(self.files[place.file], place.offset))
                if isinstance(read, SavedResult):
                    yield read
                    break
                if read is not None:
                    say(f"{self.names[place.file]}, byte {place.offset}: {read.failure.message}")

    def served(self) -> Iterator[ServedChain]:
        """Yield what every host served; raises OSError."""
        for saved in self._newest(lambda _: None):
            if isinstance(saved.served, ServedChain):
                yield saved.served


def _time_of(read: Mapping[str, Any]) -> str:
    time = read["time"]
    # a line without one is wrong: as the newest it is come upon, and named
    return time if isinstance(time, str) else _LAST


def _lacks(read: Mapping[str, Any]) -> bool:
    status = read["status"]
    return read.get("found") is not None and isinstance(status, str) and status in _LACKING


def open_results(opened: ExitStack, paths: Iterable[Path], standard_input: IO[bytes] | None) -> ResultFiles | Failure:
    """Open files of JSON lines for as long as `opened` is; `-` is standard input, which was copied to a file."""
    results = ResultFiles()
    for path in paths:
        shown = "standard input" if standard_input is not None and path == Path("-") else safe_text(str(path))
        try:
            copied = standard_input if path == Path("-") else None
            file = copied or open_lines(opened, path)
            if isinstance(file, Failure):
                return file
            results.add(shown, file)
        except (OSError, ValueError) as error:
            return unreadable("file of results", "on standard input" if path == Path("-") else path, error)
    if len(results):
        return results
    return Failure("file", f"{', '.join(results.names)}: there are no results as JSON lines.", _writers())


def _writers() -> str:
    return f"{hinted('check', '--json')} and {hinted('fix', '--json')} write such lines."


Repair = Callable[[HostState], Awaitable[HostState]]
"""Looks for what a host lacks, and proves a bundle of it."""


@dataclass(frozen=True, eq=False)
class MergedHost:
    """A host of the whole: its line as it was, and its state where it was judged again."""

    saved: SavedResult
    state: HostState | None = None

    @property
    def is_new(self) -> bool:
        """Whether it is repaired only now, so that its line is another."""
        repaired = self.state is not None and self.state.proven is not None
        return repaired and self.saved.result.status != Status.REPAIRABLE


@dataclass(eq=False)
class Merging:
    """Goes through all hosts; nothing is fetched, and what one of them serves is at hand for the others.

    Hosts that were searched for and still lack something go through `repair`; those of the statuses `for_file` do as
    well, to be in one file for all. With `judges_all` every host is judged again. `roots` gathers what they share.
    """

    files: ResultFiles
    journey: Journey
    repair: Repair
    for_file: frozenset[Status] = frozenset()
    judges_all: bool = False
    roots: SharedRoots = field(default_factory=SharedRoots)

    async def hosts(self) -> AsyncIterator[MergedHost]:
        """Yield every host in its order; raises OSError."""
        if self.files.lacking or self.for_file:
            index = await self._served()
            self.journey.siblings = lambda: index
        restorer = Restorer(self.journey, "")
        for saved in self.files.results():
            # nothing else here waits, and an event loop hears Ctrl-C only where something does
            await asyncio.sleep(0)
            state = await self._judged(restorer, saved)
            self.roots.add(saved.host.target.host, None if state is None else root_of(state))
            yield MergedHost(saved, state)

    async def _served(self) -> ServedIndex:
        index = ServedIndex()
        for served in self.files.served():
            await asyncio.sleep(0)
            index.add(served)
        return index

    async def _judged(self, restorer: Restorer, saved: SavedResult) -> HostState | None:
        status = Status(saved.result.status)
        searched = saved.result.found is not None and status in _LACKING
        if searched or status in self.for_file:
            state = restorer.judged(saved)
            return state if state.proven is not None else await self.repair(state)
        return restorer.judged(saved) if self.judges_all or status in _ENDLESS else None
