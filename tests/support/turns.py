"""How often the event loop turns while something runs: what keeps it to itself lets it turn not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress


async def turns_during(work: Awaitable[object], *expected: type[Exception]) -> int:
    """Return how often others had their turn until `work` was done, or raised one of the `expected`."""
    turns = 0

    async def tick() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    ticker = asyncio.create_task(tick())
    with suppress(*expected):
        await work
    ticker.cancel()
    await asyncio.gather(ticker, return_exceptions=True)
    return turns


def received(data: bytes) -> asyncio.StreamReader:
    """A connection that brought all of `data` before anybody read, and has ended."""
    reader = asyncio.StreamReader(limit=len(data) + 1)
    reader.feed_data(data)
    reader.feed_eof()
    return reader
