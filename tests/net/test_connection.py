"""Connecting to the first address that answers, in a race that leaves no socket behind."""

from __future__ import annotations

import asyncio
import gc
import socket

import pytest

from tests.support.limits import no_wait
from tests.support.servers import refused_port, unanswered_port
from tui_chain.net import connection, lookup
from tui_chain.net.connection import connect
from tui_chain.net.lookup import Address

HERE, ALSO_HERE = Address("127.0.0.1", socket.AF_INET), Address("127.0.0.2", socket.AF_INET)
SIX = Address("::1", socket.AF_INET6)


def reached(addresses: list[Address], port: int, timeout: float = 10.0) -> Address:
    async def run() -> Address:
        async with asyncio.timeout(timeout):
            sock, address = await connect(addresses, port)
        sock.close()
        assert len(asyncio.all_tasks()) == 1
        return address

    try:
        return asyncio.run(run())
    finally:
        gc.collect()  # a socket that was left open warns here, and a warning is an error


def listening(address: str, port: int = 0) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family)


def test_the_first_address_is_preferred() -> None:
    with listening("127.0.0.1") as one, listening("127.0.0.2", one.getsockname()[1]):
        port = one.getsockname()[1]
        assert reached([HERE, ALSO_HERE], port) == HERE
        assert reached([ALSO_HERE, HERE], port) == ALSO_HERE


def test_an_address_that_refuses_gives_way_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_START", 60.0)
    with listening("127.0.0.2") as alive, no_wait():
        assert reached([HERE, ALSO_HERE], alive.getsockname()[1]) == ALSO_HERE


def test_a_dead_address_gives_way_after_its_head_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_START", 0.02)
    with unanswered_port() as port, listening("127.0.0.2", port):
        assert reached([HERE, ALSO_HERE], port) == ALSO_HERE


def test_an_ipv6_address_is_reached() -> None:
    with listening("::1") as alive:
        assert reached([SIX, HERE], alive.getsockname()[1]) == SIX


def test_where_none_answers_the_first_error_is_told() -> None:
    unreachable = Address("127.0.0.1", socket.AF_INET6)
    with refused_port() as port, pytest.raises(ConnectionRefusedError):
        reached([HERE, ALSO_HERE, unreachable], port)


def test_a_race_that_runs_out_of_time_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_START", 0.01)
    with unanswered_port() as port, pytest.raises(TimeoutError):
        reached([HERE, HERE, HERE], port, timeout=0.1)


def test_a_race_cancelled_at_its_end_closes_the_winner(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancellation may come after an address answered and before the caller has its socket."""
    monkeypatch.setattr(connection, "HEAD_START", 0)

    async def run(port: int, steps: int) -> bool:
        task = asyncio.create_task(connect([HERE, ALSO_HERE], port))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(outcome, BaseException):
            return False
        outcome[0].close()
        return True

    with unanswered_port() as port, listening("127.0.0.2", port):
        steps = 0
        while not asyncio.run(run(port, steps)):
            gc.collect()
            steps += 1
    assert steps > 3


@pytest.mark.parametrize(("text", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
def test_a_literal_address_is_not_looked_up(monkeypatch: pytest.MonkeyPatch, text: str, family: int) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    assert asyncio.run(lookup.lookup(text)) == (Address(text, family),)


def test_a_name_gives_each_address_once_in_the_resolvers_order(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 0, 0, 3)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    found = asyncio.run(lookup.lookup("many.test"))
    assert found == (Address("fe80::1", socket.AF_INET6, 3), Address("192.0.2.1", socket.AF_INET))
    assert found[0].sockaddr(443) == ("fe80::1", 443, 0, 3)
