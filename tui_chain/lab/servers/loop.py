"""The lab's thread: one asyncio loop that serves every socket, apart from the program's own loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")

START_SECONDS = 10.0
CLOSE_SECONDS = 5.0


class LoopThread:
    """An asyncio loop in a daemon thread, from entering the context to leaving it."""

    def __init__(self) -> None:
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tlschain-lab", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._started.wait(START_SECONDS):
            raise TimeoutError("the lab's thread did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(CLOSE_SECONDS)

    def call(self, function: Callable[[], T]) -> T:
        """Call a function in the loop's thread and return its result; raises what it raises."""

        async def call() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(START_SECONDS)

    def _run(self) -> None:
        # listening sockets are read by `add_reader`, which the loop that Windows takes by default does not have;
        # the runner cancels what still serves a client and waits for it before the loop is closed
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._wait())

    async def _wait(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._started.set()
        await self._stop.wait()
