"""What is done over and over: `check` over a list of the lab, and the screen under a random walk of keys."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import opened
from tests.soak.lab import OtherLab
from tests.tui.test_random_walk import HOSTS, Walk
from tui_chain.cli.main import main
from tui_chain.engine.journey import Context, Journey
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp

CHECKED = (
    "leaf-only",
    "two-links-missing",
    "complete",
    "unknown-root",
    "expired-leaf",
    "no-tls",
    "client-certificate-required-1.3",
)
SERVED = tuple(dict.fromkeys((*HOSTS, *CHECKED)))
"""Every host that is needed."""
APP_SECONDS = 20.0
"""Seconds after which the screen is closed and opened anew, so that what one app holds can go."""
Work = Callable[[OtherLab, Path, float], Iterator[int]]
"""Takes the lab, an empty folder and when to end; yields how much was done whenever a sample may be taken."""


def checks(lab: OtherLab, folder: Path, end: float) -> Iterator[int]:
    """Run `check` and every third time `fix` over the list; yield the hosts that were looked at."""
    listed = folder / "hosts.txt"
    listed.write_text("".join(f"localhost:{lab.ports[name]} {name}\n" for name in CHECKED), encoding="utf-8")
    options = ("--hosts", str(listed), "--trust", str(lab.trust), "--timeout", "5", "--json")
    rounds = 0
    with (folder / "output").open("w+", encoding="utf-8") as output:
        while time.monotonic() < end:
            words = ("fix", "-o", str(folder / "bundle.pem"), "--replace") if rounds % 3 == 2 else ("check",)
            code = _run((*words, *options), output)
            lines = (folder / "output").read_text(encoding="utf-8").splitlines()
            assert code in {0, 1, 3}, lines
            assert sum(line.startswith("{") for line in lines) == len(CHECKED), lines
            rounds += 1
            yield rounds * len(CHECKED)


def _run(words: Sequence[str], output: TextIO) -> object:
    """Run a command in this process; click keeps every stream that it ever wrote to, so it gets one and the same."""
    output.seek(0)
    output.truncate()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            main(list(words))
        except SystemExit as ended:
            return ended.code
        finally:
            output.flush()
    return None


def walks(lab: OtherLab, folder: Path, end: float) -> Iterator[int]:
    """Walk through the screen; yield the keys that were pressed."""
    del folder
    store = load_trust_store(str(lab.trust))
    assert isinstance(store, TrustStore)
    walk = Walk(random.Random(15))  # noqa: S311 - a walk that can be had again
    while time.monotonic() < end:
        asyncio.run(_walked(walk, lab, store, min(end, time.monotonic() + APP_SECONDS)))
        # keys are kept for a message, of a walk of a minute
        yield len(walk.keys)


async def _walked(walk: Walk, lab: OtherLab, store: TrustStore, end: float) -> None:
    hosts = tuple(Host(Target("localhost", lab.ports[name]), name) for name in HOSTS)
    app = ChainApp(lambda: (Journey(Context(store, timeout=2.0)), ()), hosts)
    async with opened(app, walk.dice.choice((SMALL, MEDIUM))) as pilot:
        with contextlib.suppress(asyncio.CancelledError):
            await walk.through(pilot, app, lambda: time.monotonic() < end)
    walk.model.kept.clear()
    walk.model.allowed.clear()


WORKS: dict[str, Work] = {"check": checks, "screen": walks}
