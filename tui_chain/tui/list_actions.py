"""What is done with the list itself: marks, order, removal and its undoing, the next host to work on, watching."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.app import App
from textual.screen import Screen
from textual.timer import Timer

from tui_chain.core.text import first_few, plural
from tui_chain.engine.host_order import HostOrder, SortBy, needs_work
from tui_chain.net.target import Target
from tui_chain.tui.availability import is_fixable
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.tui.host_rows import HostRow, HostRows
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.screens.dialog import ConfirmScreen, confirm
from tui_chain.tui.toasts import toast
from tui_chain.tui.widgets.headline import Headline

MAX_NAMED = 3
"""Hosts that a question names."""


def names_of(rows: Sequence[HostRow]) -> str:
    """The first hosts by name, and how many more there are."""
    return first_few([row.state.label or row.target.display for row in rows], MAX_NAMED)


def lost_work(rows: Sequence[HostRow]) -> str:
    """What would be lost with these hosts, as a sentence; empty where their proven bundles are written."""
    unwritten = [row for row in rows if row.unwritten]
    if len(unwritten) > 1:
        return f"The proven bundles of {len(unwritten)} hosts are not written: {names_of(unwritten)}."
    return f"The proven bundle for {names_of(unwritten)} is not written." if unwritten else ""


def confirm_loss(app: App[None], rows: Sequence[HostRow], title: str, verb: str, go_on: Callable[[], object]) -> None:
    """Go on; where that loses proven bundles that are not written, ask first."""
    question = lost_work(rows)
    if question:
        confirm(app, ConfirmScreen(title, question, f"{verb} without writing", "stay"), go_on)
    else:
        go_on()


class ListActions:
    """Changes the list on the main screen, its rows, and what the host pane shows of them."""

    def __init__(self, screen: Screen[None], hosts: HostRows, jobs: HostJobs, pane: Callable[[], HostPane]) -> None:
        self._screen = screen
        self._hosts = hosts
        self._jobs = jobs
        self._pane = pane
        self._last_mark: Target | None = None
        self._watch: Timer | None = None
        self._fixing: tuple[Target, ...] = ()
        self.minutes = 0

    # removal

    def ask_remove(self, rows: Sequence[HostRow], done: Callable[[], None]) -> None:
        """Take hosts off the list; where that loses a bundle that is not written, ask first."""

        def remove() -> None:
            self.remove(rows)
            done()

        if rows:
            confirm_loss(self._screen.app, rows, f"Remove {plural(len(rows), 'host')}?", "remove", remove)

    def remove(self, rows: Sequence[HostRow]) -> None:
        """Take hosts off the list."""
        for row in rows:
            self._jobs.cancel(row.target)
        gone = self._hosts.remove(row.target for row in rows)
        self._pane().set_rows()
        toast(self._screen, f"Removed {names_of(gone)}; u brings {'it' if len(gone) == 1 else 'them'} back.")

    def undo(self) -> None:
        """Bring back what was removed or dropped last."""
        rows = self._hosts.restore()
        if not rows:
            toast(self._screen, "There is nothing to bring back.")
            return
        self._pane().set_rows()
        self._pane().go(rows[0].target)
        toast(self._screen, f"Brought back {names_of(rows)}.")

    # marks

    def toggle(self, target: Target) -> None:
        """Mark a host, or take its mark away."""
        row = self._hosts.get(target)
        if row is not None:
            self._last_mark = target
            self._hosts.put(replace(row, marked=not row.marked))

    def mark_all(self) -> None:
        """Mark all hosts that the filter shows; where all of them are marked, take the marks away."""
        rows = self._rows_of(self._pane().shown)
        self._mark(rows, marked=not all(row.marked for row in rows))

    def mark_range(self) -> None:
        """Mark the hosts from the last mark to the one under the cursor, as they are shown."""
        pane = self._pane()
        shown, here = pane.shown, pane.highlighted
        if here is None:
            return
        begin = self._last_mark if self._last_mark in shown else here
        first, last = sorted((shown.index(begin), shown.index(here)))
        self._mark(self._rows_of(shown[first : last + 1]), marked=True)
        self._last_mark = here

    def clear_marks(self) -> None:
        """Take all marks away."""
        self._mark(self._hosts.marked, marked=False)

    def _rows_of(self, targets: Sequence[Target]) -> list[HostRow]:
        return [row for row in map(self._hosts.get, targets) if row is not None]

    def _mark(self, rows: Sequence[HostRow], *, marked: bool) -> None:
        for row in rows:
            if row.marked is not marked:
                self._hosts.put(replace(row, marked=marked))
        self._screen.query_one(Headline).refresh()

    # order

    def sort(self) -> None:
        """Sort by the next column."""
        columns = list(SortBy)
        place = columns.index(self._pane().order.by)
        self._sort(HostOrder(columns[(place + 1) % len(columns)]))

    def reverse(self) -> None:
        """Sort the other way round."""
        order = self._pane().order
        self._sort(replace(order, descending=not order.descending))

    def _sort(self, order: HostOrder) -> None:
        self._pane().sort(order)
        by = "as they were added" if order.by is SortBy.INPUT else f"by {order.by.value}"
        toast(self._screen, f"Sorted {by}{', reversed' if order.descending else ''}; I reverses, S sorts otherwise.")

    def next_work(self, step: int) -> None:
        """Go to the next host that needs work, or with -1 to the one before; around the ends of the list."""
        pane = self._pane()
        shown = pane.shown
        if pane.highlighted is None:
            return
        here = shown.index(pane.highlighted)
        for distance in range(1, len(shown) + 1):
            target = shown[(here + step * distance) % len(shown)]
            row = self._hosts.get(target)
            if row is not None and needs_work(row.state, written=row.written is not None):
                pane.go(target)
                return
        toast(self._screen, "No host of the list needs work.")

    # runs over the list

    def probe_all(self) -> None:
        """Probe every host again."""
        self._jobs.over_list([row.target for row in self._hosts], self._jobs.probe)

    def fix_all(self) -> None:
        """Fix every host that can be and has no repair yet."""
        self.fix([row for row in self._hosts if is_fixable(row)])

    def fix(self, rows: Sequence[HostRow]) -> None:
        """Fix hosts, some at once; at the end it is shown how many were."""
        self._fixing = tuple(row.target for row in rows)
        self._jobs.over_list(self._fixing, self._jobs.fix)
        toast(self._screen, f"Fixing {plural(len(rows), 'host')}." if rows else "There is no host to fix.")

    def announce(self) -> None:
        """Say at the end of a run how many hosts are fixed, or how many answer otherwise than before."""
        rows, self._fixing = self._rows_of(self._fixing), ()
        if rows:
            fixed = sum(row.state.proven is not None for row in rows)
            others = sum(map(is_fixable, rows))
            further = f"; J goes to the {others} without a repair" if others else ""
            toast(self._screen, f"Fixed {fixed} of {plural(len(rows), 'host')}{further}.")
        elif self._jobs.has_changes:
            self._jobs.has_changes = False
            changed = sum(bool(row.changes) for row in self._hosts)
            toast(self._screen, f"{plural(changed, 'host')} changed, marked ~; / with `changed` shows them.")

    def stop_all(self) -> None:
        """Stop every job; what is done so far stays."""
        self._fixing = ()
        toast(self._screen, f"Stopped {plural(self._jobs.stop_all(), 'job')}.")

    def ask_watch(self) -> None:
        """Ask how often all hosts are probed again, or end that."""
        from tui_chain.tui.screens.watch import WatchScreen

        if self.minutes:
            self.watch(0)
        else:
            self._screen.app.push_screen(WatchScreen(), self.watch)

    def watch(self, minutes: int | None) -> None:
        """Probe all hosts again every so many minutes; 0 ends that, None leaves it as it is."""
        if minutes is None:
            return
        if self._watch is not None:
            self._watch.stop()
        self.minutes = minutes
        self._watch = self._screen.set_interval(minutes * 60, self.probe_all) if minutes else None
        self._pane().note(f"probes all every {plural(minutes, 'minute')}, W ends it" if minutes else "")
