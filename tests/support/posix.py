"""What tests take from POSIX: named pipes, terminals, root, the hang-up. Windows skips the tests that need it."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tui_chain.core.system import ENDING_SIGNALS

HANGUP = ENDING_SIGNALS[1]
"""SIGHUP, which a terminal sends when it closes."""


KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""SIGKILL, which no process can put off; on Windows SIGTERM is that."""


def go_on(process: subprocess.Popen[bytes]) -> None:
    """Let a process go on that has suspended itself."""
    if sys.platform != "win32":
        process.send_signal(signal.SIGCONT)


def interrupt_all(process: subprocess.Popen[bytes]) -> None:
    """Send SIGINT to a process that leads a group, and to all that it started, as Ctrl-C on a terminal does."""
    if sys.platform == "win32":
        pytest.skip("Windows has no process groups like these")
    else:
        os.killpg(process.pid, signal.SIGINT)


def mkfifo(path: Path) -> None:
    """Make a named pipe."""
    if sys.platform == "win32":
        pytest.skip("Windows has no named pipes in folders")
    else:
        os.mkfifo(path)


def open_to_write(pipe: Path) -> int:
    """Open a named pipe without waiting; raises OSError where nobody reads it."""
    if sys.platform == "win32":
        pytest.skip("Windows has no named pipes in folders")
    else:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size in bytes, as on a disk that is full."""
    if sys.platform == "win32":
        pytest.skip("Windows has no bound on the size of files")
    else:
        import resource

        before, heeded = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, heeded)


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def own_ids() -> tuple[int, int]:
    """The user and the group as whom the tests run."""
    if sys.platform == "win32":
        pytest.skip("Windows has no numbers for users and groups")
    else:
        return os.geteuid(), os.getegid()


def open_terminal(*, rows: int = 40, columns: int = 120) -> tuple[int, int]:
    """Open a pseudo-terminal: the descriptors of who looks at it, and of the program in it."""
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals")
    else:
        import fcntl
        import pty
        import termios

        main, worker = pty.openpty()
        fcntl.ioctl(worker, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        return main, worker


def read_terminal(master: int) -> bytes:
    """Read until the other side is closed, which Linux says by EIO."""
    written = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            return written
        if not piece:
            return written
        written += piece


def terminal_settings(descriptor: int) -> list[Any]:
    """How a terminal is set, to see that a program gave it back as it was."""
    settings: list[Any] = []
    if sys.platform != "win32":
        import termios

        settings = termios.tcgetattr(descriptor)
    return settings


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, user and system, of all threads; 0 of one that has ended.

    Its clock is numbered as Linux does it (clock_gettime(2)).
    """
    if sys.platform != "linux":
        pytest.skip("only Linux shows the clocks of other processes so")
    else:
        try:
            return time.clock_gettime((~pid << 3) | 2)
        except OSError:
            return 0.0  # it has ended


def memory_bytes(pid: int) -> int:
    """What a process holds in memory (VmRSS), as Linux counts it."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))
