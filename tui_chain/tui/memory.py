"""What the screen keeps between runs: its hosts with what was chosen for them, the theme, and the user's keymap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.engine.activity import Entry, activity_path, append_entries, read_activity
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import Clock, HostState, utc_now
from tui_chain.engine.session import SavedHost, Session, read_session, save_session, session_path
from tui_chain.engine.settings import UserSettings
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.tui.actions import textual_keymap
from tui_chain.tui.host_rows import HostRow
from tui_chain.x509.formats.readers import read_certificates


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

    def save(self, rows: Iterable[HostRow], sort: str, theme: str) -> Failure | None:
        """Keep the hosts of a run and the theme that was chosen in it; blocks on the disk."""
        if not self.keeps:
            return None
        saved = tuple(
            SavedHost.of(row.state, written=row.written, others=row.others, request=row.request) for row in rows
        )
        chosen = (theme, self.config_theme) if theme else (self.session.theme, self.session.config_theme)
        return save_session(Session(saved, sort, *chosen), self.path, opened=self.opened)

    def append(self, entries: Sequence[Entry]) -> Failure | None:
        """Add to the log what was done in a run; blocks on the disk."""
        return append_entries(entries, activity_path()) if self.keeps and entries else None

    def earlier_entries(self) -> tuple[Entry, ...]:
        """What was done in earlier runs, the oldest first; blocks on the disk."""
        return read_activity(activity_path()).entries if self.keeps else ()


NO_MEMORY = Memory()


def load_memory(options: Options, settings: UserSettings, clock: Clock = utc_now) -> Memory:
    """Read the session where the options let it be opened; what is wrong with it is a notice."""
    path, keeps = session_path(), not (options.no_session or options.demo)
    found = read_session(path) if keeps else Session()
    unread = isinstance(found, Failure)
    session = Session() if isinstance(found, Failure) else found
    notices = (str(found),) if isinstance(found, Failure) else found.notices
    # what could not be read is not written over either
    return Memory(
        session, options.opens_session, keeps and (not unread or not path.exists()), path, settings.theme,
        textual_keymap(settings.keymap), notices, options.open_file, None if options.at is None else clock(),
    )  # fmt: skip


def still_written(saved: SavedHost, state: HostState) -> Path | None:
    """The file that was written for a host in an earlier run, if it holds its proven bundle still; blocks."""
    if saved.written is None or state.bundle is None:
        return None
    data = read_file(saved.written, "bundle")
    if isinstance(data, Failure):
        return None
    held, proven = read_certificates(data).certificates, read_certificates(state.bundle.pem).certificates
    return saved.written if set(held) >= set(proven) else None
