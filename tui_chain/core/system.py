"""What operating systems do differently: the signals that end a program, file locks, owners, folders, process groups.

What Windows has no counterpart of is left out there; each function says what that is.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
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


def has_hung_up(descriptor: int) -> bool:
    """Whether a terminal has closed at its other end; OSError for what is not open. Of Windows nothing is known."""
    hung_up = False
    if sys.platform != "win32":
        import select

        poll = select.poll()
        poll.register(descriptor, 0)
        hung_up = any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))
    return hung_up


def lock(descriptor: int) -> None:
    """Wait until this process alone holds the lock of an open file; closing the file gives it back.

    Windows gives up after ten seconds with OSError.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


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
    """Give an open file the owner and group of another, where this user may; Windows knows neither."""
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, old.st_uid, old.st_gid)


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
