"""Hosts over the network: `check` and `fix`, one at a time or many over one trust store."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import ExitStack, aclosing
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from tui_chain.api.calls import refuse_unknown, run_now
from tui_chain.api.keywords import CheckManyOptions, CheckOptions, FixOptions
from tui_chain.results.values import HostResult

if TYPE_CHECKING:  # the stages are loaded by the first call
    from tui_chain.api.runs import APIRun
    from tui_chain.engine.host_state import HostState

CONCURRENT = 64
"""Hosts that are checked at once, where `jobs` does not say."""
WAITING = 4
"""Results of so many times `jobs` hosts wait for one that stands before them."""


def check(target: str, **options: Unpack[CheckOptions]) -> HostResult:
    """Probe a target and say what each client family makes of it; nothing is fetched.

    `target` is what the commands take: a host, `host:port`, a URL, `smtp+starttls://host`. Whatever a server does is
    a result; a target or keyword that means nothing raises ValueError. With `revocation` the issuers are asked.
    """
    refuse_unknown(options, CheckOptions, "check")
    return run_now("check", "await acheck(...)", lambda: acheck(target, **options))


async def acheck(target: str, **options: Unpack[CheckOptions]) -> HostResult:
    """`check` for a running event loop, which is not held up while the trust store is loaded."""
    refuse_unknown(options, CheckOptions, "acheck")
    async with Checker(**options) as checker:
        return await checker.check(target)


def check_many(targets: Iterable[str], **options: Unpack[CheckManyOptions]) -> tuple[HostResult, ...]:
    """`check` for many targets at once, over one trust store; the results are in the order of the targets.

    Raises ValueError before the first handshake where a text is no target.
    """
    refuse_unknown(options, CheckManyOptions, "check_many")

    async def collected() -> tuple[HostResult, ...]:
        return tuple([result async for result in acheck_many(targets, **options)])

    return run_now("check_many", "async for result in acheck_many(...)", collected)


def acheck_many(targets: Iterable[str], **options: Unpack[CheckManyOptions]) -> AsyncGenerator[HostResult, None]:
    """`check_many` for a running event loop: yields each result once it and those before it are there."""
    refuse_unknown(options, CheckManyOptions, "acheck_many")
    return _checked_many(targets, options)


async def _checked_many(targets: Iterable[str], options: CheckManyOptions) -> AsyncGenerator[HostResult, None]:
    async with Checker(**options) as checker, aclosing(checker.check_many(targets)) as results:
        async for result in results:
            yield result


class Checker:
    """Checks hosts over one loaded trust store, for a program that checks many, or the same again and again.

        async with Checker(trust="system", warn_days=21) as checker:
            result = await checker.check("api.example.org")

    A trust store takes many times as long to load as a host to check; opening loads it, in a thread. A file that
    changes later counts for checkers that are opened later. One is for one event loop, whose tasks may share it.
    """

    def __init__(self, **options: Unpack[CheckManyOptions]) -> None:
        refuse_unknown(options, CheckManyOptions, "Checker")
        self._options = options
        self._opened = ExitStack()
        self._run: APIRun | None = None

    async def __aenter__(self) -> Self:
        """Load the trust store; raises ValueError where a keyword means nothing."""
        self._run = await asyncio.to_thread(_open, self._opened, self._options)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let the trust store go."""
        self._run = None
        self._opened.close()

    async def check(self, target: str) -> HostResult:
        """`check` of one target."""
        run = self._entered()
        return await run.check(run.host(target))

    def check_many(self, targets: Iterable[str]) -> AsyncGenerator[HostResult, None]:
        """`acheck_many` over this trust store."""
        run = self._entered()
        if isinstance(targets, str):
            raise TypeError("The targets are one text. Give a list of them.")
        return _in_order(run, [run.host(target) for target in targets], self._options.get("jobs", CONCURRENT))

    def _entered(self) -> APIRun:
        if self._run is None:
            raise RuntimeError("The Checker is not open. Write `async with Checker(...) as checker:`.")
        return self._run


def _open(opened: ExitStack, options: Mapping[str, Any], *, every_source: bool = False) -> APIRun:
    from tui_chain.api.runs import open_run

    run = opened.enter_context(open_run(options, every_source=every_source))
    run.load()
    return run


async def _in_order(run: APIRun, states: Iterable[HostState], jobs: int) -> AsyncGenerator[HostResult, None]:
    """Check hosts, so many at once; whoever stops listening ends those that are on their way."""
    gate = asyncio.Semaphore(jobs)

    async def checked(state: HostState) -> HostResult:
        async with gate:
            return await run.check(state)

    tasks: deque[asyncio.Task[HostResult]] = deque()
    try:
        for state in states:
            tasks.append(asyncio.create_task(checked(state)))
            while tasks and (tasks[0].done() or len(tasks) >= WAITING * jobs):
                yield await tasks.popleft()
        while tasks:
            yield await tasks.popleft()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def fix(target: str, **options: Unpack[FixOptions]) -> HostResult:
    """Find what a target does not send and prove a bundle; `bundle` of the result is its PEM, or None.

    Nothing is written but the pool of earlier runs, unless `no_pool` or `no_learn` is given. Raises ValueError where
    a target or a keyword means nothing.
    """
    refuse_unknown(options, FixOptions, "fix")
    return run_now("fix", "await afix(...)", lambda: afix(target, **options))


async def afix(target: str, **options: Unpack[FixOptions]) -> HostResult:
    """`fix` for a running event loop."""
    refuse_unknown(options, FixOptions, "afix")
    with ExitStack() as opened:
        run = await asyncio.to_thread(_open, opened, options, every_source=True)
        return await run.fix(run.host(target))
