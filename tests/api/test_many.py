"""Many hosts over one trust store, and functions that are called where an event loop is running."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.support.chains import HOST
from tests.support.servers import fresh_chain, server_context
from tui_chain import api
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.trust.store import TrustStore


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete", "leaf-only", "no-tls"]) as opened:
        yield opened


@pytest.fixture
def targets(lab: Lab) -> list[str]:
    return [lab.host(name).target for name in ("leaf-only", "complete", "no-tls", "complete")]


EXPECTED = ["incomplete", "complete", "unreachable", "complete"]


class Crowd:
    """A server that lets nobody go before `size` clients are there, and knows how many were at once."""

    def __init__(self, lab: Lab, size: int) -> None:
        self._context, self._size = server_context(lab, fresh_chain(lab)), size
        self._there, self.most, self.came = 0, 0, 0
        self._full = asyncio.Event()
        self.target = f"localhost:{lab.listen(self)}"

    async def __call__(self, stream: Stream) -> None:
        self.came += 1
        self._there += 1
        self.most = max(self.most, self._there)
        if self._there >= self._size:
            self._full.set()
        await self._full.wait()
        self._there -= 1
        await stream.start_tls(self._context)
        await stream.receive()


def test_results_are_in_the_order_of_the_targets(lab: Lab, targets: list[str]) -> None:
    results = api.check_many(targets, trust=str(lab.trust_file))
    assert [one.target for one in results] == targets
    assert [one.status for one in results] == EXPECTED
    single = api.check(targets[0], trust=str(lab.trust_file))
    assert (single.findings, single.clients) == (results[0].findings, results[0].clients)
    assert api.check_many([], trust=str(lab.trust_file)) == ()


def test_results_come_before_all_hosts_are_done(lab: Lab) -> None:
    """One that never answers holds up none that stands before it, and ends with whoever stops listening."""
    ended: list[bool] = []

    async def silent(stream: Stream) -> None:
        try:
            while await stream.receive():
                pass
        finally:
            ended.append(True)

    there = [lab.host("complete").target, f"localhost:{lab.listen(silent)}"]

    async def first() -> api.HostResult:
        async with aclosing(api.acheck_many(there, trust=str(lab.trust_file), timeout=300)) as results:
            async for result in results:
                return result
        raise AssertionError("there was none")

    assert asyncio.run(first()).status == "complete"


def test_so_many_at_once_and_no_more(lab: Lab) -> None:
    crowd = Crowd(lab, 3)
    results = api.check_many([crowd.target] * 9, trust=str(lab.trust_file), jobs=3)
    assert {one.status for one in results} == {"complete"}
    assert crowd.most == 3


def test_a_rate_is_kept(lab: Lab, targets: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for is seen, not how long it took."""
    waits: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr("tui_chain.probe.probe.asyncio.sleep", noted)
    api.check_many([targets[1]] * 3, trust=str(lab.trust_file), rate=0.01)
    assert [round(seconds / 100) for seconds in waits] == [0, 1, 2]


def test_no_handshake_before_every_text_is_a_target(lab: Lab) -> None:
    crowd = Crowd(lab, 1)
    with pytest.raises(ValueError, match="port"):
        api.check_many([crowd.target, "host.test:99999"], trust=str(lab.trust_file))
    assert crowd.came == 0


def test_one_text_is_not_taken_for_a_list_of_characters() -> None:
    with pytest.raises(TypeError, match=r"one text\. Give a list"):
        api.check_many("shop.example.org")


def test_whoever_leaves_the_loop_leaves_nothing_behind(lab: Lab, targets: list[str]) -> None:
    """Without aclosing too: tasks that are on their way end with the event loop, and none is forgotten."""

    async def first() -> tuple[str, int]:
        async for result in api.acheck_many(targets * 20, trust=str(lab.trust_file), jobs=2):
            return result.status, len(asyncio.all_tasks())
        raise AssertionError("there was none")

    status, tasks = asyncio.run(first())
    assert status == "incomplete"
    assert tasks > 1
    gc.collect()  # a task that was destroyed while it was pending would be logged, an open socket would warn


def test_one_trust_store_serves_all(lab: Lab, targets: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from tui_chain.trust import loading

    loaded: list[object] = []
    load = loading.load_trust_store

    def counted(*choices: str) -> Any:
        loaded.append(choices)
        return load(*choices)

    monkeypatch.setattr("tui_chain.engine.startup.load_trust_store", counted)

    async def twice() -> list[str]:
        async with api.Checker(trust=str(lab.trust_file)) as checker:
            first = await checker.check(targets[0])
            return [first.status, *[one.status async for one in checker.check_many(targets)]]

    assert asyncio.run(twice()) == ["incomplete", *EXPECTED]
    assert loaded == [(str(lab.trust_file),)]


def test_tasks_share_a_checker(lab: Lab, targets: list[str]) -> None:
    async def grouped() -> list[str]:
        async with api.Checker(trust=str(lab.trust_file)) as checker, asyncio.TaskGroup() as group:
            tasks = [group.create_task(checker.check(target)) for target in targets]
        return [task.result().status for task in tasks]

    assert asyncio.run(grouped()) == EXPECTED


def test_a_checker_is_opened_before_it_is_asked(lab: Lab) -> None:
    checker = api.Checker(trust=str(lab.trust_file))

    async def closed() -> None:
        async with checker:
            pass
        await checker.check(lab.host("complete").target)

    with pytest.raises(RuntimeError, match=r"not open\. Write `async with Checker"):
        asyncio.run(closed())
    with pytest.raises(RuntimeError, match="not open"):
        checker.check_many([])


def test_the_event_loop_runs_while_a_trust_store_is_loaded(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is loaded in another thread: it is loaded only once the loop has had a turn."""
    import threading

    from tui_chain.trust import loading

    turned, load = threading.Event(), loading.load_trust_store

    def waiting(*choices: str) -> TrustStore | object:
        assert turned.wait(60), "the event loop is held up"
        return load(*choices)

    monkeypatch.setattr("tui_chain.engine.startup.load_trust_store", waiting)

    async def both() -> api.HostResult:
        asyncio.get_running_loop().call_soon(turned.set)
        return await api.acheck(lab.host("complete").target, trust=str(lab.trust_file))

    assert asyncio.run(both()).status == "complete"


def test_a_check_that_is_given_up_ends(lab: Lab) -> None:
    async def silent(stream: Stream) -> None:
        while await stream.receive():
            pass

    target = f"localhost:{lab.listen(silent)}"

    async def given_up() -> None:
        async with asyncio.timeout(0.2):
            await api.acheck(target, trust=str(lab.trust_file), timeout=300)

    with pytest.raises(TimeoutError):
        asyncio.run(given_up())


# where an event loop is running

CALLS: list[tuple[Callable[[], object], str]] = [
    (lambda: api.check("host.test"), r"check\(\) cannot .*`await acheck\(\.\.\.\)`"),
    (lambda: api.fix("host.test"), r"fix\(\) cannot .*`await afix\(\.\.\.\)`"),
    (api.doctor, r"doctor\(\) cannot .*`await adoctor\(\.\.\.\)`"),
    (lambda: api.check_many(["host.test"]), r"check_many\(\) cannot .*`async for result in acheck_many\(\.\.\.\)`"),
]


@pytest.mark.parametrize(("call", "words"), CALLS)
def test_a_call_inside_an_event_loop_names_the_one_to_await(call: Callable[[], object], words: str) -> None:
    async def called() -> None:
        call()

    with pytest.raises(RuntimeError, match=words):
        asyncio.run(called())
    gc.collect()  # a coroutine that was never awaited would warn


def test_what_needs_no_network_may_be_called_anywhere(lab: Lab) -> None:
    data = Path(lab.trust_file).read_bytes()

    async def called() -> tuple[object, ...]:
        return api.explain("20"), api.audit(data), api.verify(data, host=HOST)

    assert len(asyncio.run(called())) == 3


@pytest.mark.parametrize(
    "call",
    [
        lambda: api.check_many([], tiemout=1),  # type: ignore[call-arg]
        lambda: api.acheck_many([], tiemout=1),  # type: ignore[call-arg]
        lambda: api.Checker(tiemout=1),  # type: ignore[call-arg]
        lambda: api.doctor(tiemout=1),  # type: ignore[call-arg]
        lambda: api.check("host.test", jobs=1),  # type: ignore[call-arg]
    ],
)
def test_an_unknown_keyword_is_refused_at_once(call: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match=r"^\w+\(\) got an unexpected keyword argument '(tiemout|jobs)'$"):
        call()
