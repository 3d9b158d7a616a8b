"""A SOCKS 5 server on loopback (RFC 1928, RFC 1929): one that works, and ones that do not."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream

GRANTED = b"\x05\x00\x00\x01" + bytes(6)
REFUSED = b"\x05\x02\x00\x01" + bytes(6)
"""Connection not allowed by ruleset."""

Answer = Callable[[Stream], Awaitable[None]]


@dataclass
class SocksServer:
    """A proxy whose `asked` are the hosts and ports that clients wanted, `logins` what they logged in with.

    `login` is the user and password that it wants; without, it takes everybody. `names` are addresses of names that
    only it knows. `granted` is what it answers a request with, piece by piece; `answer` takes the place of all that
    follows the client's greeting.
    """

    login: tuple[bytes, bytes] | None = None
    names: dict[str, str] = field(default_factory=dict)
    granted: tuple[bytes, ...] = (GRANTED,)
    answer: Answer | None = None
    asked: list[tuple[str, int]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    offered: list[bytes] = field(default_factory=list)

    async def __call__(self, stream: Stream) -> None:
        with contextlib.suppress(EOFError):
            await self._serve(stream)

    async def _serve(self, stream: Stream) -> None:
        _, count = await _exactly(stream, 2)
        self.offered.append(await _exactly(stream, count))
        if self.answer is not None:
            await self.answer(stream)
        elif await self._logged_in(stream):
            await self._connect(stream)

    async def _logged_in(self, stream: Stream) -> bool:
        if self.login is None:
            await stream.send(b"\x05\x00")
            return True
        if b"\x02" not in self.offered[-1]:
            await stream.send(b"\x05\xff")
            await stream.finish()
            return False
        await stream.send(b"\x05\x02")
        await _exactly(stream, 1)
        parts = [await _exactly(stream, (await _exactly(stream, 1))[0]) for _ in range(2)]
        self.logins.append((parts[0], parts[1]))
        good = self.logins[-1] == self.login
        await stream.send(b"\x01\x00" if good else b"\x01\x01")
        if not good:
            await stream.finish()
        return good

    async def _connect(self, stream: Stream) -> None:
        _, _, _, kind = await _exactly(stream, 4)
        if kind == 3:
            host = (await _exactly(stream, (await _exactly(stream, 1))[0])).decode("ascii")
        else:
            host = str(ipaddress.ip_address(await _exactly(stream, 4 if kind == 1 else 16)))
        port = int.from_bytes(await _exactly(stream, 2))
        self.asked.append((host, port))
        try:
            reader, writer = await asyncio.open_connection(self.names.get(host, host), port)
        except OSError:
            await stream.send(b"\x05\x05\x00\x01" + bytes(6))
            await stream.finish()
            return
        for piece in self.granted:
            await stream.send(piece)
        await carry(stream, reader, writer)


async def carry(stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    async def back() -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(16_384):
                await stream.send(data)
            await stream.finish()

    carrying = asyncio.create_task(back())
    try:
        while data := await stream.receive():
            writer.write(data)
            await writer.drain()
    finally:
        carrying.cancel()
        writer.transport.abort()
        await asyncio.gather(carrying, writer.wait_closed(), return_exceptions=True)


async def _exactly(stream: Stream, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = await stream.receive(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def start(lab: Lab, server: SocksServer, scheme: str = "socks5h", login: str = "") -> str:
    """Let a proxy listen; return its URL."""
    return f"{scheme}://{login}127.0.0.1:{lab.listen(server)}"
