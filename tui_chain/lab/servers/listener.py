"""Listening sockets of the lab: on loopback only, bounded in connections and in time."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

from tui_chain.lab.servers.stream import Stream

Handler = Callable[[Stream], Awaitable[None]]
"""Serves one accepted connection; the connection is closed when it returns."""

CONNECTION_SECONDS = 60.0
CONNECTIONS = 128
ACCEPT_RETRY_SECONDS = 0.1
BACKLOG = 512
BIND_TRIES = 16


class Listener:
    """Accepts connections of one listening socket; each gets a task, a time limit in seconds and a place.

    Both methods are for the loop's thread.
    """

    def __init__(
        self,
        sock: socket.socket,
        handler: Handler,
        *,
        seconds: float = CONNECTION_SECONDS,
        most: int = CONNECTIONS,
    ) -> None:
        self._sock = sock
        self._handler = handler
        self._seconds = seconds
        self._most = most
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Listen, and start to accept in the running loop."""
        self._sock.listen(BACKLOG)
        self._loop = asyncio.get_running_loop()
        self._resume()

    def close(self) -> None:
        """Stop to accept, close the listening socket, and cancel the connections."""
        self._pause()
        self._sock.close()
        for task in self._tasks:
            task.cancel()

    def _resume(self) -> None:
        if self._sock.fileno() >= 0 and len(self._tasks) < self._most:
            self._loop.add_reader(self._sock, self._accept)

    def _pause(self) -> None:
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)

    def _accept(self) -> None:
        try:
            connection, _ = self._sock.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:
            # out of file descriptors: a socket that stays readable would spin the loop
            self._pause()
            self._loop.call_later(ACCEPT_RETRY_SECONDS, self._resume)
            return
        connection.setblocking(False)
        self._start(connection)

    def _start(self, connection: socket.socket) -> None:
        task = self._loop.create_task(self._serve(connection))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finish(done, connection))
        if len(self._tasks) >= self._most:
            self._pause()

    def _finish(self, task: asyncio.Task[None], connection: socket.socket) -> None:
        # here and not in the task, which may be cancelled before its first step
        connection.close()
        self._tasks.discard(task)
        self._resume()

    async def _serve(self, connection: socket.socket) -> None:
        # OSError holds ssl.SSLError and TimeoutError: clients of the lab refuse, abort and vanish by design
        with contextlib.suppress(OSError):
            async with asyncio.timeout(self._seconds):
                await self._handler(Stream(connection))


def bind_loopback(addresses: Sequence[str], port: int = 0) -> tuple[socket.socket, ...]:
    """Bind one socket an address, all on one port (0: any that is free on every one), not yet listening.

    A machine without IPv6 loses its IPv6 addresses. Raises ValueError for an address that is not loopback and
    OSError when nothing can be bound.
    """
    for address in addresses:
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError(f"the lab serves on loopback only, not on {address}")
    for _ in range(BIND_TRIES):
        try:
            return _bind_all(addresses, port)
        except OSError as error:
            # the port that the first address got may be another program's on the second
            if port or error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, "no port is free on all addresses")


def _bind_all(addresses: Sequence[str], port: int) -> tuple[socket.socket, ...]:
    with contextlib.ExitStack() as stack:
        bound: list[socket.socket] = []
        for address in addresses:
            try:
                sock = _bind(address, bound[0].getsockname()[1] if bound else port)
            except OSError as error:
                if ":" in address and bound and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    continue
                raise
            bound.append(stack.enter_context(sock))
        stack.pop_all()
        return tuple(bound)


def _bind(address: str, port: int) -> socket.socket:
    version_6 = ":" in address
    sock = socket.socket(socket.AF_INET6 if version_6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    return sock
