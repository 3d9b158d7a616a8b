"""Many items through a stage: order, window, and what is kept where it ends early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tui_chain.fleet.scheduling import Pace, each_through


async def counted(count: int, begun: list[int] | None = None) -> AsyncIterator[int]:
    for number in range(count):
        if begun is not None:
            begun.append(number)
        yield number


def gone_through(count: int, stage: Callable[[int], Awaitable[int]], pace: Pace) -> list[int]:
    done: list[int] = []
    asyncio.run(each_through(counted(count), stage, done.append, pace))
    return done


async def later_first(number: int) -> int:
    """Even ones need some turns of the loop more than odd ones."""
    for _ in range(0 if number % 2 else 7):
        await asyncio.sleep(0)
    return number


@pytest.mark.parametrize("at_once", [1, 2, 64])
@pytest.mark.parametrize("window", [1, 3, 1024])
def test_results_come_in_the_order_of_the_input(at_once: int, window: int) -> None:
    assert gone_through(50, later_first, Pace(at_once, window=window)) == list(range(50))


def test_without_order_each_comes_as_soon_as_it_is_done() -> None:
    done = gone_through(4, later_first, Pace(4, ordered=False))
    assert done == [1, 3, 0, 2]


def test_no_items_are_no_wait() -> None:
    assert gone_through(0, later_first, Pace()) == []


def test_no_more_are_worked_on_at_once_than_the_pace_says() -> None:
    working, most = 0, 0

    async def stage(number: int) -> int:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(0)
        working -= 1
        return number

    assert gone_through(40, stage, Pace(5)) == list(range(40))
    assert most == 5


def test_no_more_are_begun_than_the_window_behind_one_that_is_not_done() -> None:
    """What is kept for the order of the results is bounded, however slow the first is."""

    async def run() -> tuple[list[int], list[int]]:
        begun: list[int] = []
        done: list[int] = []
        first = asyncio.Event()

        async def stage(number: int) -> int:
            if number == 0:
                await first.wait()
            return number

        work = asyncio.create_task(each_through(counted(100, begun), stage, done.append, Pace(4, window=10)))
        for _ in range(200):
            await asyncio.sleep(0)
        stopped_at = list(begun)
        first.set()
        await work
        return stopped_at, done

    stopped_at, done = asyncio.run(run())
    assert stopped_at == list(range(10))
    assert done == list(range(100))


def test_what_is_done_is_kept_where_it_is_cancelled() -> None:
    """Ctrl-C cancels the main task of asyncio.run."""

    async def run() -> list[int]:
        done: list[int] = []

        async def stage(number: int) -> int:
            if number in {0, 5}:
                await asyncio.Event().wait()
            return number

        work = asyncio.create_task(each_through(counted(8), stage, done.append, Pace(8)))
        for _ in range(20):
            await asyncio.sleep(0)
        assert done == [], "the first is not done"
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert len(asyncio.all_tasks()) == 1
        return done

    assert asyncio.run(run()) == [1, 2, 3, 4, 6, 7]


def test_a_stage_that_raises_ends_all_and_leaves_no_task() -> None:
    async def run() -> list[int]:
        done: list[int] = []

        async def stage(number: int) -> int:
            if number == 3:
                raise ValueError(str(number))
            return number

        with pytest.raises(ValueError, match="3"):
            await each_through(counted(1000), stage, done.append, Pace(2))
        assert len(asyncio.all_tasks()) == 1
        return done

    assert asyncio.run(run())[:3] == [0, 1, 2]


def test_items_that_come_slowly_are_worked_on_as_they_come() -> None:
    async def run() -> list[int]:
        done: list[int] = []
        more = asyncio.Event()

        async def slowly() -> AsyncIterator[int]:
            yield 0
            await more.wait()
            yield 1

        work = asyncio.create_task(each_through(slowly(), later_first, done.append, Pace(8)))
        for _ in range(50):
            await asyncio.sleep(0)
        before = list(done)
        more.set()
        await work
        assert before == [0]
        return done

    assert asyncio.run(run()) == [0, 1]
