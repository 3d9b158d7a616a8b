"""Temporary files of this program, from which a whole file is made by a rename; what a killed run left is cleared."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_chain.core.system import is_own, try_lock

PRIVATE = 0o600
"""Rights of a temporary file that nobody else may read."""
_NAME = re.compile(r"\.tlschain-[a-z0-9_]{8}\.tmp")
"""Names that no other program gives; version 0.1.0 gave them as well."""
_ATTEMPTS = 100
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0) | getattr(os, "O_CLOEXEC", 0)
_CREATE = os.O_CREAT | os.O_EXCL | os.O_RDWR | _BINARY
_LOOK = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | _BINARY


def _nothing_more(_descriptor: int) -> None:
    """Leave a file as it was made."""


@dataclass(eq=False)
class TemporaryFile:
    """A new file that is written piece by piece; `descriptor` is negative once it is closed."""

    path: Path
    descriptor: int

    def write(self, data: bytes) -> None:
        """Add all of `data`; raises OSError."""
        write_whole(self.descriptor, data)

    def sync(self, prepare: Callable[[int], None] = _nothing_more) -> None:
        """Bring the whole file to the disk, ready to be renamed; raises OSError."""
        prepare(self.descriptor)
        os.fsync(self.descriptor)
        if sys.platform == "win32":  # which renames no file that is open
            os.close(self.descriptor)
            self.descriptor = -1


@contextlib.contextmanager
def temporary_file(folder: Path, mode: int = PRIVATE) -> Iterator[TemporaryFile]:
    """Make an empty file in `folder`; it is removed where it was not moved away.

    `mode` are its rights, less those that the umask takes. What killed runs left in the folder is removed first.
    Raises OSError.
    """
    clear_abandoned(folder)
    descriptor, path = _created(folder, mode)
    file = TemporaryFile(path, descriptor)
    try:
        yield file
    finally:
        # what was done stays done where this fails; the next run clears it
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        if file.descriptor >= 0:
            os.close(file.descriptor)


@contextlib.contextmanager
def synced_file(
    folder: Path, data: bytes, mode: int = PRIVATE, prepare: Callable[[int], None] = _nothing_more
) -> Iterator[Path]:
    """Make a file in `folder` that holds `data` and is on the disk, as `temporary_file` does.

    `prepare` may change its rights by its descriptor before it is synced. Raises OSError.
    """
    with temporary_file(folder, mode) as file:
        file.write(data)
        file.sync(prepare)
        yield file.path


def _created(folder: Path, mode: int) -> tuple[int, Path]:
    """Open a new file and hold its lock, by which other runs know that it is in use."""
    for _ in range(_ATTEMPTS):
        path = folder / f".tlschain-{os.urandom(4).hex()}.tmp"
        try:
            descriptor = os.open(path, _CREATE, mode)
        except FileExistsError:
            continue
        if _is_held(descriptor):
            return descriptor, path
        os.close(descriptor)
    raise FileExistsError(errno.EEXIST, "no name is free for a temporary file")


def _is_held(descriptor: int) -> bool:
    """Whether a new file is this run's; another may have taken it for abandoned before it was locked."""
    try:
        # Windows removes no file that is open
        return sys.platform == "win32" or (try_lock(descriptor) and os.fstat(descriptor).st_nlink > 0)
    except OSError:  # without locks nobody takes it for abandoned
        return True


def write_whole(descriptor: int, data: bytes) -> None:
    """Write all of `data` to an open file; raises OSError. One call may write a part alone (write(2))."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def clear_abandoned(folder: Path) -> None:
    """Remove the temporary files in `folder` that runs of this user left which were killed; never one in use."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):  # noqa: PTH208 - a Path for each name takes most of the time
            if _NAME.fullmatch(name):
                with contextlib.suppress(OSError):
                    _clear(folder / name)


def _clear(path: Path) -> None:
    """Remove a file whose lock nobody holds.

    Windows itself refuses to remove one that is open; there a run that is just about to rename its file may lose it,
    and then fails with the old file whole.
    """
    descriptor = os.open(path, _LOOK)
    try:
        state = os.fstat(descriptor)
        abandoned = stat.S_ISREG(state.st_mode) and is_own(state)
        if sys.platform != "win32" and abandoned and try_lock(descriptor):
            path.unlink()
    finally:
        os.close(descriptor)
    if sys.platform == "win32" and abandoned:
        path.unlink()
