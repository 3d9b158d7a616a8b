"""Bytes as a file for libraries that read trust files by name only."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def as_path(data: bytes) -> Iterator[str]:
    """Give the name of a file that holds `data`; it is gone afterwards. On Linux it never touches a disk.

    Where that is not to be had, as without `/proc`, it is a temporary file.
    """
    descriptor = _in_memory()
    if descriptor is not None:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            yield f"/proc/self/fd/{descriptor}"
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "trust.pem")
            path.write_bytes(data)
            yield str(path)


def _in_memory() -> int | None:
    """A file in memory that has a name in /proc, or None where there is none."""
    if sys.platform == "linux" and Path("/proc/self/fd").is_dir():
        with suppress(OSError):
            return os.memfd_create("trust")
    return None
