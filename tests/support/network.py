"""What a piece of code did on the network, and a resolver that answers as a test says."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from tui_chain.net import connection
from tui_chain.net.lookup import Address


def record_connections(patch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by every address that is connected to."""
    tried: list[str] = []
    dial = connection.connect

    async def dialed(
        addresses: Sequence[Address], port: int, local: str | None = None
    ) -> tuple[socket.socket, Address]:
        tried.extend(address.ip for address in addresses)
        return await dial(addresses, port, local)

    patch.setattr(connection, "connect", dialed)
    return tried


@contextmanager
def answering(patch: pytest.MonkeyPatch, *answers: str | tuple[str, ...]) -> Iterator[list[str]]:
    """Let each further lookup of a name get the next answer, the last one for ever; yields the names asked for."""
    asked: list[str] = []

    def resolve(host: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        answer = answers[min(len(asked), len(answers)) - 1]
        found = (answer,) if isinstance(answer, str) else answer
        return [_entry(address) for address in found]

    with patch.context() as local:
        local.setattr(socket, "getaddrinfo", resolve)
        yield asked


def _entry(address: str) -> tuple[Any, ...]:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 0, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))
