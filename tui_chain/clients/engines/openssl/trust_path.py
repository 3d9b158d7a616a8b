"""Bytes as a file for libraries that read trust files by name only."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def as_path(data: bytes) -> Iterator[str]:
    """Give the name of a file that holds `data`; it is gone afterwards. On Linux it never touches a disk."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("trust")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            yield f"/proc/self/fd/{descriptor}"
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "trust.pem")
            path.write_bytes(data)
            yield str(path)
