"""The work on a long list in several processes of this machine, where one core is too few."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.fleet.scheduling import Pace, each_through
from tui_chain.fleet.stages import Outcome
from tui_chain.fleet.work import Stage, Work, WorkFailure

MOST = 8
"""Processes at most: each takes some 60 MB."""
TRIES = 3
"""How often a host is given to a process; one that ends with it may have ended by it."""


class _ProcessEnded(Exception):
    """The process that had a host has ended."""


class _Request(NamedTuple):
    number: int
    state: HostState


class _Reply(NamedTuple):
    """What a process made of a host: its outcome, or the exception that its stage raised."""

    number: int
    outcome: Outcome | None
    error: Exception | None = None


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    connection: Any
    listener: threading.Thread | None = None
    waiting: dict[int, asyncio.Future[Outcome]] = field(default_factory=dict)
    ended: bool = False


@dataclass(eq=False)
class ProcessWorkers:
    """Has `count` processes do a `work`; enter it, and give it hosts by `stage`.

    A process that ends is replaced, and its hosts are given to others.
    """

    work: Work
    count: int
    _workers: list[_Worker] = field(default_factory=list)
    _number: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the processes, and end them with the block."""
        try:
            self._workers += [self._start() for _ in range(self.count)]
            yield
        finally:
            for worker in self._workers:
                worker.process.kill()
            for worker in self._workers:
                _join(worker)

    def _start(self) -> _Worker:
        # a copy of this process would have its threads' locks, and its event loop
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, self.work.shared_by(self.count)), daemon=True)
        with ctrl_c_held():
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        listen = partial(self._listen, worker, asyncio.get_running_loop())
        worker.listener = threading.Thread(target=listen, name="worker", daemon=True)
        worker.listener.start()
        return worker

    async def stage(self, state: HostState) -> Outcome:
        """Have a process take a host through; raises WorkFailure, and what its stage raised."""
        for _ in range(TRIES):
            worker = self._least_busy()
            self._number += 1
            future = worker.waiting[self._number] = asyncio.get_running_loop().create_future()
            with suppress(_ProcessEnded):
                try:
                    worker.connection.send(_Request(self._number, state))
                except OSError:
                    self._lose(worker)
                outcome: Outcome = await future
                return outcome
        why = f"{state.target} could not be worked on: {TRIES} processes ended that had it."
        raise WorkFailure(Failure("fault", why, "Leave it out, or look at it alone."))

    def _least_busy(self) -> _Worker:
        for place, worker in enumerate(self._workers):
            if worker.ended:
                _join(worker)
                self._workers[place] = self._start()
        return min(self._workers, key=lambda one: len(one.waiting))

    def _listen(self, worker: _Worker, loop: asyncio.AbstractEventLoop) -> None:
        """Hand over what a process answers, in a thread of its own, until the process ends."""
        with suppress(RuntimeError):  # the loop has closed: nobody waits any more
            try:
                while True:
                    loop.call_soon_threadsafe(_settle, worker, worker.connection.recv())
            except (EOFError, OSError):
                loop.call_soon_threadsafe(self._lose, worker)

    def _lose(self, worker: _Worker) -> None:
        worker.ended = True
        for future in worker.waiting.values():
            if not future.done():
                future.set_exception(_ProcessEnded())
        worker.waiting.clear()


@contextmanager
def ctrl_c_held() -> Iterator[None]:
    """Have processes that are started in the block hold Ctrl-C back from their first moment on; here it comes after.

    It reaches every process of a terminal, and one that still imports would print where it was.
    """
    if sys.platform == "win32":
        yield
    else:
        from multiprocessing.resource_tracker import ensure_running

        ensure_running()  # with the first process it would be started in between, and let Ctrl-C through
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _settle(worker: _Worker, answer: _Reply) -> None:
    future = worker.waiting.pop(answer.number, None)
    if future is None or future.done():
        return
    if answer.outcome is None:
        future.set_exception(answer.error or _ProcessEnded())
        return
    future.set_result(answer.outcome)


def _join(worker: _Worker) -> None:
    """Wait for a process that was ended, and for the thread that listened to it."""
    worker.process.join()
    if worker.listener is not None:
        worker.listener.join()
    worker.connection.close()


# in the other process


def serve(connection: Connection, work: Work) -> None:
    """Do the work with each host that comes, until nobody is there any more."""
    # Ctrl-C reaches every process of a terminal; the one that started this one ends it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # whoever started this one sees that it has ended, and says so
    with suppress(Exception), work.opened() as stage:
        asyncio.run(_serve(connection, stage, work.at_once))


async def _serve(connection: Connection, stage: Stage, at_once: int) -> None:
    async def answer(job: _Request) -> _Reply:
        try:
            return _Reply(job.number, await stage(job.state))
        except Exception as error:  # noqa: BLE001 - it is raised where somebody waits
            return _Reply(job.number, None, _picklable(error))

    await each_through(_jobs(connection), answer, connection.send, Pace(at_once, ordered=False))


def _picklable(error: Exception) -> Exception:
    """An exception that another process can be given, whatever it holds."""
    return RuntimeError(f"{type(error).__name__}: {error}")


async def _jobs(connection: Connection) -> AsyncIterator[_Request]:
    """Yield each host as it comes; EOFError ends the work."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[_Request | None] = asyncio.Queue()

    def receive() -> None:
        with suppress(RuntimeError):
            try:
                while True:
                    loop.call_soon_threadsafe(queue.put_nowait, connection.recv())
            except (EOFError, OSError):
                loop.call_soon_threadsafe(queue.put_nowait, None)

    threading.Thread(target=receive, name="jobs", daemon=True).start()
    while (job := await queue.get()) is not None:
        yield job
