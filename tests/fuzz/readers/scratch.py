"""A folder for readers that take a file: in memory where the system has such a place, empty for each input."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it


@contextmanager
def holding(data: bytes, name: str = "file") -> Iterator[Path]:
    """Give a file with these bytes, alone in its folder, which is removed with all that was written beside it."""
    folder = Path(tempfile.mkdtemp(prefix="tlschain-fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        file = folder / name
        file.write_bytes(data)
        yield file
    finally:
        shutil.rmtree(folder, ignore_errors=True)
