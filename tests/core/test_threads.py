"""Blocking work beside the loop: its result, its error, and that nobody has to wait for it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.support.limits import no_wait
from tui_chain.core.threads import in_daemon_thread


def test_the_result_comes_back_and_the_thread_is_another() -> None:
    name = asyncio.run(in_daemon_thread(lambda: threading.current_thread().name, "aside"))
    assert name == "aside"


def test_an_error_is_raised_where_somebody_waits() -> None:
    def fail() -> None:
        raise LookupError("in vain")

    with pytest.raises(LookupError, match="in vain"):
        asyncio.run(in_daemon_thread(fail, "failing"))


class Panic(BaseException):
    """As Rust's code raises: an exception that is none of Exception's."""


@pytest.mark.parametrize(
    ("raised", "seen"), [(Panic, Panic), (StopIteration, RuntimeError), (SystemExit, SystemExit)]
)
def test_what_is_no_usual_exception_is_raised_there_as_well(
    raised: type[BaseException], seen: type[BaseException]
) -> None:
    """It would end the thread alone, in a traceback, and who waits would wait for ever."""

    def fail() -> None:
        raise raised

    async def run() -> None:
        async with asyncio.timeout(30):
            await in_daemon_thread(fail, "failing")

    with pytest.raises(seen):
        asyncio.run(run())


def test_work_that_stalls_holds_neither_the_loop_nor_its_end() -> None:
    end = threading.Event()

    async def give_up() -> None:
        async with asyncio.timeout(0.05):
            await in_daemon_thread(lambda: end.wait(60), "stalled")

    with no_wait(), pytest.raises(TimeoutError):
        asyncio.run(give_up())
    (stalled,) = (thread for thread in threading.enumerate() if thread.name == "stalled")
    assert stalled.daemon
    end.set()  # its result comes to a loop that has closed
    stalled.join(5)
    assert not stalled.is_alive()


def test_a_result_that_comes_too_late_is_dropped() -> None:
    begin, done = threading.Event(), threading.Event()

    def work() -> int:
        begin.wait(5)
        done.set()
        return 1

    async def run() -> None:
        task = asyncio.create_task(in_daemon_thread(work, "late"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        begin.set()
        await asyncio.to_thread(done.wait, 5)

    asyncio.run(run())
