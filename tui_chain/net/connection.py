"""A TCP connection to the first address that answers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Sequence

from tui_chain.net.lookup import Address

HEAD_START = 0.25
"""Seconds that an address has before the next one is tried beside it (RFC 8305 section 5)."""


async def connect(addresses: Sequence[Address], port: int, local: str | None = None) -> tuple[socket.socket, Address]:
    """Connect to the first of `addresses` that answers, a later one starting when an earlier one lags or fails.

    `local` is the IP address that the connection comes from. Raises the first address's OSError where none answers.
    The socket is non-blocking and the caller's.
    """
    if len(addresses) == 1:
        return await _dial(addresses[0], port, local), addresses[0]
    tasks: list[asyncio.Task[socket.socket]] = []
    with contextlib.ExitStack() as undo:
        try:
            sock, address = await _race(addresses, port, local, tasks)
            undo.callback(sock.close)  # a cancellation may still come while the others end
        finally:
            await _abandon(tasks)
        undo.pop_all()
    return sock, address


async def _race(
    addresses: Sequence[Address], port: int, local: str | None, tasks: list[asyncio.Task[socket.socket]]
) -> tuple[socket.socket, Address]:
    waiting = list(addresses)
    while True:
        if waiting:
            tasks.append(asyncio.create_task(_dial(waiting.pop(0), port, local)))
        running = [task for task in tasks if not task.done()]
        if running:
            await asyncio.wait(running, timeout=HEAD_START if waiting else None, return_when=asyncio.FIRST_COMPLETED)
        for place, task in enumerate(tasks):
            if task.done() and task.exception() is None:
                tasks.remove(task)
                return task.result(), addresses[place]
        if not waiting and all(task.done() for task in tasks):
            first = tasks[0].exception()
            raise first if first is not None else OSError("no address answered")


async def _abandon(tasks: list[asyncio.Task[socket.socket]]) -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, socket.socket):
            outcome.close()


async def _dial(address: Address, port: int, local: str | None) -> socket.socket:
    with contextlib.ExitStack() as undo:
        sock = undo.enter_context(socket.socket(address.family, socket.SOCK_STREAM))
        sock.setblocking(False)
        if local is not None:
            sock.bind((local, 0))
        await asyncio.get_running_loop().sock_connect(sock, address.sockaddr(port))
        undo.pop_all()
    return sock
