"""Saved results on the screen: hosts as they were, judged again off the event loop and not probed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.net.host_list import BadLine, Host
from tui_chain.net.target import Target
from tui_chain.results.saved import Restorer, SavedResult, read_saved, stated
from tui_chain.tui.background import in_background, unforeseen
from tui_chain.tui.host_rows import HostRow
from tui_chain.tui.toasts import toast

if TYPE_CHECKING:
    from tui_chain.tui.host_jobs import HostJobs
    from tui_chain.tui.screens.main import MainScreen

TURN = 0.01
"""How long the event loop shows hosts before it turns to something else, in seconds."""
SECONDS = 0.1
"""How long hosts are judged before those that are done are shown."""
MAX_LISTED = 4
"""Wrong lines that are listed: one a line, so that they cover little."""


@dataclass(frozen=True)
class SavedList:
    """What a file holds: a state for each host, as its last line, by its number, states it; wrong lines; its times.

    A host whose line cannot be taken as it stands has a state that is empty.
    """

    states: Mapping[Target, HostState]
    lines: frozenset[int]
    bad: tuple[BadLine, ...]
    times: tuple[datetime, ...]


async def show_saved(main: MainScreen, path: Path, judge_at: datetime | None) -> None:
    """Show the hosts of a file that are not on the list, as it states them, and each anew once it is judged again."""
    source = f"file {safe_text(path.name)}"
    listed = await in_background(lambda: list_saved(path, source), "saved results")
    if isinstance(listed, Failure) or not listed.states:
        why = listed.message if isinstance(listed, Failure) else next(map(str, listed.bad), "it is empty")
        toast(main, f"There is no result in {safe_text(str(path))}: {why}", "error")
        return
    fresh = main.add_hosts([Host(target, state.label) for target, state in listed.states.items()], False)
    toast(main, "\n".join(_notices(listed, path)), "warning" if listed.bad else "information")
    empty = {row.target: row.state for row in fresh}
    states = {target: listed.states[target] for target in empty}
    await _put(main, map(_row, states.values()), empty)
    judged = _judged(path, listed.lines, states, Restorer(main.jobs.journey, source, judge_at), main.jobs)
    while rows := await in_background(lambda: _batch(judged), "saved results"):
        if isinstance(rows, Failure):
            toast(main, str(rows), "error")
            return
        await _put(main, rows, states)
    main.jobs.share_roots()


def list_saved(path: Path, source: str) -> SavedList:
    """Read a file, named by `source`, without judging its hosts; of several lines of a host the last one counts."""
    states: dict[Target, HostState] = {}
    lines: dict[Target, int] = {}
    bad: list[BadLine] = []
    times: list[datetime] = []
    for each in read_saved(path):
        if isinstance(each, BadLine):
            bad.append(each)
            continue
        target = each.host.target
        states[target] = stated(each, source) or HostState(target, each.host.label)
        lines[target] = each.number
        times = [min(*times, each.result.time), max(*times, each.result.time)] if times else [each.result.time] * 2
    return SavedList(states, frozenset(lines.values()), tuple(bad), tuple(times))


def _notices(listed: SavedList, path: Path) -> Iterator[str]:
    """How many hosts there are, of when, and which lines are none."""
    times = " to ".join(dict.fromkeys(f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" for moment in listed.times))
    yield f"{plural(len(listed.states), 'host')} of {safe_text(path.name)} as of {times} UTC; r probes one."
    yield from map(str, listed.bad[:MAX_LISTED])
    if len(listed.bad) > MAX_LISTED:
        yield f"and {len(listed.bad) - MAX_LISTED} more lines that are no results"


def _row(state: HostState) -> HostRow:
    return HostRow(state, error=state.served if isinstance(state.served, Failure) else None)


def _judged(
    path: Path, lines: Container[int], states: Mapping[Target, HostState], restorer: Restorer, jobs: HostJobs
) -> Iterator[HostRow]:
    """Judge the hosts of these lines again, one after the other."""
    for each in read_saved(path):
        if isinstance(each, SavedResult) and each.number in lines and each.host.target in states:
            yield _judged_row(each, HostRow(states[each.host.target]), restorer, jobs)


def _judged_row(saved: SavedResult, row: HostRow, restorer: Restorer, jobs: HostJobs) -> HostRow:
    try:
        found = restorer.restore(saved)
        return replace(jobs.advanced(row, found.state), written=found.written)
    except Exception as error:  # noqa: BLE001 - whatever it is, the user reads a sentence and goes on
        return replace(row, error=unforeseen(error))


def _batch(rows: Iterator[HostRow]) -> list[HostRow]:
    """The next rows, as many as are ready in a moment; none at the end."""
    until, done = time.monotonic() + SECONDS, list[HostRow]()
    for row in rows:
        done.append(row)
        if time.monotonic() >= until:
            break
    return done


async def _put(main: MainScreen, rows: Iterable[HostRow], before: Mapping[Target, HostState]) -> None:
    """Show hosts, but none that was removed, probed or fixed since it had the state `before`; let keys between."""
    until = time.monotonic() + TURN
    for row in rows:
        there = main.hosts.get(row.target)
        if there is not None and not there.busy and there.state is before[row.target]:
            main.hosts.put(replace(row, marked=there.marked, request=there.request))
        if time.monotonic() >= until:
            await asyncio.sleep(0)
            until = time.monotonic() + TURN
