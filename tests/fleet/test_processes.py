"""A list in several processes: hosts of one that ends are given to another, and nothing is left running."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.test_fleet import check, hosts_of, timeless, with_identity
from tests.support.cli import SECONDS, process, started
from tests.support.posix import KILL, interrupt_all
from tui_chain.cli.commands.check import CheckWork
from tui_chain.cli.options import CommandOptions
from tui_chain.diagnose.findings.interception import UnknownRoot
from tui_chain.engine.host_state import HostState
from tui_chain.engine.startup import Run
from tui_chain.fleet.processes import ProcessWorkers
from tui_chain.fleet.scheduling import Pace, each_through
from tui_chain.fleet.stages import Outcome
from tui_chain.fleet.work import Stage, WorkerFacts, WorkFailure
from tui_chain.lab.internet import Lab
from tui_chain.net.target import Target
from tui_chain.results.values import HostResult, TLSResult

MOMENT = datetime(2026, 11, 27, tzinfo=UTC)


@dataclass(frozen=True)
class Dying:
    """Work whose process ends by SIGKILL at a host: `once` for the first that finds no file, or always."""

    marks: Path
    always: bool = False

    @property
    def at_once(self) -> int:
        return 4

    def shared_by(self, count: int) -> Dying:
        assert count > 0
        return self

    def spread_over(self, threads: int) -> Dying:
        raise NotImplementedError

    def facts(self) -> WorkerFacts:
        return WorkerFacts("1")

    def stage(self, run: Run) -> Stage:
        raise NotImplementedError

    @contextmanager
    def opened(self) -> Iterator[Stage]:
        async def stage(state: HostState) -> Outcome:
            name = state.target.host
            if name.startswith("wrong"):
                raise ValueError(name)
            if name.startswith("deadly") and (self.always or not (self.marks / name).exists()):
                (self.marks / name).touch()
                os.kill(os.getpid(), KILL)
            result = HostResult(
                str(state.target), str(os.getpid()), None, MOMENT, "complete", "nobody", "", TLSResult()
            )
            return Outcome(state.target, result, 0, "complete", root=UnknownRoot((None, "00"), "CN=x"))

        yield stage


async def through(workers: ProcessWorkers, names: list[str]) -> list[Outcome]:
    done: list[Outcome] = []

    async def hosts() -> AsyncIterator[HostState]:
        for name in names:
            yield HostState(Target(name))

    async with workers.running():
        await each_through(hosts(), workers.stage, done.append, Pace(8))
    return done


NAMES = [f"host-{number}.test" for number in range(30)]


def test_every_process_has_hosts_and_the_order_stays(tmp_path: Path) -> None:
    done = asyncio.run(through(ProcessWorkers(Dying(tmp_path), 2), NAMES))
    assert [one.target.host for one in done] == NAMES
    assert len({one.result.label for one in done}) == 2
    assert multiprocessing.active_children() == []


def test_hosts_of_a_process_that_ends_are_given_to_others_and_counted_once(tmp_path: Path) -> None:
    names = [*NAMES[:10], "deadly-1.test", *NAMES[10:20], "deadly-2.test", *NAMES[20:]]
    done = asyncio.run(through(ProcessWorkers(Dying(tmp_path), 2), names))
    assert [one.target.host for one in done] == names
    assert len(list(tmp_path.iterdir())) == 2


def test_a_host_that_ends_every_process_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkFailure) as failed:
        asyncio.run(through(ProcessWorkers(Dying(tmp_path, always=True), 2), ["deadly.test"]))
    assert failed.value.failure.message == "deadly.test:443 could not be worked on: 3 processes ended that had it."
    assert multiprocessing.active_children() == []


def test_what_a_stage_raises_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"ValueError: wrong\.test"):
        asyncio.run(through(ProcessWorkers(Dying(tmp_path), 1), ["wrong.test"]))


def test_nothing_is_left_running_where_it_is_cancelled(tmp_path: Path) -> None:
    async def run() -> None:
        work = asyncio.create_task(through(ProcessWorkers(Dying(tmp_path), 2), NAMES * 1000))
        await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(run())
    assert multiprocessing.active_children() == []


def test_limits_are_kept_together() -> None:
    shared = CheckWork(CommandOptions(jobs=10, rate=9.0)).shared_by(3)
    assert (shared.at_once, shared.options.rate) == (4, 3.0)
    assert CheckWork(CommandOptions()).shared_by(2).at_once == 32


def test_a_long_list_in_several_processes_is_as_one_in_one(lab: Lab, tmp_path: Path) -> None:
    """Where more hosts at once are wanted than one process has; one of them has a key of its own."""
    whole, lines = tmp_path / "whole", hosts_of(lab, 600)
    with_identity(lab, tmp_path, lines, 5)
    whole.write_text("\n".join(lines))
    together = process("check", "--hosts", whole, "--trust", lab.trust_file, "--json", "--jobs", "128")
    assert (together.code, together.err) == (1, "")
    assert timeless(together.out.splitlines()) == timeless(check(lab, "--hosts", whole).out.splitlines())


def children_of(pid: int) -> list[bytes]:
    """The command lines of the processes that the threads of one have started."""
    files = Path(f"/proc/{pid}/task").glob("*/children")
    numbers = [number for file in files for number in file.read_text(encoding="ascii").split()]
    return [file.read_bytes() for number in numbers if (file := Path(f"/proc/{number}/cmdline")).exists()]


@pytest.mark.skipif(sys.platform != "linux", reason="the processes of another are seen in /proc")
@pytest.mark.parametrize("words", [("--jobs", "128"), ("--dask", "local:2")])
@pytest.mark.parametrize("seconds", [0, 0.03, 0.1, 0.3])
def test_ctrl_c_while_the_processes_start_ends_with_one_line(
    lab: Lab, tmp_path: Path, seconds: float, words: tuple[str, ...]
) -> None:
    """The terminal sends it to each of them."""
    listed = tmp_path / "hosts"
    listed.write_text("\n".join(hosts_of(lab, 1200)))
    with started("check", "--hosts", listed, "--trust", lab.trust_file, "--json", *words, group=True) as running:
        pause, end = threading.Event(), time.monotonic() + SECONDS
        while not any(b"spawn_main" in command for command in children_of(running.pid)):
            assert running.poll() is None
            assert time.monotonic() < end
            pause.wait(0.002)
        pause.wait(seconds)
        interrupt_all(running)
        _, err = running.communicate(timeout=SECONDS)
    assert (running.returncode, err) == (130, b"tlschain: interrupted\n")
