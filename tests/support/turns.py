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
