"""Standard output that is full, closed, a pipe, a terminal, or of another encoding; and Ctrl-C."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.cli import PROGRAM, ROOT, SECONDS, started
from tests.support.posix import open_terminal, read_terminal
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream

DEADLINE = 20.0


def words(lab: Lab, command: str, name: str = "leaf-only") -> tuple[str, ...]:
    return (*PROGRAM, command, lab.host(name).target, "--trust", str(lab.trust_file))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("command", ["check", "fix"])
def test_a_full_disk_behind_standard_output_is_told(lab: Lab, command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            words(lab, command), stdout=full, stderr=subprocess.PIPE, timeout=SECONDS, check=False, cwd=ROOT
        )
    assert done.returncode == 2
    last = done.stderr.decode().splitlines()[-1]
    assert last == "tlschain: Standard output cannot be written: no space left on device."
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="its shell closes nothing")
def test_standard_input_that_is_closed_is_no_crash() -> None:
    closed = ("sh", "-c", f"exec {shlex.join(PROGRAM)} explain <&-")
    done = subprocess.run(closed, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert done.stderr.startswith("tlschain: There is no text to explain.")


def test_a_reader_that_goes_away_is_no_crash(lab: Lab) -> None:
    with subprocess.Popen(words(lab, "check"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as reader:
        assert reader.stdout is not None
        assert reader.stderr is not None
        reader.stdout.close()
        assert reader.stderr.read() == b""
    assert reader.returncode == 1


def test_an_encoding_without_the_glyphs_gets_escapes(lab: Lab) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(words(lab, "check"), capture_output=True, timeout=SECONDS, check=False, cwd=ROOT, env=env)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\\u2717 incomplete \xb7 the server does not send its" in done.stdout


def on_terminal(command: tuple[str, ...], env: Mapping[str, str]) -> bytes:
    """What a command writes to a terminal."""
    master, slave = open_terminal()
    try:
        with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=dict(env)):
            os.close(slave)
            return read_terminal(master)
    finally:
        os.close(master)


@pytest.mark.parametrize("command", ["check", "fix"])
def test_colour_is_for_terminals_only(lab: Lab, command: str) -> None:
    piped = subprocess.run(words(lab, command), capture_output=True, timeout=SECONDS, check=False, cwd=ROOT)
    assert b"\x1b" not in piped.stdout + piped.stderr
    assert b"\x1b[3" in on_terminal(words(lab, command), os.environ)
    assert b"\x1b" not in on_terminal(words(lab, command), {**os.environ, "NO_COLOR": "1"})


def test_ctrl_c_ends_with_one_line(lab: Lab) -> None:
    """In the middle of a probe that gets no answer."""
    connected = threading.Event()

    async def stall(stream: Stream) -> None:
        while await stream.receive():
            connected.set()

    with started("check", f"localhost:{lab.listen(stall)}", "--timeout", "60") as process:
        assert connected.wait(DEADLINE)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=DEADLINE)
    assert (process.returncode, out, err) == (130, b"", b"tlschain: interrupted\n")
