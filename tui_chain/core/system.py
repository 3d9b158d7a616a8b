"""What operating systems do differently: the signals that end a program, file locks, owners, folders, process groups.

What Windows has no counterpart of is left out there; each function says what that is.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    ENDING_SIGNALS = (signal.SIGTERM, signal.SIGBREAK)
    AT_ONCE = os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT
else:
    ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
    AT_ONCE = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
"""`ENDING_SIGNALS` end a program and can be handled: SIGTERM, and what comes when the terminal closes (SIGHUP; on
Windows SIGBREAK). `AT_ONCE` are the flags of os.open with which a pipe opens without waiting for somebody who writes
into it; on Windows, where files have no such flag, those of any file.
"""
_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
"""What systems say of a lock that another process has (flock(2); EACCES and EDEADLK on Windows)."""
_LOCK_PAUSE = 0.02
"""Seconds between two looks at a lock that another process has."""


def has_hung_up(descriptor: int) -> bool:
    """Whether a terminal has closed at its other end; OSError for what is not open. Of Windows nothing is known."""
    hung_up = False
    if sys.platform != "win32":
        import select

        poll = select.poll()
        poll.register(descriptor, 0)
        hung_up = any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))
    return hung_up


def open_keyboard() -> int:
    """Open the terminal that this process belongs to, whatever its standard streams are, and return the descriptor.

    Raises OSError where it belongs to none. Windows has no such file.
    """
    path = ""
    if sys.platform != "win32":
        path = os.ctermid()
    return os.open(path, os.O_RDWR)


def try_lock(descriptor: int) -> bool:
    """Take the lock of an open file without waiting and return whether this process alone has it now.

    Closing the file gives it back. Raises OSError where the file system has no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True


def lock(descriptor: int, seconds: float) -> None:
    """Wait until this process alone holds the lock of an open file; closing the file gives it back.

    Raises TimeoutError where another program still holds it after some `seconds`, for programs may be suspended.
    """
    pauses = round(seconds / _LOCK_PAUSE)
    while not try_lock(descriptor):
        if pauses <= 0:
            raise TimeoutError(errno.ETIMEDOUT, "it is in use by another program")
        pauses -= 1
        time.sleep(_LOCK_PAUSE)


def lock_where_possible(descriptor: int, seconds: float) -> bool:
    """Take a lock as `lock` does, and return whether there is one: not every file system has them."""
    try:
        lock(descriptor, seconds)
    except TimeoutError:
        raise
    except OSError:
        return False
    return True


def unlock(descriptor: int) -> None:
    """Give back the lock of an open file that stays open; on Windows its position has to be where it was."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_UN)


def is_own(state: os.stat_result) -> bool:
    """Whether a file is this user's; Windows knows no owners by number, and takes every file for that."""
    return sys.platform == "win32" or state.st_uid == os.geteuid()


def end_group(pid: int) -> None:
    """Kill a program that leads its own session, and all that it started.

    One that has ended is no error, nor one that became another user's, which goes on.

    On Windows what it started goes on.
    """
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGTERM)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def set_mode(descriptor: int, mode: int) -> None:
    """Give an open file its rights; on Windows it has those of its folder."""
    if sys.platform != "win32":
        os.fchmod(descriptor, mode)


def keep_owner(descriptor: int, old: os.stat_result) -> None:
    """Give an open file the owner and group of another, or the group alone, as this user may; not on Windows."""
    if sys.platform != "win32":
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
        except PermissionError:
            with contextlib.suppress(PermissionError):
                os.fchown(descriptor, -1, old.st_gid)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut; Windows and some file systems cannot sync a folder."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def config_folder() -> Path:
    """The user's folder for settings of this program (XDG Base Directory Specification), which may not exist.

    It is not absolute where this user has no home folder.
    """
    return _user_folder("XDG_CONFIG_HOME", "~/.config")


def state_folder() -> Path:
    """The user's folder for what this program keeps between runs, as `config_folder`."""
    return _user_folder("XDG_STATE_HOME", "~/.local/state")


def _user_folder(variable: str, usual: str) -> Path:
    """The specification has relative paths in a variable ignored."""
    named = os.environ.get(variable, "")
    # where there is no home, Path.expanduser raises
    base = named if os.path.isabs(named) else os.path.expanduser(usual)  # noqa: PTH111, PTH117
    return Path(base) / "tlschain"
