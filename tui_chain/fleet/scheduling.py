"""Many hosts through a stage, some at once; results come in the order of the input, within a window."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

WINDOW = 1024
"""Hosts that may be begun while the one before them is not done: what is kept for the order of the results."""
AT_ONCE = 64
"""Hosts that are worked on at once, where the options do not say."""


@dataclass(frozen=True)
class Pace:
    """How many are worked on at once, and whether results keep the order of the input."""

    at_once: int = AT_ONCE
    ordered: bool = True
    window: int = WINDOW


async def each_of(items: Iterable[T]) -> AsyncIterator[T]:
    """Yield what is at hand already as `each_through` takes it."""
    for item in items:
        yield item


async def each_through(
    items: AsyncIterator[T], stage: Callable[[T], Awaitable[R]], done: Callable[[R], None], pace: Pace = Pace()
) -> None:
    """Take every item through a stage; `done` gets each result as soon as it, and in order all before it, are there.

    Where this ends early, by an exception of a stage or by cancellation, `done` still gets what was ready.
    """
    await _Flow(items, stage, done, pace).run()


@dataclass(eq=False)
class _Flow(Generic[T, R]):
    items: AsyncIterator[T]
    stage: Callable[[T], Awaitable[R]]
    done: Callable[[R], None]
    pace: Pace
    _begun: int = 0
    _next: int = 0
    _held: dict[int, R] = field(default_factory=dict)

    async def run(self) -> None:
        self._room = asyncio.Semaphore(self.pace.window)
        self._turn = asyncio.Lock()
        workers = [asyncio.create_task(self._work()) for _ in range(min(self.pace.at_once, self.pace.window))]
        try:
            # a worker that fails ends all; gather would let the others go on
            for finished in asyncio.as_completed(workers):
                await finished
        finally:
            for worker in workers:
                worker.cancel()
            # asyncio prints a traceback of what a task raised and nobody looked at
            await asyncio.gather(*workers, return_exceptions=True)
            self._hand_over_rest()

    async def _work(self) -> None:
        while True:
            async with self._turn:
                await self._room.acquire()
                try:
                    item = await anext(self.items)
                except StopAsyncIteration:
                    self._room.release()
                    return
                place, self._begun = self._begun, self._begun + 1
            self._finish(place, await self.stage(item))

    def _finish(self, place: int, result: R) -> None:
        if not self.pace.ordered:
            self._hand_over(result)
            return
        self._held[place] = result
        while self._next in self._held:
            result = self._held.pop(self._next)
            self._next += 1
            self._hand_over(result)

    def _hand_over(self, result: R) -> None:
        self._room.release()
        self.done(result)

    def _hand_over_rest(self) -> None:
        for place in sorted(self._held):
            self.done(self._held.pop(place))
