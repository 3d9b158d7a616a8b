"""Whole journeys of lab hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.lab.internet import Lab, LabHost
from tui_chain.net.target import Target
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.store import TrustStore


def lab_trust(lab: Lab) -> TrustStore:
    store = load_trust_store(str(lab.trust_file))
    assert isinstance(store, TrustStore)
    return store


def patience(host: LabHost) -> float:
    """Seconds a step may take: a host that never answers is not waited for."""
    return 0.3 if host.name == "silent" else 5.0


def state_of(port: int, host: str = "localhost") -> HostState:
    return HostState(Target(host, port))


def walk(state: HostState, *stages: Callable[[HostState], Awaitable[HostState]]) -> HostState:
    """Take a host through stages of its journey, one after the other, in a loop of their own."""

    async def run() -> HostState:
        done = state
        for stage in stages:
            done = await stage(done)
        assert len(asyncio.all_tasks()) == 1, "a stage left a task behind"
        return done

    return asyncio.run(run())


def journey_for(lab: Lab, host: LabHost) -> Journey:
    return Journey(Context(lab_trust(lab), timeout=patience(host)))
