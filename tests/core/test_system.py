"""What Windows and POSIX do differently, held on both sides from a machine of one of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.posix import HANGUP, is_root
from tui_chain.core import system

ROOT = Path(system.__file__).parents[2]

HIDDEN = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "termios", "tty")
"""Modules that Python has on POSIX only."""
LOADING = f"""
import importlib, os, signal, sys
from pathlib import Path
names = sorted(
    ".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in Path("tui_chain").rglob("*.py")
)
names = [name for name in names if not name.endswith("__main__")]
for name in names:
    importlib.import_module(name)  # and all libraries, which know the system that this is
for name in list(sys.modules):
    if name.partition(".")[0] == "tui_chain":
        del sys.modules[name]
sys.platform = "win32"
sys.modules.update(dict.fromkeys({HIDDEN!r}))
for name in ("O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY", "fchmod", "fchown", "fork", "geteuid", "killpg", "mkfifo"):
    delattr(os, name)
os.O_BINARY, os.O_NOINHERIT = 0x8000, 0x80
del signal.SIGHUP, signal.SIGKILL
signal.SIGBREAK = signal.SIGINT
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def test_every_module_loads_where_what_posix_has_is_missing() -> None:
    """As on Windows: the modules and functions of POSIX are hidden before the package is loaded."""
    words = (sys.executable, "-c", LOADING)
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 100


def test_a_program_can_be_told_to_end_by_two_signals() -> None:
    assert system.ENDING_SIGNALS == (signal.SIGTERM, HANGUP)


def test_an_open_file_is_locked_until_it_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    held = os.open(file, os.O_CREAT | os.O_RDWR)
    system.lock(held, 1)
    script = "import os, sys\nfrom tui_chain.core.system import lock\nlock(os.open(sys.argv[1], os.O_RDWR), 30)"
    with subprocess.Popen((sys.executable, "-c", script, str(file)), cwd=ROOT) as other:
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.5)
        os.close(held)
        assert other.wait(30) == 0


def test_a_lock_that_another_holds_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    held, other = (os.open(file, os.O_CREAT | os.O_RDWR) for _ in range(2))
    system.lock(held, 1)
    assert not system.try_lock(other)
    with pytest.raises(TimeoutError, match="in use by another program"):
        system.lock(other, 0.05)
    os.close(held)
    assert system.try_lock(other)
    os.close(other)


def test_a_group_ends_with_its_leader_and_an_ended_one_is_no_error() -> None:
    script = "import subprocess, time\nsubprocess.Popen(['sleep', '60'])\nprint('on', flush=True)\ntime.sleep(60)"
    words = (sys.executable, "-c", script)
    with subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True) as leader:
        assert leader.stdout is not None
        assert leader.stdout.readline() == b"on\n"
        system.end_group(leader.pid)
        assert leader.wait(30) == -9
        assert leader.stdout.read() == b"", "what it started holds the pipe no more"
    system.end_group(leader.pid)


@pytest.mark.skipif(not is_root(), reason="only root becomes another user")
def test_a_group_of_another_user_is_no_error() -> None:
    """As a program becomes that changes its user, sudo for one."""
    with subprocess.Popen(("sleep", "60"), start_new_session=True) as other:
        script = f"import os\nfrom tui_chain.core.system import end_group\nos.setuid(65534)\nend_group({other.pid})"
        done = subprocess.run((sys.executable, "-c", script), capture_output=True, cwd=ROOT, timeout=30, check=False)
        assert other.poll() is None
        other.kill()
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_folder_that_is_not_there_is_synced_in_vain(tmp_path: Path) -> None:
    system.sync_folder(tmp_path / "none")
