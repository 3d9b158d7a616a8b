"""Five hundred hosts: probe and diagnosis beside a bare loop of TLS handshakes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import product

from benchmarks.ground import ADDRESSES, Ground, ground
from benchmarks.timing import medians
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.net.target import Target
from tui_chain.trust.loading import load_trust_store

AT_ONCE = 32
ROUNDS = 5


async def _bounded(targets: list[Target], one: Callable[[Target], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def entered(target: Target) -> None:
        async with gate:
            await one(target)

    await asyncio.gather(*(entered(target) for target in targets))


def _bare(targets: list[Target]) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    async def shake(target: Target) -> None:
        _, writer = await asyncio.open_connection(target.host, target.port, ssl=context)
        writer.close()

    asyncio.run(_bounded(targets, shake))


def _ours(there: Ground, targets: list[Target]) -> None:
    store = load_trust_store(str(there.trust))
    if isinstance(store, Failure):
        raise SystemExit(str(store))
    journey = Journey(Context(store))

    async def probe(target: Target) -> None:
        state = await journey.probe(HostState(target))
        if state.status is not Status.COMPLETE:
            raise SystemExit(f"{target}: {state.status}")

    asyncio.run(_bounded(targets, probe))


def run() -> list[tuple[str, str]]:
    """Measure the rate of probing and diagnosing 500 hosts against that of bare handshakes."""
    with ground() as there:
        targets = [Target(address, port) for address, port in product(ADDRESSES, there.ports)]
        ours, bare = medians(partial(_ours, there, targets), partial(_bare, targets), rounds=ROUNDS)
    count = len(targets)
    figure = f"{count / ours:7.0f} /s / {count / bare:6.0f} /s = {bare / ours:5.2f}  (at least 0.6)"
    return [(f"{count} hosts probed and diagnosed / bare asyncio TLS handshakes", figure)]
