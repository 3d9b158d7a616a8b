"""Where the pool lives."""

from __future__ import annotations

from pathlib import Path

FILE_NAME = "pool.sqlite3"


def default_path() -> Path:
    """The pool's file in the user's data folder (XDG_DATA_HOME on Linux); nothing is created."""
    from platformdirs import user_data_path

    return user_data_path("tlschain") / FILE_NAME
