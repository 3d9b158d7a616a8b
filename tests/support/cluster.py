"""A Dask cluster of processes on loopback, in a process of its own: its address and its workers are printed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.cli import ROOT


@dataclass(frozen=True)
class RunningCluster:
    """The scheduler's address and its process, and the process of each worker."""

    address: str
    scheduler: int
    workers: tuple[int, ...]


@contextmanager
def cluster(workers: int = 2, env: Mapping[str, str] | None = None) -> Iterator[RunningCluster]:
    """Run a cluster for as long as it is needed."""
    command = [sys.executable, "-m", "tests.support.cluster", str(workers)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, cwd=ROOT, text=True, env=env and dict(env)
    ) as process:
        assert process.stdout is not None
        try:
            opened: dict[str, Any] = json.loads(process.stdout.readline())
            yield RunningCluster(opened["address"], process.pid, tuple(opened["workers"]))
        finally:
            process.communicate(timeout=60)


def _serve(workers: int) -> None:
    from distributed import LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    ) as running:
        pids = [worker.pid for worker in running.workers.values()]
        print(json.dumps({"address": running.scheduler_address, "workers": pids}), flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
