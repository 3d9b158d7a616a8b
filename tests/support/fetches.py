"""A fetch of which nothing is left behind."""

from __future__ import annotations

import asyncio
import gc

from tui_chain.net.addresses import Permission, Reach
from tui_chain.net.fetch import MAX_BYTES, FetchedAnswer, fetch

HERE = frozenset({Reach.PUBLIC, Reach.LOOPBACK})
"""Where fetches for a host on this machine may lead."""


def fetched(url: str, kinds: frozenset[Reach] = HERE, limit: int = MAX_BYTES) -> FetchedAnswer:
    """Fetch from addresses of these kinds; a task or a socket that is left open fails."""

    async def run() -> FetchedAnswer:
        try:
            return await fetch(url, allowed=Permission(kinds), limit=limit)
        finally:
            assert len(asyncio.all_tasks()) == 1

    try:
        return asyncio.run(run())
    finally:
        gc.collect()  # a socket that was left open warns here, and a warning is an error
