"""The pool's SQLite file: opened late, shared by processes, set aside when it is damaged."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute
from tui_chain.core.system import lock
from tui_chain.core.text import safe_text

if TYPE_CHECKING:
    from sqlite3 import Connection, Error

MAGIC = b"SQLite format 3\0"
"""How every SQLite file begins (https://www.sqlite.org/fileformat.html section 1.3)."""
_COLUMNS = {
    "certificate": {"sha256", "subject", "key_id", "not_after", "der"},
    "origin": {"sha256", "place", "at"},
}


def is_pool(path: Path, busy_seconds: float) -> bool:
    """Whether the file at `path` is SQLite's and has the pool's tables, of this form or a later one.

    Raises OSError where it cannot be read, and sqlite3.Error where another program keeps it.
    """
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return False
    import sqlite3

    # a log that another program left is replayed by writing; without one, nothing beside the file is made
    logged = path.with_name(f"{path.name}-wal").exists()
    mode = "mode=ro" if logged else "immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=busy_seconds)
    try:
        return _has_tables(connection)
    except sqlite3.Error as error:
        if _code(error) & 0xFF in {_BUSY, _LOCKED, _CANTOPEN}:  # they say nothing of what the file is
            raise
        return False
    finally:
        connection.close()


def _has_tables(connection: Connection) -> bool:
    return all(
        columns <= {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for table, columns in _COLUMNS.items()
    )


FILE_NAME = "pool.sqlite3"


def default_path() -> Path:
    """The pool's file in the user's data folder (XDG_DATA_HOME on Linux); nothing is created."""
    from platformdirs import user_data_path

    return user_data_path("tlschain") / FILE_NAME


T = TypeVar("T")

VERSION = 1
"""The form of the tables, in SQLite's user_version."""
BUSY_SECONDS = 5.0
"""How long one process waits for another to finish writing, all operations together until one succeeds again."""

_TABLES = """
CREATE TABLE IF NOT EXISTS certificate (
    sha256 BLOB PRIMARY KEY, subject BLOB NOT NULL, key_id BLOB, not_after INTEGER, der BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS certificate_subject ON certificate (subject);
CREATE INDEX IF NOT EXISTS certificate_key_id ON certificate (key_id);
CREATE TABLE IF NOT EXISTS origin (
    sha256 BLOB NOT NULL REFERENCES certificate ON DELETE CASCADE, place TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (sha256, place)
) WITHOUT ROWID;
"""

# https://www.sqlite.org/rescode.html: the SQL here is fixed, so that a plain ERROR means tables of another form
_ERROR, _BUSY, _LOCKED, _READONLY, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 1, 5, 6, 8, 11, 13, 14, 26
_SHORT_READ = 522
_DAMAGE = {_ERROR, _CORRUPT, _NOTADB}
_MESSAGES = {
    _READONLY: ("cannot be written", "Check its rights."),
    _FULL: ("cannot be written: the disk is full", "Free some space."),
    _CANTOPEN: ("cannot be opened", "Check its folder and rights."),
}


DAMAGED = "pool-damaged"
"""Kind of the failure that a damaged pool gives where it may not be set aside."""


class DamagedError(Exception):
    """The file is no pool, or no longer."""


class Database:
    """One process's hold on the pool's file; its methods may be called from any thread.

    `notices` say what happened to the file, for the user, and `given_up` that it was waited for in vain. A file that
    the user `named` need not be ours: what is no pool is left untouched, and reading never sets it aside.
    """

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS, *, named: bool = False) -> None:
        self.path = path
        self._named = named
        self.notices: tuple[str, ...] = ()
        self.given_up: tuple[str, ...] = ()
        self._busy = self._patience = busy_seconds
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._inode: int | None = None

    def read(self, work: Callable[[Connection], T], nothing: T) -> T | Failure:
        """Run `work`; where there is no file yet, return `nothing` and create none."""
        if not os.path.exists(self.path):  # noqa: PTH110 - Path's raises for a name that is too long
            return self._missing() if self._named else nothing
        return self._guarded(work, sets_aside=not self._named)

    def write(self, work: Callable[[Connection], T]) -> T | Failure:
        """Run `work` in one transaction, wholly or not at all; the file is created where it is missing."""

        def whole(connection: Connection) -> T:
            with transaction(connection):
                found = work(connection)
            self._wait(self._busy)
            return found

        return self._guarded(whole)

    def refused(self) -> Failure | None:
        """Why the file cannot be written to as a pool, or None; nothing is created or changed."""
        if not self._named or not os.path.exists(self.path):  # noqa: PTH110 - a path that cannot be is none
            return None
        found = self._guarded(lambda _: None, sets_aside=False)
        return None if isinstance(found, Failure) and found.kind == DAMAGED else found

    def _missing(self) -> Failure:
        message = f"There is no pool at {safe_text(str(self.path))}."
        return Failure("pool", message, f"{self._importing} makes one.")

    @property
    def _named_by(self) -> tuple[str, ...]:
        """The option that names this pool, where it is not the user's own."""
        path = absolute(self.path)
        return ("--db", str(self.path if isinstance(path, Failure) else path)) if self._named else ()

    @property
    def _importing(self) -> str:
        return hinted("pool", *self._named_by, "import", "FOLDER")

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _guarded(self, work: Callable[[Connection], T], *, sets_aside: bool = True) -> T | Failure:
        """A damaged file is set aside once, where that may be, then the work is done on a new one."""
        import sqlite3

        with self._lock:
            try:
                found = self._worked(work, sets_aside=sets_aside)
            except sqlite3.Error as error:
                return self._failure(error)
            except TimeoutError:
                return self._give_up()
            except OSError as error:
                why = safe_text(error.strerror or str(error))
                return Failure("pool", f"{self._shown} cannot be used: {why}.", "Check its folder and rights.")
            except _ForeignError:
                message = f"{safe_text(str(self.path))} is no pool of tlschain."
                return Failure(
                    "pool", message, "It was left untouched; name a pool, or a file that is not there yet."
                )
            except _NewerError:
                return Failure(
                    "pool", f"{self._shown} was made by a newer tlschain.", "Upgrade, or use another file."
                )
        return found

    def _worked(self, work: Callable[[Connection], T], *, sets_aside: bool) -> T | Failure:
        import sqlite3

        try:
            return work(self._connected())
        except (sqlite3.Error, DamagedError, UnicodeDecodeError) as error:
            if not _damaged(error):
                raise
            if not sets_aside:
                return self._left_damaged()
            self._set_aside()
            return work(self._connected())

    def _wait(self, seconds: float) -> None:
        """Wait for other programs so long from now on: one that was waited for in vain is not waited for again."""
        if self._patience != seconds:
            self._patience = seconds
            if self._connection is not None:
                self._connection.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")

    def _left_damaged(self) -> Failure:
        self._drop()
        hint = f"It was left as it is; {self._importing} sets it aside and begins a new one."
        return Failure(DAMAGED, f"{self._shown} is damaged.", hint)

    @property
    def _shown(self) -> str:
        return f"The pool {safe_text(str(self.path))}"

    def _give_up(self) -> Failure:
        """Another program holds the file, and was waited for long enough."""
        self._wait(0)
        message = f"{self._shown} is in use by another program"
        self.given_up = (f"{message}; this run went on without it.",)
        return Failure("pool", f"{message}.", "Try again when that has finished.")

    def _failure(self, error: Error) -> Failure:
        check = hinted("pool", *self._named_by, "verify")
        unusual = f"failed: {safe_text(str(error), 100)}", f"Check it with {check}."
        code = _code(error) & 0xFF
        if code in {_BUSY, _LOCKED}:
            return self._give_up()
        message, hint = _MESSAGES.get(code, unusual)
        return Failure("pool", f"{self._shown} {message}.", hint)

    def _connected(self) -> Connection:
        """The open connection; another file at the path, put there by another process, is opened anew."""
        if self._connection is not None and self._inode == _inode(self.path):
            return self._connection
        self._drop()
        if not self.path.exists():
            self._create_file()
        elif self._named and not self._ours():
            raise _ForeignError
        connection = self._connect()
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._inode = connection, _inode(self.path)
        return connection

    def _connect(self) -> Connection:
        import sqlite3

        return sqlite3.connect(
            self.path, timeout=self._patience, isolation_level=None, check_same_thread=False, cached_statements=16
        )

    def _ours(self) -> bool:
        """Whether the file is a pool; one that another process is just making is waited for."""
        if is_pool(self.path, self._patience):
            return True
        if not self.path.is_file() or not self._lock_file.exists():
            return False
        with self._alone():
            return is_pool(self.path, self._patience)

    def _create_file(self) -> None:
        """Make the file with its tables; nobody who looks for a pool finds half of one."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            if self.path.exists():
                return
            # the pool tells which hosts were looked at: nobody else's business
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            with contextlib.closing(self._connect()) as connection:
                _make_tables(connection)

    def _prepare(self, connection: Connection) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise _NewerError
        if version == VERSION:
            return
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise DamagedError
        with self._alone():
            _make_tables(connection)

    @property
    def _lock_file(self) -> Path:
        return self.path.with_suffix(".lock")

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from making or setting aside the file meanwhile."""
        handle = os.open(self._lock_file, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            lock(handle, self._patience)
            yield
        finally:
            os.close(handle)

    def _set_aside(self) -> None:
        """Move the file that was found damaged out of the way, with its log; never one that replaced it."""
        inode = _inode(self.path) if self._connection is None else self._inode
        self._drop()
        with self._alone():
            if inode is None or inode != _inode(self.path):
                return
            aside = _free_name(self.path)
            for ending in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.rename(f"{self.path}{ending}", f"{aside}{ending}")  # noqa: PTH104 - names with an ending
        self.notices += (f"The pool was damaged; it was set aside as {safe_text(str(aside))}, and a new one begun.",)


class _ForeignError(Exception):
    """The file that was named is none of ours."""


class _NewerError(Exception):
    """The file's form is of a later version."""


def _make_tables(connection: Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")


@contextlib.contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Begin at once as a writer, so that two processes wait for each other instead of failing halfway."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")


def _code(error: BaseException) -> int:
    return getattr(error, "sqlite_errorcode", 0)


def _damaged(error: BaseException) -> bool:
    code = _code(error)
    # an error of a damaged schema quotes it, and sqlite3 decodes that: what it raises then is none of its own
    return isinstance(error, DamagedError | UnicodeDecodeError) or code & 0xFF in _DAMAGE or code == _SHORT_READ


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _free_name(path: Path) -> Path:
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (path.with_name(f"{path.stem}-damaged-{stamp}-{number}{path.suffix}") for number in count(1))
    return next(name for name in names if not name.exists())
