"""What the screen keeps between runs: its hosts with what was chosen for them, the theme, and the user's keymap."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.core.text import first_few
from tui_chain.engine.activity import Entry, activity_path, append_entries, read_activity
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_order import HostOrder, read_order
from tui_chain.engine.host_state import Clock, HostState, utc_now
from tui_chain.engine.session import SavedHost, Session, read_session, save_session, session_path
from tui_chain.engine.settings import UserSettings
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui.actions import textual_keymap
from tui_chain.tui.host_rows import HostRow

if TYPE_CHECKING:
    from tui_chain.livetest.choice import RequestChoice

MAX_NAMED = 3
"""Hosts that a notice names."""


@dataclass(frozen=True)
class Memory:
    """The session as it was read; `opened` says that its hosts are those of the run, `keeps` that the run is kept.

    `path` is where the session is, `config_theme` what the config file names, `keymap` has keys by ids of actions.
    The hosts of the file `results` are shown as they were, or judged at the time `judge_at` (aware).
    """

    session: Session = field(default_factory=Session)
    opened: bool = False
    keeps: bool = False
    path: Path = Path()
    config_theme: str = ""
    keymap: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    results: Path | None = None
    judge_at: datetime | None = None

    @property
    def hosts(self) -> tuple[Host, ...]:
        """The hosts of earlier runs, none where the run names its own."""
        return tuple(Host(one.target, one.label) for one in self.session.hosts) if self.opened else ()

    @property
    def saved(self) -> dict[Target, SavedHost]:
        """What is known of the hosts of earlier runs."""
        return {one.target: one for one in self.session.hosts} if self.opened else {}

    @property
    def theme(self) -> str:
        """The theme that was chosen last, or the config file's; may be empty."""
        return self.session.theme_for(self.config_theme)

    @property
    def order(self) -> HostOrder:
        """The order in which the hosts of earlier runs are shown."""
        return read_order(self.session.sort) if self.opened else HostOrder()

    @cached_property
    def requests(self) -> dict[Target, RequestChoice]:
        """The requests that were chosen in earlier runs, without their headers."""
        chosen = {target: one.request.choice() for target, one in self.saved.items() if one.request is not None}
        return {target: choice for target, choice in chosen.items() if not isinstance(choice, Failure)}

    def append(self, entries: Sequence[Entry]) -> Failure | None:
        """Add to the log what was done in a run; blocks on the disk."""
        return append_entries(entries, activity_path()) if self.keeps and entries else None

    def earlier_entries(self) -> tuple[Entry, ...]:
        """What was done in earlier runs, the oldest first; blocks on the disk."""
        return read_activity(activity_path()).entries if self.keeps else ()


NO_MEMORY = Memory()


@dataclass(frozen=True)
class Listing:
    """What a run would keep now: its rows, their order, and the theme that was chosen in it, which may be empty.

    Of the hosts `unproven` nothing has shown whether what was chosen and written in earlier runs still holds.
    """

    rows: Sequence[HostRow]
    order: HostOrder
    theme: str = ""
    unproven: Container[Target] = ()


class Keeper:
    """Keeps what a run changes and does; one save follows the other, whichever thread they come from."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        stored = replace(memory.session, notices=())
        self._before = stored if memory.opened else replace(stored, hosts=(), sort="")
        self._entries: list[Entry] = []
        self._lock = Lock()
        self._failure = ""

    @property
    def is_busy(self) -> bool:
        """Whether a save is under way, or hangs."""
        return self._lock.locked()

    def note(self, entry: Entry) -> None:
        """Have an entry of the log kept with the next save."""
        if self._memory.keeps:
            self._entries.append(entry)

    def is_news(self, failure: Failure | None) -> bool:
        """Whether a save failed otherwise than the one before."""
        before, self._failure = self._failure, str(failure or "")
        return self._failure not in {"", before}

    def keep(self, listing: Callable[[], Listing | None]) -> Failure | None:
        """Keep the list, unless there is none yet, and the entries; what cannot be kept now is with the next save.

        Blocks on the disk. The list is asked for when its turn comes: an older one never follows a newer one.
        """
        with self._lock:
            current = listing()
            failure = self._keep_list(current) if current is not None and self._memory.keeps else None
            return self._keep_entries() or failure

    def _keep_list(self, listing: Listing) -> Failure | None:
        now = self._session(listing)
        failure = save_session(self._before, now, self._memory.path) if now != self._before else None
        if failure is None:
            self._before = now
        return failure

    def _keep_entries(self) -> Failure | None:
        entries = tuple(self._entries)
        failure = self._memory.append(entries)
        if failure is None:
            del self._entries[: len(entries)]
        return failure

    def _session(self, listing: Listing) -> Session:
        before = self._before
        theme = (listing.theme, self._memory.config_theme) if listing.theme else (before.theme, before.config_theme)
        if not self._memory.opened:
            return Session((), "", *theme)
        known = {host.target: host for host in before.hosts}
        hosts = (self._host(row, known.get(row.target), listing.unproven) for row in listing.rows)
        return Session(tuple(hosts), listing.order.text, *theme)

    def _host(self, row: HostRow, before: SavedHost | None, unproven: Container[Target]) -> SavedHost:
        """What is kept of a host: what was set in this run, over what is known from earlier ones."""
        now = SavedHost.of(row.state, written=row.written, others=row.others, request=row.request)
        if before is None:
            return now
        # a choice that was made anew may be equal, but names no header that is to be typed
        if row.request is not None and row.request is self._memory.requests.get(row.target):
            now = replace(now, request=before.request)
        return now.over(before) if row.state.proven is None or row.target in unproven else now


def load_memory(options: Options, settings: UserSettings, clock: Clock = utc_now) -> Memory:
    """Read the session where the options let it be opened; what is wrong with it is a notice."""
    path, keeps = session_path(), not (options.no_session or options.demo)
    found = read_session(path) if keeps else Session()
    unread = isinstance(found, Failure)
    session = Session() if isinstance(found, Failure) else found
    notices = (str(found),) if isinstance(found, Failure) else found.notices
    if options.opens_session:
        notices += _missing_headers(session)
    # what could not be read is not written over either
    return Memory(
        session, options.opens_session, keeps and (not unread or not path.exists()), path, settings.theme,
        textual_keymap(settings.keymap), notices, options.open_file, None if options.at is None else clock(),
    )  # fmt: skip


def _missing_headers(session: Session) -> tuple[str, ...]:
    """A notice on the requests whose headers are not kept, since these may be secret."""
    names = [host.target.display for host in session.hosts if host.request is not None and host.request.headers]
    shown = first_few(names, MAX_NAMED)
    return (f"Headers of a live test are not kept between runs; m asks for those to {shown}.",) if names else ()


def still_written(saved: SavedHost, state: HostState) -> Path | None:
    """The file that was written for a host in an earlier run, if it holds its proven bundle still; blocks."""
    if saved.written is None or state.bundle is None:
        return None
    data = read_file(saved.written, "bundle")
    if isinstance(data, Failure):
        return None
    from tui_chain.x509.formats.readers import read_certificates  # what was proven has loaded it

    held, proven = read_certificates(data).certificates, read_certificates(state.bundle.pem).certificates
    return saved.written if set(held) >= set(proven) else None
