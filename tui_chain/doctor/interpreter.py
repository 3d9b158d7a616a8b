"""The interpreter that is looked at: which one the user's shell would start, and the script run in it, bounded."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tui_chain.core.command import option
from tui_chain.core.failure import Failure
from tui_chain.core.system import end_group
from tui_chain.core.text import safe_text
from tui_chain.core.threads import in_daemon_thread
from tui_chain.doctor.environment_report import MAX_REPORT, EnvironmentReport, read_report
from tui_chain.doctor.probe_script import SECONDS

GRACE = 5.0
"""Seconds that the interpreter has beyond the script's own deadline, to start and to end."""
_MAX_ERRORS = 8192
"""Bytes of standard error that are kept."""
_NAMES = ("python3", "python")


@dataclass(frozen=True)
class ChosenInterpreter:
    """An interpreter, and in `why` how it was chosen."""

    path: Path
    why: str


def find_interpreter(named: str | None, environment: Mapping[str, str]) -> ChosenInterpreter | Failure:
    """Return the interpreter that is named, or the one of the active environment, or the first on PATH.

    The environment that this program itself runs in is passed over on PATH where nothing is named.
    """
    if named is not None:
        return _named(named, environment)
    active = ((name, environment[name]) for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if environment.get(name))
    places = [(str(Path(prefix) / _bin()), f"of {name}") for name, prefix in active]
    on_path = environment.get("PATH", os.defpath).split(os.pathsep)
    places += [(part, "the first on PATH") for part in on_path if part and not _is_own(part)]
    for folder, why in places:
        for name in _NAMES:
            found = shutil.which(name, path=folder)
            if found is not None:
                return ChosenInterpreter(_from_the_root(found), f"{name}, {why}")
    return Failure("usage", "There is no Python on PATH.", f"Name one, as /usr/bin/python3 {option('--python')}.")


def _bin() -> str:
    return "Scripts" if sys.platform == "win32" else "bin"


def _is_own(folder: str) -> bool:
    """Whether a folder of PATH is that of the virtual environment of this program."""
    return sys.prefix != sys.base_prefix and os.path.realpath(folder) == os.path.realpath(Path(sys.prefix) / _bin())


def _named(named: str, environment: Mapping[str, str]) -> ChosenInterpreter | Failure:
    """A program, or the folder of an environment."""
    if named and os.path.isdir(named):  # noqa: PTH112 - a path that cannot be looked at is no folder
        inside = [shutil.which(name, path=str(Path(named) / _bin())) for name in _NAMES]
        found = next(filter(None, inside), None)
    else:
        found = shutil.which(named, path=environment.get("PATH", os.defpath))
    if found is None:
        return Failure("usage", f"{safe_text(named)} is no interpreter that can be run.", "Name a python program.")
    return ChosenInterpreter(_from_the_root(found), "named with --python")


def _from_the_root(found: str) -> Path:
    """A path that is none of a program on PATH, as `python` from `./python` would be; links stay."""
    return Path(os.path.abspath(found))  # noqa: PTH100 - resolves no link, which makes the environment


async def run_script_in_thread(
    interpreter: Path, script: str, environment: Mapping[str, str]
) -> EnvironmentReport | Failure:
    """`run_script` for a running event loop; where that is cancelled, the interpreter is ended."""
    processes: list[int] = []
    try:
        return await in_daemon_thread(
            lambda: run_script(interpreter, script, environment, started=processes.append), "interpreter"
        )
    except asyncio.CancelledError:
        for process in processes:
            end_group(process)
        raise


def run_script(
    interpreter: Path,
    script: str,
    environment: Mapping[str, str],
    seconds: float = SECONDS + GRACE,
    started: Callable[[int], object] = int,
) -> EnvironmentReport | Failure:
    """Run the script in an interpreter, in the user's environment and folder, and read its report; blocks.

    It is ended, with all that it started, when its time is over, when it prints more than a report can have, and when
    this is interrupted. `started` gets the id of its process.
    """
    try:
        process = subprocess.Popen(
            (str(interpreter), "-"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        return Failure(
            "python", f"{safe_text(str(interpreter))} cannot be run: {why}.", f"Name another {option('--python')}."
        )
    started(process.pid)
    output, errors = _talk(process, script.encode("ascii", "backslashreplace"), seconds)
    found = read_report(output, "what it printed")
    if isinstance(found, EnvironmentReport):
        return found
    return _blocked(interpreter, environment) or _without_report(interpreter, errors, process.returncode)


def _talk(process: subprocess.Popen[bytes], script: bytes, seconds: float) -> tuple[bytes, bytes]:
    """Give a process its input and take its output, each within a bound; it has ended afterwards."""
    outputs: tuple[bytearray, bytearray] = (bytearray(), bytearray())
    threads = [
        threading.Thread(target=_take, args=(process.stdout, outputs[0], MAX_REPORT, process.pid), daemon=True),
        threading.Thread(target=_take, args=(process.stderr, outputs[1], _MAX_ERRORS, None), daemon=True),
        threading.Thread(target=_give, args=(process.stdin, script), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        end_group(process.pid)  # also what it started and left behind, which would hold the pipes open
    with contextlib.suppress(subprocess.TimeoutExpired):  # another user's process cannot be ended
        process.wait(GRACE)
    end = time.monotonic() + GRACE  # what left its group may hold the pipes open for ever
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    for stream in filter(None, (process.stdout, process.stderr)):
        with contextlib.suppress(OSError):
            stream.close()
    return bytes(outputs[0]), bytes(outputs[1])


def _take(stream: IO[bytes], into: bytearray, limit: int, pid: int | None) -> None:
    """Read a stream to its end; what is more than `limit` is dropped, or ends the process `pid`."""
    with contextlib.suppress(OSError, ValueError):
        while piece := os.read(stream.fileno(), 1 << 16):
            into += piece[: max(0, limit - len(into))]
            if pid is not None and len(into) >= limit:
                end_group(pid)
                return


def _give(stream: IO[bytes], data: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):
        stream.write(data)
    with contextlib.suppress(OSError, ValueError):
        stream.close()


def _blocked(interpreter: Path, environment: Mapping[str, str]) -> Failure | None:
    """Where OpenSSL is told to read what has no end, or waits for somebody who writes, no Python gets to its end."""
    for name in _READ_AT_ONCE:
        path = environment.get(name, "")
        if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):  # noqa: PTH110, PTH112, PTH113
            message = f"{safe_text(str(interpreter))} printed no report: {name} names {safe_text(path)}, which is"
            return Failure("python", f"{message} neither a file nor a folder.", f"Look again after `unset {name}`.")
    return None


_READ_AT_ONCE = ("OPENSSL_CONF", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables whose files OpenSSL reads when Python imports ssl, or makes a context."""


def _without_report(interpreter: Path, errors: bytes, code: int | None) -> Failure:
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    last = f": {safe_text(lines[-1], 160)}" if lines else ""
    ended = "did not end in time" if code is None or code < 0 else f"ended with code {code}"
    return Failure(
        "python",
        f"{safe_text(str(interpreter))} printed no report and {ended}{last}.",
        f"Name an interpreter of Python 3.8 or newer {option('--python')}.",
    )
