"""The work on a long list on the machines of a Dask cluster: a part of the list is a task."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import logging
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tui_chain.core.failure import Failure
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.fleet.processes import ctrl_c_held
from tui_chain.fleet.scheduling import Pace, each_of, each_through
from tui_chain.fleet.stages import Outcome, Outcomes
from tui_chain.fleet.work import Stage, Work, WorkerFacts, WorkFailure

LEAST, MOST = 20, 500
"""Hosts of a task: enough that its start is worth it, and no more than are lost with a worker."""
TASKS_A_THREAD = 4
"""Into how many tasks the hosts of each thread are divided, where it is known how many there are."""
AHEAD = 2
"""Tasks that are given away for each thread: the next is there when one is done."""
SECONDS = 10.0
"""How long a scheduler is waited for."""
_LOCAL = "local:"
_EXTRA = "tlschain-tui[fleet]"


@dataclass(frozen=True)
class DaskCluster:
    """Where the work is done: at the address of a scheduler, or by `local` processes of this machine."""

    address: str = ""
    local: int = 0


def read_cluster(text: str) -> DaskCluster | Failure:
    """Read what `--dask` takes: `local:N`, or the address of a scheduler, as `tcp://scheduler.example:8786`."""
    if importlib.util.find_spec("distributed") is None:
        return Failure("usage", "Dask is not installed here.", f"Install {_EXTRA}.")
    if text.startswith(_LOCAL):
        number = text.removeprefix(_LOCAL)
        if number.isascii() and number.isdigit() and 0 < int(number[:6]) <= 256:
            return DaskCluster(local=int(number))
    elif ":" in text.removeprefix("tcp://").removeprefix("tls://"):
        return DaskCluster(text)
    shown = repr(safe_text(text, 60))
    return Failure("usage", f"{shown} is no Dask cluster.", "Write tcp://HOST:8786, or local:4 for four processes.")


@dataclass(eq=False)
class DaskWorkers:
    """Has a cluster do a `work`; enter it, and give it parts of a list by `stage`.

    `own` does it in this process, with the hosts whose lines name a private key or the login of a proxy.
    """

    client: Any
    work: Work
    facts: WorkerFacts
    threads: int
    own: Stage

    async def stage(self, hosts: tuple[HostState, ...]) -> list[Outcome]:
        """Have a worker take hosts through; raises WorkFailure. A worker that dies is replaced by another."""
        ours = tuple(host for host in hosts if host.target.connection.has_secrets)
        if not ours:
            return await self._given_away(hosts)
        others = tuple(host for host in hosts if not host.target.connection.has_secrets)
        given = iter(await self._given_away(others) if others else ())
        own = iter(await self._done_here(ours))
        return [next(own if host.target.connection.has_secrets else given) for host in hosts]

    async def _done_here(self, hosts: tuple[HostState, ...]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        await each_through(each_of(hosts), self.own, outcomes.append, Pace(self.work.at_once))
        return outcomes

    async def _given_away(self, hosts: tuple[HostState, ...]) -> list[Outcome]:
        """Have a worker take hosts through; what is not waited for any longer is taken back from the cluster."""
        future = self.client.submit(do_part, self.work, self.facts, hosts, pure=False)
        try:
            part: Part = await future.result()
        except asyncio.CancelledError:
            await asyncio.shield(self.client.cancel([future]))
            raise
        except Exception as error:
            raise WorkFailure(_lost(error, len(hosts))) from error
        if part.refused is not None:
            raise WorkFailure(part.refused)
        return part.outcomes

    async def through(
        self,
        hosts: AsyncIterator[HostState],
        about: int | None,
        known: Outcomes,
        done: Outcomes,
        *,
        ordered: bool = True,
        most: int | None = None,
    ) -> None:
        """Take every host through; `known` gets each outcome of a part as it comes, `done` in its turn.

        `most` is how many hosts may be worked on at once in all, where that was said: each task has one at least.
        """
        size = part_size(about, self.threads)

        async def stage(part: tuple[HostState, ...]) -> list[Outcome]:
            outcomes = await self.stage(part)
            for one in outcomes:
                known(one)
            return outcomes

        def all_done(outcomes: list[Outcome]) -> None:
            for one in outcomes:
                done(one)

        ahead = max(2, AHEAD * self.threads)
        pace = Pace(ahead if most is None else min(ahead, most), ordered=ordered)
        await each_through(parts(hosts, size), stage, all_done, pace)


def part_size(about: int | None, threads: int) -> int:
    """How many hosts a task has, where there are about so many for so many threads."""
    return MOST if about is None else min(MOST, max(LEAST, about // (TASKS_A_THREAD * max(1, threads))))


async def parts(hosts: AsyncIterator[HostState], size: int) -> AsyncIterator[tuple[HostState, ...]]:
    """Yield the hosts in parts of a size, the last one smaller."""
    part: list[HostState] = []
    async for host in hosts:
        part.append(host)
        if len(part) == size:
            yield tuple(part)
            part = []
    if part:
        yield tuple(part)


@asynccontextmanager
async def cluster_workers(cluster: DaskCluster, work: Work, own: Stage) -> AsyncIterator[DaskWorkers]:
    """Connect to a cluster, or start one, and look whether its workers are as this process is.

    `own` is the work as this process does it. Raises WorkFailure.

    At the end nothing of ours is left there, and what was started is gone.
    """
    async with contextlib.AsyncExitStack() as opened:
        opened.enter_context(_silence())
        client = await _connected(opened, cluster)
        facts = work.facts()
        await _check(client, work, facts)
        threads = sum((await _scheduler_threads(client)).values())
        yield DaskWorkers(client, work.spread_over(max(1, threads)), facts, threads, own)


async def _connected(opened: contextlib.AsyncExitStack, cluster: DaskCluster) -> Any:
    distributed: Any = importlib.import_module("distributed")  # it is not typed
    address: Any = cluster.address
    if cluster.local:
        with ctrl_c_held():
            address = await opened.enter_async_context(
                distributed.LocalCluster(
                    n_workers=cluster.local, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
                    host="127.0.0.1", asynchronous=True, silence_logs=logging.CRITICAL, preload=[__name__],
                )
            )  # fmt: skip
    try:
        return await opened.enter_async_context(distributed.Client(address, asynchronous=True, timeout=SECONDS))
    except (OSError, ValueError, TypeError) as error:
        shown = safe_text(cluster.address, 80)
        why = f"No Dask scheduler answers at {shown}: {safe_text(str(error) or type(error).__name__, 120)}."
        raise WorkFailure(Failure("usage", why, "Start one with `dask scheduler`, or name local:N.")) from None


async def _scheduler_threads(client: Any) -> dict[str, int]:
    found: dict[str, int] = await client.nthreads()
    return found


async def _check(client: Any, work: Work, facts: WorkerFacts) -> None:
    """Refuse workers of another version, or with another trust store; raises WorkFailure."""
    try:
        found: dict[str, Any] = await client.run(facts_of, work, on_error="return")
    except Exception as error:
        raise WorkFailure(_lost(error, 0)) from error
    if not found:
        why = "The Dask cluster has no worker."
        raise WorkFailure(Failure("usage", why, "Start some with `dask worker ADDRESS`."))
    wrong = {address: refused for address, one in found.items() if (refused := _refusal(one, facts)) is not None}
    if wrong:
        address, why = min(wrong.items())
        others = f", and {plural(len(wrong) - 1, 'worker')} more differ" if len(wrong) > 1 else ""
        hint = f"Install {_EXTRA} {facts.version} on the workers, with the same trust store."
        raise WorkFailure(Failure("usage", f"The worker {safe_text(address, 80)} {why}{others}.", hint))


def _refusal(found: Any, wanted: WorkerFacts) -> str | None:
    """Why a worker is not used, or None where it is as this process."""
    if not isinstance(found, WorkerFacts):
        return f"has no tlschain-tui that can do it: {safe_text(f'{type(found).__name__}: {found}', 120)}"
    if found.version != wanted.version:
        return f"has version {safe_text(found.version, 20)}, and this is {wanted.version}"
    if found.failure:
        return f"cannot load the trust store: {safe_text(found.failure, 160)}"
    return None if found.store == wanted.store else "has another trust store of that name"


def _lost(error: Exception, hosts: int) -> Failure:
    """Why a task did not come back."""
    why = safe_text(f"{type(error).__name__}: {error}".splitlines()[0], 160).rstrip(".")
    what = f"{plural(hosts, 'host')} were not worked on" if hosts else "The cluster cannot be asked"
    return Failure("fault", f"{what}: {why}.", "Continue with --resume, or without --dask.")


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep Dask from writing to standard error, which is for sentences of ours."""
    importlib.import_module("distributed")  # which gives its loggers levels of their own
    names = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado", "asyncio", *names)]
    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)


# on a worker


@dataclass(frozen=True, eq=False)
class Part:
    """What a worker made of its hosts, or why it refused them."""

    outcomes: list[Outcome]
    refused: Failure | None = None


def dask_setup(_worker: object) -> None:
    """Dask calls this in each process of `local:N` that has started: Ctrl-C reaches every process of a terminal."""
    # one that is started later, in place of one that died, hears it until here
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def facts_of(work: Work) -> WorkerFacts:
    """What a worker is."""
    return work.facts()


def do_part(work: Work, facts: WorkerFacts, hosts: tuple[HostState, ...]) -> Part:
    """Take hosts through, on a worker that may have come to the cluster after it was looked at."""
    refused = _refusal(work.facts(), facts)
    if refused is not None:
        return Part([], Failure("usage", f"A worker {refused}.", "Have all workers alike."))
    outcomes: list[Outcome] = []
    with work.opened() as stage:
        asyncio.run(each_through(each_of(hosts), stage, outcomes.append, Pace(work.at_once)))
    return Part(outcomes)
