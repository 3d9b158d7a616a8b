"""Blocking work beside the event loop, in a thread that cannot hold up the end of the program."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(work: Callable[[], T], name: str) -> T:
    """Return what `work` returns, or raise the exception that it raises; `name` is the thread's.

    Work that stalls holds neither the event loop nor the end of the program, as asyncio's own executor would:
    who waits may give up at any time, and what comes after that is dropped.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        settle: Callable[[], None]
        try:
            outcome = work()
            settle = partial(future.set_result, outcome)
        except StopIteration as error:  # which no future takes
            settle = partial(future.set_exception, RuntimeError(f"{name} raised {error!r}"))
        except BaseException as error:  # noqa: BLE001 - it is raised where somebody waits, a panic in Rust as well
            settle = partial(future.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, future, settle)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await future


def _settle(future: asyncio.Future[T], settle: Callable[[], None]) -> None:
    if not future.done():
        settle()
