"""Five hundred hosts: probe and diagnosis beside a bare loop of TLS handshakes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle, islice, product

from benchmarks.ground import ADDRESSES, PORTS, WILDCARD, Ground, ground
from benchmarks.timing import medians
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.net.lookup import lookup_with
from tui_chain.net.target import Target
from tui_chain.trust.loading import load_trust_store

AT_ONCE = 32
ROUNDS = 5
Names = Mapping[str, Sequence[str]]
"""Addresses by name."""


async def _bounded(targets: list[Target], one: Callable[[Target], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def entered(target: Target) -> None:
        async with gate:
            await one(target)

    await asyncio.gather(*(entered(target) for target in targets))


def _bare(targets: list[Target], names: Names) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    async def shake(target: Target) -> None:
        address = names[target.host][0] if target.host in names else target.host
        name = target.host if target.host in names else None
        _, writer = await asyncio.open_connection(address, target.port, ssl=context, server_hostname=name)
        writer.close()

    asyncio.run(_bounded(targets, shake))


def _ours(there: Ground, targets: list[Target], names: Names) -> None:
    store = load_trust_store(str(there.trust))
    if isinstance(store, Failure):
        raise SystemExit(str(store))
    journey = Journey(Context(store, name_lookup=lookup_with(names)))

    async def probe(target: Target) -> None:
        state = await journey.probe(HostState(target))
        if state.status is not Status.COMPLETE:
            raise SystemExit(f"{target}: {state.status}")

    asyncio.run(_bounded(targets, probe))


def run() -> Iterator[tuple[str, str]]:
    """Measure the rate of probing and diagnosing 500 hosts against that of bare handshakes."""
    count = len(ADDRESSES) * PORTS
    with ground(own=count) as there:
        shared = [Target(address, port) for address, port in product(ADDRESSES, there.ports)]
        addresses = islice(cycle(ADDRESSES), count)
        names = {WILDCARD.replace("*", f"host-{number}"): (one,) for number, one in enumerate(addresses)}
        wildcard = [Target(name, there.wildcard) for name in names]
        own = [Target(address, port) for address, port in there.own]
        yield _row(there, "hosts probed and diagnosed / bare asyncio TLS handshakes", shared, {}, "at least 0.85")
        yield _row(there, "names of one wildcard, the same", wildcard, names, "at least 0.85")
        yield _row(there, "hosts with a leaf of its own each, the same", own, {}, "nothing is seen before")


def _row(there: Ground, what: str, targets: list[Target], names: Names, bound: str) -> tuple[str, str]:
    """The rates of ours and of the bare handshakes, and their ratio."""
    ours, bare = medians(partial(_ours, there, targets, names), partial(_bare, targets, names), rounds=ROUNDS)
    count = len(targets)
    return f"{count} {what}", f"{count / ours:7.0f} /s / {count / bare:6.0f} /s = {bare / ours:5.2f}  ({bound})"
