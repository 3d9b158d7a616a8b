"""The Python API: what its import costs, and what a host costs by a trust store of its own or by one for all."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from functools import partial

from benchmarks.ground import Ground, ground
from benchmarks.timing import as_installed, children_cpu, medians, row
from tui_chain import api

ROUNDS = 31
HOSTS = 20
LIBRARIES = "cryptography.x509, ssl, asyncio"
"""What a program that looks at certificates loads without us."""


def _imported(modules: str) -> None:
    command = (sys.executable, "-c", f"import {modules}")
    subprocess.run(command, env=as_installed(), check=True, timeout=60)


async def _each(targets: list[str]) -> None:
    for target in targets:
        await api.acheck(target)


def _targets(there: Ground) -> list[str]:
    return [f"localhost:{port}" for port in there.ports[:1]] * HOSTS


def run() -> list[tuple[str, str]]:
    """Measure the import in fresh processes, then hosts over certifi, whose roots are as many as a user's."""
    ours, theirs = partial(_imported, "tui_chain.api"), partial(_imported, LIBRARIES)
    wall = medians(ours, theirs, rounds=ROUNDS)
    cpu = medians(ours, theirs, rounds=ROUNDS, clock=children_cpu)
    with ground(ports=1) as there:
        targets = _targets(there)
        many, each = partial(api.check_many, targets), partial(_run_each, targets)
        shared = medians(many, each, rounds=3, clock=time.process_time)
    return [
        row(f"import of tui_chain.api / of {LIBRARIES}", wall, "at most 1.5"),
        row("the same, CPU", cpu, "at most 1.5"),
        row(f"{HOSTS} hosts by check_many / by acheck each, CPU", shared, "at most 0.2"),
    ]


def _run_each(targets: list[str]) -> None:
    asyncio.run(_each(targets))
