"""The `tlschain` command, in this process and as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tui_chain.cli.main import main

ROOT = Path(__file__).parents[2]
SECONDS = 60.0
PROGRAM = (sys.executable, "-m", "tui_chain.cli")


@dataclass(frozen=True)
class Done:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON objects on standard output, a line each."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaint(self) -> str:
        """The one line that a command ends with that cannot go on; there is no traceback and no data."""
        assert "Traceback" not in self.err
        assert self.out == ""
        assert self.err.startswith("tlschain: ")
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("tlschain: ").rstrip("\n")


def tlschain(*words: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Done:
    """Run a command in this process; an exception that it lets through fails the test."""
    done = CliRunner().invoke(main, [str(word) for word in words], input=stdin, env=env, catch_exceptions=False)
    return Done(done.exit_code, done.stdout, done.stderr)


def process(*words: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Done:
    """Run a command as a process of its own, its streams being pipes."""
    command = (*PROGRAM, *map(str, words))
    done = subprocess.run(
        command, input=stdin, capture_output=True, timeout=SECONDS, check=False, cwd=ROOT, env=env and dict(env)
    )
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


@contextmanager
def started(
    *words: str | Path, env: Mapping[str, str] | None = None, stderr: int = subprocess.PIPE, group: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command; Ctrl-C reaches it though this process may ignore it, and it does not outlive the block.

    With `group` it leads a group of processes, as what a shell starts on a terminal does.
    """
    heeded = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        command, pipe = (*PROGRAM, *map(str, words)), subprocess.PIPE
        process = subprocess.Popen(
            command, stdout=pipe, stderr=stderr, cwd=ROOT, env=env and dict(env), process_group=0 if group else None
        )
    finally:
        signal.signal(signal.SIGINT, heeded)
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
