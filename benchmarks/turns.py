"""How long one turn of the screen's event loop holds it while hosts are probed, without a terminal."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.ground import ADDRESSES, Ground, ground
from tui_chain.engine.journey import Context, Journey
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.tui.background import hold_back_collections
from tui_chain.x509.formats.readers import read_certificates

WHOLE, ALONE = 12, 8
"""Ports that serve a whole chain and a leaf alone: on 50 addresses they are 1,000 hosts."""
BOUND = 0.030
SECONDS = 300.0


@contextmanager
def _timed(taken: list[float]) -> Iterator[None]:
    """Note the CPU time of this thread in every call that the event loop makes."""
    run = asyncio.Handle._run  # noqa: SLF001 - it has no other place where every call passes

    def timed(handle: asyncio.Handle) -> None:
        before = time.thread_time()
        run(handle)
        taken.append(time.thread_time() - before)

    asyncio.Handle._run = timed  # type: ignore[method-assign,assignment] # noqa: SLF001
    try:
        yield
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign] # noqa: SLF001


@contextmanager
def _as_started() -> Iterator[None]:
    """Collect garbage as the program does, and leave what earlier measurements made out of it."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    hold_back_collections()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


async def _probe_all(there: Ground, taken: list[float]) -> int:
    trust = TrustStore("lab", read_certificates(there.trust.read_bytes()).certificates)
    hosts = [Host(Target(address, port)) for port in (*there.ports, *there.incomplete) for address in ADDRESSES]
    app = ChainApp(lambda: (Journey(Context(trust, timeout=60)), ()), hosts)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        deadline = time.monotonic() + SECONDS
        while not app.ready:
            await pilot.pause(0.05)
        with _timed(taken):
            while app.main.hosts.jobs and time.monotonic() < deadline:
                await pilot.pause(0.2)
    return len(hosts)


def run() -> list[tuple[str, str]]:
    """Measure every call of the loop from the first probe to the last."""
    taken: list[float] = []
    with ground(WHOLE, ALONE) as there, _as_started():
        hosts = asyncio.run(_probe_all(there, taken))
    over = sum(one > BOUND for one in taken)
    most = statistics.quantiles(taken, n=10_000, method="inclusive")[-1]
    figure = f"{1000 * most:7.1f} ms, {1000 * max(taken):.1f} ms the longest, {over} of {len(taken):,} over 30 ms"
    return [(f"a turn of the loop, p99.99, {hosts:,} hosts being probed", figure)]
