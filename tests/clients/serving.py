"""Loopback servers of the measured suite: each case on a port of its own, and a proxy that leads any name there."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag

from tests.clients.making import Case
from tests.clients.programs import ServedCase
from tests.clients.tls13 import HandshakeError, Session

ADDRESS = "127.0.0.1"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nok\n"
PATIENCE = 60.0
"""Seconds after which a connection that a client left open is dropped."""

_Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Serving:
    """Cases being served, and the port of the proxy."""

    cases: tuple[ServedCase, ...]
    proxy: int


@contextlib.contextmanager
def serve(cases: Sequence[Case], folder: Path) -> Iterator[Serving]:
    """Serve the cases on 127.0.0.1 in a thread until the block is left; their bundles are written into `folder`."""
    _allow_sockets(len(cases) * 2 + 200)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers = _Servers()
    try:
        asyncio.run_coroutine_threadsafe(servers.open(cases), loop).result(PATIENCE)
        *ports, proxy = servers.ports
        yield Serving(tuple(map(ServedCase, cases, ports, _bundles(cases, folder))), proxy)
    finally:
        asyncio.run_coroutine_threadsafe(servers.close(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


def _allow_sockets(count: int) -> None:
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < count:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def _bundles(cases: Sequence[Case], folder: Path) -> Iterator[Path]:
    for number, case in enumerate(cases):
        path = folder / f"{number:04}.pem"
        path.write_bytes(case.bundle)
        yield path


@dataclass(eq=False)
class _Servers:
    """What listens on loopback, and the connections that are open."""

    listening: list[asyncio.Server] = field(default_factory=list)
    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    @property
    def ports(self) -> list[int]:
        """The port of each server, in the order in which they were opened."""
        return [server.sockets[0].getsockname()[1] for server in self.listening]

    async def open(self, cases: Sequence[Case]) -> None:
        """Open a server a case, and the proxy last."""
        for case in cases:
            await self._listen(functools.partial(_answer, case))
        await self._listen(functools.partial(_tunnel, frozenset(self.ports)))

    async def _listen(self, handler: _Handler) -> None:
        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.get_running_loop().create_task(_guarded(handler, reader, writer))
            self.connections[task] = writer
            task.add_done_callback(self.connections.pop)

        self.listening.append(await asyncio.start_server(connected, ADDRESS, 0))

    async def close(self) -> None:
        """Close the servers and what is still connected; a handler whose connection is gone ends by itself."""
        for server in self.listening:
            server.close()
        await _rounds()
        for writer in self.connections.values():
            writer.transport.abort()
        await asyncio.gather(*self.connections)
        await _rounds()


async def _rounds() -> None:
    """Let the loop run: a connection just accepted gets its task, a closed transport lets go of its socket."""
    for _ in range(5):
        await asyncio.sleep(0)


async def _guarded(handler: _Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Run a handler; a client that goes away or refuses is no error of the server."""
    gone = (HandshakeError, InvalidTag, OSError, EOFError, TimeoutError)
    with contextlib.suppress(*gone):
        async with asyncio.timeout(PATIENCE):
            await handler(reader, writer)
    writer.close()
    with contextlib.suppress(*gone):
        await writer.wait_closed()


async def _answer(case: Case, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await Session(case, reader, writer).answer(REPLY)


async def _tunnel(ports: frozenset[int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one CONNECT (RFC 9110 section 9.3.6): the port alone counts, and only ports of cases are reached."""
    head = await reader.readuntil(b"\r\n\r\n")
    port = int(head.split()[1].rpartition(b":")[2])
    if not head.startswith(b"CONNECT ") or port not in ports:
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        return
    backend_reader, backend = await asyncio.open_connection(ADDRESS, port)
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await asyncio.gather(_copy(reader, backend), _copy(backend_reader, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass bytes on until the source ends, then close the target."""
    try:
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    finally:
        target.close()
