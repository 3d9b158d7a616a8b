"""Name lookup that cannot hold up quitting."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from tui_chain.core.ip import parse_ip
from tui_chain.core.threads import in_daemon_thread


@dataclass(frozen=True)
class Address:
    """An address to connect to: the IP text and the socket family."""

    ip: str
    family: int
    scope: int = 0

    def sockaddr(self, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
        """The address as the socket module wants it."""
        return (self.ip, port, 0, self.scope) if self.family == socket.AF_INET6 else (self.ip, port)


NameLookup = Callable[[str], Awaitable[tuple[Address, ...]]]
"""Gives the addresses of a name; raises OSError where it has none."""


async def lookup(host: str) -> tuple[Address, ...]:
    """Return the addresses of `host` in the resolver's order; raises OSError (socket.gaierror) where it has none.

    The resolver runs in a daemon thread: a stalled one holds neither the event loop nor the end of the
    program, as asyncio's own executor would.
    """
    if "%" not in host and (literal := parse_ip(host)) is not None:
        return (Address(str(literal), socket.AF_INET6 if literal.version == 6 else socket.AF_INET),)
    return await in_daemon_thread(lambda: _resolve(host), f"lookup {host}")


def lookup_with(names: Mapping[str, Sequence[str]]) -> NameLookup:
    """Look `names` up in this table, which gives IP literals, and every other name as usual."""

    async def look(host: str) -> tuple[Address, ...]:
        if host not in names:
            return await lookup(host)
        return tuple([address for text in names[host] for address in await lookup(text)])

    return look


def _resolve(host: str) -> tuple[Address, ...]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "the name is too long or has an empty label") from None
    return tuple(dict.fromkeys(_address(family, sockaddr) for family, _, _, _, sockaddr in found))


def _address(family: int, sockaddr: tuple[str | int | bytes, ...]) -> Address:
    scope = sockaddr[3] if len(sockaddr) == 4 else 0
    return Address(str(sockaddr[0]), family, scope if isinstance(scope, int) else 0)
