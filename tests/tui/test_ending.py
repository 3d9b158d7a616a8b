"""The screen as a process in a real terminal, told to end from outside."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.files import names_in
from tests.support.posix import HANGUP, open_terminal, terminal_settings
from tests.support.terminal import without_size
from tui_chain.engine.session import SavedHost, Session, read_session, session_path, write_session
from tui_chain.net.target import Target

SECONDS = 60.0
LEADING = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from tui_chain.tui.start import main
main()
"""
"""Takes the terminal as the controlling one of its session, then does what `tlschain-tui` does."""
FAULTY = """
import tui_chain.tui.screens.main as screen
def action_zoom(self):
    password = "hunter2"
    raise RuntimeError("[bold]boom")
screen.MainScreen.action_zoom = action_zoom
"""
"""A screen whose key `z` is at fault."""
UNCLOSED = """
import tui_chain.tui.start as start
load = start.load
def load_and_fail(resources, *given):
    resources.callback(lambda: 1 / 0)
    return load(resources, *given)
start.load = load_and_fail
"""
"""A screen of which something cannot be closed at the end."""
LEFT_SCREEN = b"\x1b[?1049l"
"""What ends the alternate screen (xterm's control sequences, DECRST 1049)."""


@dataclass
class Terminal:
    """The outer end of a terminal and what was painted so far; `before` are its modes before the program."""

    main: int
    worker: int
    process: subprocess.Popen[bytes]
    before: list[Any]
    seen: bytes = b""

    def until(self, condition: Callable[[], bool]) -> None:
        """Take what is painted until something holds."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.seen[-2000:]
            self._take(0.05)

    def end(self) -> int:
        """Take what is painted until the program has ended, and return its exit code."""
        self.until(lambda: self.process.poll() is not None)
        while self._take(0):
            pass
        return self.process.returncode

    def _take(self, seconds: float) -> bool:
        ready = bool(select.select([self.main], [], [], seconds)[0])
        if ready:
            with suppress(OSError):
                self.seen += os.read(self.main, 65536)
        return ready


@contextmanager
def screen(folder: Path, *words: str, before: str = "") -> Iterator[Terminal]:
    """Open `tlschain-tui` in a terminal of its own, of which it is the session's leader; `before` is run first."""
    with in_terminal([sys.executable, "-c", before + LEADING, *words], TMPDIR=str(folder)) as terminal:
        yield terminal


@contextmanager
def in_terminal(command: Sequence[str], **environment: str) -> Iterator[Terminal]:
    """Run a command in a terminal and a session of its own, and end both."""
    main, worker = open_terminal()
    settings = terminal_settings(worker)
    variables = without_size(os.environ) | {"TERM": "xterm-256color"} | environment
    process = subprocess.Popen(
        command, stdin=worker, stdout=worker, stderr=worker, env=variables, start_new_session=True
    )
    try:
        yield Terminal(main, worker, process, settings)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for end in (main, worker):
            with suppress(OSError):
                os.close(end)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (HANGUP, 129)])
def test_a_demo_told_to_end_gives_the_terminal_back(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with screen(tmp_path, "--demo") as terminal:
        terminal.until(lambda: b"leaf-only" in terminal.seen)
        assert terminal_settings(terminal.worker) != terminal.before
        terminal.process.send_signal(number)
        assert terminal.end() == code
        assert LEFT_SCREEN in terminal.seen
        assert terminal_settings(terminal.worker) == terminal.before
        assert b"Traceback" not in terminal.seen
    assert names_in(tmp_path) == []


def test_a_demo_told_to_end_while_it_opens_leaves_no_folder(tmp_path: Path) -> None:
    with screen(tmp_path, "--demo") as terminal:
        terminal.until(lambda: bool(names_in(tmp_path)))
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == 143
        assert terminal_settings(terminal.worker) == terminal.before
    assert names_in(tmp_path) == []


def test_a_terminal_that_closes_ends_the_demo(tmp_path: Path) -> None:
    with screen(tmp_path, "--demo") as terminal:
        terminal.until(lambda: b"leaf-only" in terminal.seen)
        os.close(terminal.worker)
        os.close(terminal.main)
        assert terminal.process.wait(SECONDS) == 129
    assert names_in(tmp_path) == []


def test_a_terminal_that_closes_without_a_signal_ends_the_screen() -> None:
    """A terminal that is not the controlling one of the program: nobody hangs up, and keys end for ever."""
    command = [sys.executable, "-m", "tui_chain.tui.start", "--no-session", "localhost:1"]
    with in_terminal(command) as terminal:
        os.close(terminal.worker)
        terminal.until(lambda: b"1 Hosts" in terminal.seen)
        os.close(terminal.main)
        assert terminal.process.wait(SECONDS) == 129


def test_a_screen_whose_terminal_has_long_closed_ends_when_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below nohup the hang-up says nothing: it goes on painting where nobody looks, more than a queue holds."""
    monkeypatch.setitem(globals(), "LEADING", f"import signal\nsignal.signal({HANGUP:d}, signal.SIG_IGN)\n{LEADING}")
    with screen(tmp_path, "--demo") as terminal:
        terminal.until(lambda: b"leaf-only" in terminal.seen)
        os.close(terminal.worker)
        os.close(terminal.main)
        with pytest.raises(subprocess.TimeoutExpired):
            terminal.process.wait(5)  # the probes of the demo's hosts
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(SECONDS) == 143
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("painted", [b"\x1b[?1049h", b"1 Hosts", b"unreachable"])
def test_a_screen_that_is_ended_at_any_time_keeps_its_hosts(tmp_path: Path, painted: bytes) -> None:
    session = Session((SavedHost(Target("localhost", 1), "one"), SavedHost(Target("localhost", 2), "two")), "name")
    assert write_session(session, session_path()) is None
    with screen(tmp_path) as terminal:
        terminal.until(lambda: painted in terminal.seen)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == 143
    assert read_session(session_path()) == session


def test_a_screen_that_cannot_close_what_it_opened_keeps_its_hosts(tmp_path: Path) -> None:
    with screen(tmp_path, before=UNCLOSED) as terminal:
        terminal.until(lambda: b"No host yet" in terminal.seen)
        os.write(terminal.main, b"a")
        terminal.until(lambda: b"Add hosts" in terminal.seen)
        os.write(terminal.main, b"localhost:1\r")
        terminal.until(lambda: b"unreachable" in terminal.seen)
        os.write(terminal.main, b"q")
        assert terminal.end() == 70
    assert read_session(session_path()) == Session((SavedHost(Target("localhost", 1)),))


def test_a_screen_without_a_lab_heeds_too(tmp_path: Path) -> None:
    with screen(tmp_path, "localhost:1") as terminal:
        terminal.until(lambda: b"unreachable" in terminal.seen)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == 143
        assert terminal_settings(terminal.worker) == terminal.before


def test_a_fault_of_our_own_ends_with_a_sentence_and_shows_no_values(tmp_path: Path) -> None:
    with screen(tmp_path, "localhost:1", before=FAULTY) as terminal:
        terminal.until(lambda: b"unreachable" in terminal.seen)
        os.write(terminal.main, b"z")
        assert terminal.end() == 70
        last = terminal.seen.rpartition(LEFT_SCREEN)[2]
        assert b"This is a fault of tlschain-tui: RuntimeError: [bold]boom." in last
        assert b"hunter2" not in last
        assert b"Traceback" not in last
        assert terminal_settings(terminal.worker) == terminal.before


@pytest.mark.parametrize(
    "words",
    [("--at", "noon"), ("--trust-root", "ab:cd"), ("--hosts", "/none/here"), ("--demo", "--hosts", "/none/here")],
    ids=" ".join,
)
def test_a_wrong_value_ends_before_the_screen_opens(tmp_path: Path, words: tuple[str, ...]) -> None:
    with screen(tmp_path, *words) as terminal:
        assert terminal.end() == 2
    (line,) = terminal.seen.decode().splitlines()
    assert line.startswith("tlschain-tui: ")


def test_a_trust_store_that_is_not_there_ends_with_a_line(tmp_path: Path) -> None:
    with screen(tmp_path, "--trust", str(tmp_path / "none.pem")) as terminal:
        assert terminal.end() == 2
    last = terminal.seen.decode().rpartition(LEFT_SCREEN.decode())[2].replace("\r\n", "")
    assert "tlschain-tui: " in last
    assert "none.pem" in last
    assert "Traceback" not in last
