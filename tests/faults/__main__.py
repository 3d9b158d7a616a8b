"""Faults at every write of every file that the product keeps: `python -m tests.faults [EVERY] [NAME]…` prints how
many; with EVERY one write of so many is taken.

After each the old file is whole or the new one is, the next run works, and nothing is left beside the file.
"""

from __future__ import annotations

import gc
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.chains import make_pki, views
from tui_chain.core.failure import Failure
from tui_chain.engine.activity import Entry, append_entries, read_activity
from tui_chain.engine.session import SavedHost, Session, read_session, save_session
from tui_chain.net.target import Target
from tui_chain.pool.entries import Added
from tui_chain.pool.pool import Pool
from tui_chain.repair.write import WritePlan, plan_write, write

assert sys.platform != "win32", "Windows has no ptrace"
from tests.faults.injection import DONE, FAILED, FAULTS, KILL, Outcome, inject, run  # noqa: E402 - nor forks

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
OLD, NEW = b"old\n" * 3000, b"new\n" * 5000
MAX_CALLS = 500
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - folders of their own in it
"""Where files are synced at once, if there is such a place."""


@dataclass(frozen=True)
class Kept:
    """A file that the product keeps: how it is begun, changed, and looked at in a folder.

    `look` returns "old", "new" or what is wrong; `names` may stand in the folder after the next run.
    """

    begin: Callable[[Path], object]
    change: Callable[[Path], int]
    look: Callable[[Path], str]
    names: frozenset[str]


# a bundle


def begin_bundle(folder: Path) -> None:
    (folder / "bundle.pem").write_bytes(OLD)


def write_bundle(folder: Path) -> int:
    plan = plan_write(folder / "bundle.pem", NEW)
    done = write(plan, replace=True, backup=True) if isinstance(plan, WritePlan) else plan
    return FAILED if isinstance(done, Failure) else DONE


def look_at_bundle(folder: Path) -> str:
    backup = folder / "bundle.pem.bak"
    if backup.exists() and backup.read_bytes() != OLD:
        return "the backup is not the old file"
    file = folder / "bundle.pem"
    held = file.read_bytes() if file.exists() else b""
    return {OLD: "old", b"": "old", NEW: "new"}.get(held, f"{len(held)} bytes")


# the pool

PKI = make_pki()
FIRST, SECOND = views(PKI.root, PKI.issuing)


def add_to_pool(folder: Path) -> int:
    pool = Pool(folder / "pool.sqlite3")
    try:
        added = pool.add([(SECOND, "b")], NOW)
        return DONE if isinstance(added, Added) and not pool.notices else FAILED
    finally:
        pool.close()


def begin_pool(folder: Path) -> None:
    pool = Pool(folder / "pool.sqlite3")
    assert pool.add([(FIRST, "a")], NOW) == Added(1, 0)
    pool.close()


def look_at_pool(folder: Path) -> str:
    """Looks at a copy, as the files are of who comes next."""
    with TemporaryDirectory(dir=MEMORY) as copied:
        copy = Path(shutil.copytree(folder, Path(copied) / "copy"))
        pool = Pool(copy / "pool.sqlite3")
        try:
            entries = pool.entries()
        finally:
            pool.close()
    if isinstance(entries, Failure) or pool.notices:
        return str((entries, pool.notices))
    held = {entry.certificate for entry in entries}
    return "new" if SECOND in held else "old"


def look_at_old_pool(folder: Path) -> str:
    found = look_at_pool(folder)
    with TemporaryDirectory(dir=MEMORY) as copied:
        pool = Pool(Path(shutil.copytree(folder, Path(copied) / "copy")) / "pool.sqlite3")
        kept = FIRST in pool
        pool.close()
    return found if kept else "what was there is lost"


# the session and the log

HOSTS = tuple(SavedHost(Target(f"{name}.test")) for name in ("a", "b"))


def save_hosts(folder: Path) -> int:
    path = folder / "session.json"
    before = read_session(path)
    stored = Session() if isinstance(before, Failure) else before
    return FAILED if save_session(stored, Session(HOSTS), path) else DONE


def look_at_session(folder: Path) -> str:
    path = folder / "session.json"
    if not path.exists():
        return "old"
    found = read_session(path)
    if isinstance(found, Failure) or found.notices:
        return str(found)
    return {HOSTS[:1]: "old", HOSTS: "new"}.get(found.hosts, str(found.hosts))


ENTRIES = tuple(Entry(NOW, text * 40) for text in ("first ", "second "))


def append(folder: Path) -> int:
    return FAILED if append_entries(ENTRIES[1:], folder / "activity.jsonl") else DONE


def look_at_log(folder: Path) -> str:
    """A last line that was cut by a kill counts as none: what is added next takes its place."""
    found = read_activity(folder / "activity.jsonl")
    if not set(found.entries) <= set(ENTRIES):
        return str(found)
    return "new" if ENTRIES[1] in found.entries else "old"


def look_at_old_log(folder: Path) -> str:
    found = look_at_log(folder)
    return found if ENTRIES[0] in read_activity(folder / "activity.jsonl").entries else "what was there is lost"


BUNDLE = frozenset({"bundle.pem", "bundle.pem.bak"})
POOL = frozenset({"pool.sqlite3", "pool.lock", "pool.sqlite3-wal", "pool.sqlite3-shm"})
SESSION = frozenset({"session.json", "session.json.lock"})
LOG = frozenset({"activity.jsonl", "activity.jsonl.lock"})
KEPT = {
    "new bundle": Kept(lambda _: None, write_bundle, look_at_bundle, BUNDLE - {"bundle.pem.bak"}),
    "replaced bundle": Kept(
        lambda folder: (folder / "bundle.pem").write_bytes(OLD), write_bundle, look_at_bundle, BUNDLE
    ),
    "new pool": Kept(lambda _: None, add_to_pool, look_at_pool, POOL),
    "pool": Kept(begin_pool, add_to_pool, look_at_old_pool, POOL),
    "new session": Kept(lambda _: None, save_hosts, look_at_session, SESSION),
    "session": Kept(
        lambda folder: save_session(Session(), Session(HOSTS[:1]), folder / "session.json"),
        save_hosts,
        look_at_session,
        SESSION,
    ),
    "new log": Kept(lambda _: None, append, look_at_log, LOG),
    "log": Kept(lambda folder: append_entries(ENTRIES[:1], folder / "activity.jsonl"), append, look_at_old_log, LOG),
}


class BrokenError(AssertionError):
    """A fault did what it must not."""


def befall(name: str, fault: str, every: int = 1) -> int:
    """Let every write of a file have the fault, or one of so many, one a run; return how many. Raises BrokenError."""
    kept = KEPT[name]
    for number in range(0, MAX_CALLS, every):
        with TemporaryDirectory(dir=MEMORY) as made:
            folder = Path(made)
            kept.begin(folder)
            outcome = inject(partial(kept.change, folder), number, fault)
            where = f"{name}, {fault} at {outcome.befallen} (call {number})"
            _check(kept, folder, fault, outcome, where)
            if outcome.befallen is None:
                return number // every
    raise BrokenError(f"{name} has more than {MAX_CALLS} writes")


def _check(kept: Kept, folder: Path, fault: str, outcome: Outcome, where: str) -> None:
    if outcome.code not in ({None} if fault == KILL and outcome.befallen else {DONE, FAILED}):
        raise BrokenError(f"{where}: it ended with {outcome.code}")
    found = look_in_fork(kept, folder)
    if found not in {"old", "new"} or (outcome.code == DONE and found != "new"):
        raise BrokenError(f"{where}: it ended with {outcome.code}, and the file is {found}")
    if (outcome.code, found) == (FAILED, "old") and (folder / "bundle.pem.bak").exists():
        raise BrokenError(f"{where}: a backup is left")
    if run(lambda: kept.change(folder)) != DONE:
        raise BrokenError(f"{where}: the next run fails")
    if kept.look(folder) != "new":
        raise BrokenError(f"{where}: after the next run the file is {kept.look(folder)}")
    left = {path.name for path in folder.iterdir()} - kept.names
    if left:
        raise BrokenError(f"{where}: {left} is left")


def look_in_fork(kept: Kept, folder: Path) -> str:
    """Look without a change: what is looked at is a copy."""
    with TemporaryDirectory(dir=MEMORY) as copied:
        return kept.look(Path(shutil.copytree(folder, Path(copied) / "copy")))


def main(every: int, names: list[str]) -> None:
    """Print how many faults were injected into each file, and in all."""
    gc.freeze()
    counts = {name: {fault: befall(name, fault, every) for fault in FAULTS} for name in names or KEPT}
    for name, count in counts.items():
        sys.stdout.write(f"{name}: {', '.join(f'{number} {fault}' for fault, number in count.items())}\n")
    total = sum(sum(count.values()) for count in counts.values())
    sys.stdout.write(f"{total} faults injected, one a run; every file was whole, every next run worked\n")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    main(numbers[0] if numbers else 1, [word for word in sys.argv[1:] if not word.isdecimal()])
