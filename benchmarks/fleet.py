"""Long lists: what a host costs in one of 400 and in one of 10,000, each with a certificate of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.farm import Farm, farm
from benchmarks.timing import as_installed

FEW, MANY = 400, 10_000
LACKING = 10
"""Of how many hosts one does not send its intermediate, where they are repaired."""
BASE = 100 << 20
"""Bytes of memory that a run may take whatever it does."""
A_HOST = 2 << 10
"""Bytes that each host may add."""

Row = tuple[str, str]


@dataclass(frozen=True)
class Cost:
    """What a process took: CPU seconds, and the most resident bytes."""

    cpu: float
    memory: int


def run() -> Iterator[Row]:
    """Measure `check` and `fix` on few hosts and on many."""
    with farm() as there, TemporaryDirectory(prefix="tlschain-bench-") as folder:
        for command, lacking in (("check", 0), ("fix", LACKING)):
            yield from rows(there, Path(folder), command, lacking, (FEW, MANY))


def rows(there: Farm, folder: Path, command: str, lacking: int, counts: tuple[int, int]) -> Iterator[Row]:
    """CPU a host of a command in a long list beside that in a short one, and the memory of the long one."""
    start = cost(there, folder, command, 1, lacking)
    few, many = (cost(there, folder, command, count, lacking) for count in counts)
    least, most = ((one.cpu - start.cpu) / count * 1000 for one, count in zip((few, many), counts, strict=True))
    name = f"{command}, CPU a host at {counts[1]:,} / at {counts[0]:,}"
    yield name, f"{most:7.2f} ms / {least:6.2f} ms = {most / least:5.2f}  (at most 1.15)"
    bound = BASE + counts[1] * A_HOST
    figure = f"{many.memory / 2**20:7.1f} MB / {bound / 2**20:6.1f} MB = {many.memory / bound:5.2f}  (at most 1)"
    yield f"{command}, memory at {counts[1]:,} / 100 MB and 2 KB a host", figure


def cost(there: Farm, folder: Path, command: str, count: int, lacking: int) -> Cost:
    """What one run over so many hosts takes; raises SystemExit where it does not find what is there."""
    listed, found = folder / "hosts.txt", folder / "found.jsonl"
    listed.write_text(there.lines(count, lacking), encoding="ascii")
    words = [command, "--hosts", str(listed), "--trust", str(there.trust), "--json"]
    words += ["--no-pool"] if command == "fix" else []
    with found.open("wb") as output:
        process = subprocess.Popen(
            [_program(), *words], stdout=output, env=as_installed() | {"XDG_DATA_HOME": str(folder)}
        )
    code, taken = _ended(process)
    with found.open("rb") as lines:
        counted = sum(1 for _ in lines)
    if code != 0 or counted != count:
        raise SystemExit(f"{command} of {count} hosts ended with {code} after {counted} lines")
    return taken


def _ended(process: subprocess.Popen[bytes]) -> tuple[int, Cost]:
    """The exit code of a process that is waited for, and what it took with all that it started."""
    if sys.platform == "win32":
        raise SystemExit("Windows does not say what a process took")
    else:  # noqa: RET506 - type checkers take the other branch for one that is never reached
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def _program() -> str:
    return str(Path(sys.executable).with_name("tlschain"))


if __name__ == "__main__":
    with farm() as opened_farm, TemporaryDirectory(prefix="tlschain-bench-") as temporary:
        for name, figure in rows(opened_farm, Path(temporary), sys.argv[1], 0, (FEW, int(sys.argv[2]))):
            print(f"{name:<72} {figure}", flush=True)
