"""Whether a file that the user named is a pool at all; finding that out writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

MAGIC = b"SQLite format 3\0"
"""How every SQLite file begins (https://www.sqlite.org/fileformat.html section 1.3)."""
_COLUMNS = {
    "certificate": {"sha256", "subject", "key_id", "not_after", "der"},
    "origin": {"sha256", "place", "at"},
}
_BUSY, _LOCKED, _CANTOPEN = 5, 6, 14
_TELLS_NOTHING = {_BUSY, _LOCKED, _CANTOPEN}
"""Errors that say nothing of what the file is."""


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
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _TELLS_NOTHING:
            raise
        return False
    finally:
        connection.close()


def _has_tables(connection: Connection) -> bool:
    return all(
        columns <= {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for table, columns in _COLUMNS.items()
    )
