"""The memory of AIA answers: one fetch for all who want it, its HTTP life time, failures, cancelling."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from tests.lab.clients import SECONDS
from tests.support.aia import fetches_under_way
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers import aia_site as site
from tui_chain.net.addresses import ConsentNeededError, Permission, Reach, SocketAddress
from tui_chain.net.fetch import FetchedAnswer, FetchRefusedError
from tui_chain.resolve import aia_cache as freshness
from tui_chain.resolve.aia_cache import DAY, FAILURE_SECONDS, MAX_KEPT, UNSTATED, AIACache, Remembered, lifetime

PUBLIC = Permission(frozenset({Reach.PUBLIC}))
HERE = Permission(frozenset({Reach.PUBLIC, Reach.LOOPBACK}))
URL = "http://ca.test/issuer.cer"


def answer(*headers: tuple[str, str], status: int = 200, body: bytes = b"x") -> FetchedAnswer:
    return FetchedAnswer(URL, "192.0.2.1", status, body, 1.0, headers)


@dataclass
class Net:
    """A clock that stands still and a network that counts."""

    reply: FetchedAnswer | FetchRefusedError
    now: float = 1000.0
    fetched: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None

    def clock(self) -> float:
        return self.now

    async def fetch(self, url: str, *, allowed: Permission) -> FetchedAnswer:  # noqa: ARG002 - the interface
        self.fetched.append(url)
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.reply, FetchRefusedError):
            raise self.reply
        return self.reply

    def answers(self) -> AIACache:
        return AIACache(self.clock, self.fetch)


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def alone() -> None:
        await work()
        assert len(asyncio.all_tasks()) == 1, "a fetch was left behind"

    asyncio.run(alone())


MAX_AGE = ("cache-control", "public, max-age=600")
SENT = ("date", "Mon, 23 Nov 2026 12:00:00 GMT")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([MAX_AGE], 600),
        ([("cache-control", 'max-age="60"')], 60),
        ([MAX_AGE, ("age", "500")], 100),
        ([MAX_AGE, ("age", "700")], 0),
        ([("cache-control", "max-age=99999999")], DAY),
        ([("cache-control", "max-age=9999999999999999999999")], 0),
        ([("cache-control", "no-store, max-age=600")], 0),
        ([("cache-control", "No-Cache")], 0),
        ([SENT, ("expires", "Mon, 23 Nov 2026 12:05:00 GMT")], 300),
        ([SENT, ("expires", "Mon, 23 Nov 2026 11:00:00 GMT")], 0),
        ([SENT, ("expires", "0")], 0),
        ([("expires", "Mon, 23 Nov 2026 12:05:00 GMT")], 0),
        ([MAX_AGE, SENT, ("expires", "Mon, 23 Nov 2026 12:05:00 GMT")], 600),
        ([SENT, ("last-modified", "Mon, 23 Nov 2026 02:00:00 GMT")], 3600),
        ([SENT, ("last-modified", "Mon, 23 Nov 2020 02:00:00 GMT")], DAY),
        ([SENT, ("last-modified", "yesterday\x00")], UNSTATED),
        ([], UNSTATED),
        ([("cache-control", "\xff" * 5000)], UNSTATED),
    ],
)
def test_an_answer_is_good_for_its_life_time_within_a_day(headers: list[tuple[str, str]], seconds: float) -> None:
    assert lifetime(answer(*headers)) == seconds


def test_an_answer_is_used_again_until_its_time_is_over() -> None:
    net = Net(answer(MAX_AGE))
    answers = net.answers()

    async def work() -> None:
        assert (await answers.get(URL, PUBLIC)).age is None
        net.now += 599
        assert await answers.get(URL, PUBLIC) == Remembered(net.reply, 599)
        net.now += 2
        assert (await answers.get(URL, PUBLIC)).age is None

    run(work)
    assert len(net.fetched) == 2


@pytest.mark.parametrize("reply", [FetchRefusedError("no connection"), answer(MAX_AGE, status=404)])
def test_a_failure_is_remembered_for_five_minutes(reply: FetchedAnswer | FetchRefusedError) -> None:
    net = Net(reply)
    answers = net.answers()

    async def work() -> None:
        for later in (0.0, FAILURE_SECONDS - 1, 2.0):
            net.now += later
            assert (await answers.get(URL, PUBLIC)).outcome is reply
        assert len(net.fetched) == 2
        answers.forget()
        await answers.get(URL, PUBLIC)
        assert len(net.fetched) == 3

    run(work)


def test_what_needs_consent_is_asked_again() -> None:
    net = Net(ConsentNeededError(SocketAddress("10.0.0.1", 80), Reach.PRIVATE))
    answers = net.answers()

    async def work() -> None:
        for _ in range(2):
            await answers.get(URL, PUBLIC)

    run(work)
    assert len(net.fetched) == 2


def test_what_one_host_may_ask_is_no_answer_for_one_that_may_not() -> None:
    net = Net(answer(MAX_AGE))
    answers = net.answers()

    async def work() -> None:
        await answers.get(URL, HERE)
        assert (await answers.get(URL, PUBLIC)).age is None

    run(work)
    assert len(net.fetched) == 2


def test_hosts_that_want_one_url_at_once_fetch_it_once() -> None:
    net = Net(answer(("cache-control", "no-store")))
    answers = net.answers()

    async def work() -> None:
        net.gate = asyncio.Event()
        waiting = [asyncio.create_task(answers.get(URL, PUBLIC)) for _ in range(5)]
        await asyncio.sleep(0)
        assert fetches_under_way() == 1
        net.gate.set()
        assert {one.outcome for one in await asyncio.gather(*waiting)} == {net.reply}

    run(work)
    assert len(net.fetched) == 1


def test_one_that_gives_up_leaves_the_fetch_to_the_others() -> None:
    net = Net(answer())
    answers = net.answers()

    async def work() -> None:
        net.gate = asyncio.Event()
        first, second = (asyncio.create_task(answers.get(URL, PUBLIC)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait({first})
        assert first.cancelled()
        assert fetches_under_way() == 1
        net.gate.set()
        assert (await second).outcome is net.reply

    run(work)
    assert len(net.fetched) == 1


def test_the_last_that_gives_up_ends_the_fetch_and_a_newcomer_starts_another() -> None:
    net = Net(answer())
    answers = net.answers()

    async def work() -> None:
        net.gate = asyncio.Event()
        first = asyncio.create_task(answers.get(URL, PUBLIC))
        await asyncio.sleep(0)
        first.cancel()
        newcomer = asyncio.create_task(answers.get(URL, PUBLIC))
        await asyncio.wait({first})
        net.gate.set()
        assert (await newcomer).outcome is net.reply
        assert fetches_under_way() == 0

    run(work)


def test_memory_is_bounded() -> None:
    net = Net(answer(MAX_AGE))
    answers = net.answers()

    async def work() -> None:
        for number in range(MAX_KEPT + 3):
            await answers.get(f"{URL}?{number}", PUBLIC)
        await answers.get(f"{URL}?0", PUBLIC)

    run(work)
    assert len(net.fetched) == MAX_KEPT + 4


@pytest.fixture(scope="module")
def lab() -> object:
    with open_lab(["complete"]) as opened:
        yield opened


def test_cancelling_a_slow_fetch_closes_its_connection(lab: Lab) -> None:
    """A real fetch of an answer that takes 30 s, cancelled in the middle."""
    url = lab.publish("/slow.cer", site.AiaAnswer(b"late", delay=30))

    async def work() -> None:
        answers = AIACache()
        waiting = asyncio.create_task(answers.get(url, HERE))
        async with asyncio.timeout(SECONDS):
            while "/slow.cer" not in lab.aia_log:  # noqa: ASYNC110 - the log is another thread's
                await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.wait({waiting})
        assert fetches_under_way() == 0

    run(work)


def test_the_day_is_the_bound() -> None:
    assert freshness.DAY == 86_400
