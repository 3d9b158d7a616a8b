"""Saved results on the screen: hosts as they were, judged again off the event loop and not probed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.net.host_list import BadLine, Host
from tui_chain.net.target import Target
from tui_chain.results.saved import Restorer, SavedResult, read_saved
from tui_chain.tui.background import in_background, unforeseen
from tui_chain.tui.host_rows import HostRow
from tui_chain.tui.toasts import toast

if TYPE_CHECKING:
    from tui_chain.tui.host_jobs import HostJobs
    from tui_chain.tui.screens.main import MainScreen

SECONDS = 0.1
"""How long hosts are judged before those that are done are shown."""
MAX_LISTED = 4
"""Wrong lines that are listed: one a line, so that they cover little."""


@dataclass(frozen=True)
class SavedList:
    """What a file holds: its hosts, the number of the last line of each, the wrong lines, its first and last time."""

    hosts: tuple[Host, ...]
    lines: frozenset[int]
    bad: tuple[BadLine, ...]
    times: tuple[datetime, datetime] | None


async def show_saved(main: MainScreen, path: Path, judge_at: datetime | None) -> None:
    """List the hosts of a file that are not on the list, then show each as it was as soon as it is judged again."""
    shown = safe_text(str(path))
    listed = await in_background(lambda: list_saved(path), "saved results")
    if isinstance(listed, Failure) or not listed.hosts:
        why = listed.message if isinstance(listed, Failure) else next(map(str, listed.bad), "it is empty")
        toast(main, f"There is no result in {shown}: {why}", "error")
        return
    fresh = {row.target for row in main.add_hosts(listed.hosts, False)}
    toast(main, "\n".join(_notices(listed, path)), "warning" if listed.bad else "information")
    rows = _rows(
        path, listed, fresh, Restorer(main.jobs.journey, f"file {safe_text(path.name)}", judge_at), main.jobs
    )
    while done := await in_background(lambda: _batch(rows), "saved results"):
        if isinstance(done, Failure):
            toast(main, str(done), "error")
            return
        for row in done:
            _put(main, row)
    main.jobs.share_roots()


def list_saved(path: Path) -> SavedList:
    """Read a file without judging its hosts; of several lines of a host the last one counts."""
    hosts: dict[Target, Host] = {}
    lines: dict[Target, int] = {}
    bad: list[BadLine] = []
    times: list[datetime] = []
    for each in read_saved(path):
        if isinstance(each, BadLine):
            bad.append(each)
            continue
        hosts.setdefault(each.host.target, each.host)
        lines[each.host.target] = each.number
        times = [min(*times, each.result.time), max(*times, each.result.time)] if times else [each.result.time] * 2
    span = (times[0], times[1]) if times else None
    return SavedList(tuple(hosts.values()), frozenset(lines.values()), tuple(bad), span)


def _notices(listed: SavedList, path: Path) -> Iterator[str]:
    """How many hosts there are, of when, and which lines are none."""
    times = [f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" for moment in listed.times or ()]
    span = " to ".join(dict.fromkeys(times))
    yield f"{plural(len(listed.hosts), 'host')} of {safe_text(path.name)} as of {span} UTC; r probes one."
    yield from map(str, listed.bad[:MAX_LISTED])
    if len(listed.bad) > MAX_LISTED:
        yield f"and {len(listed.bad) - MAX_LISTED} more lines that are no results"


def _rows(
    path: Path, listed: SavedList, targets: set[Target], restorer: Restorer, jobs: HostJobs
) -> Iterator[HostRow]:
    for each in read_saved(path):
        if isinstance(each, SavedResult) and each.number in listed.lines and each.host.target in targets:
            yield _row(each, restorer, jobs)


def _row(saved: SavedResult, restorer: Restorer, jobs: HostJobs) -> HostRow:
    row = HostRow(HostState(saved.host.target, saved.host.label))
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


def _put(main: MainScreen, row: HostRow) -> None:
    """Show a host, unless it was removed or probed meanwhile."""
    there = main.hosts.get(row.target)
    if there is not None and not there.busy and there.state.served is None:
        main.hosts.put(replace(row, marked=there.marked, request=there.request))
