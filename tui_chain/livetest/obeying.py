"""Requests as those clients make them that obey the environment's variables of trust."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tui_chain.certs.certificate import Certificate
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.environment import READINGS, Reading, Takes, Variable, places
from tui_chain.livetest.request import Request, default_store_context


@dataclass(frozen=True)
class Obeyed:
    """What comes of a request with what a variable names, for the clients that read it in one way.

    `extends` is whether they keep their own roots beside it.
    """

    name: str
    clients: str
    extends: bool
    attempt: Attempt


async def obey(
    request: Request, variables: Iterable[Variable], environment: Mapping[str, str], anchors: tuple[Certificate, ...]
) -> tuple[Obeyed, ...]:
    """Make `request` for every way in which a variable that is set is read; `anchors` are the clients' own roots."""
    found = []
    for variable in variables:
        if variable.exists:
            for reading in READINGS[variable.name]:
                attempt = await _one(request, variable.name, environment[variable.name], reading, anchors)
                found.append(Obeyed(variable.name, reading.clients, reading.extends, attempt))
    return tuple(found)


async def _one(
    request: Request, name: str, value: str, reading: Reading, anchors: tuple[Certificate, ...]
) -> Attempt:
    folder = any(place.is_dir() for place in places(name, value))
    if folder and reading.takes is Takes.FILE:
        return Attempt(name, ok=False, words="it names a folder where a file is read")
    if not folder and reading.takes is Takes.FOLDER:
        return Attempt(name, ok=False, words="it names a file where a folder is read")
    context = await asyncio.to_thread(_context, value, anchors if reading.extends else (), folder=folder)
    if context is None:
        return Attempt(name, ok=False, words="OpenSSL cannot read what it names")
    return await request.send(context, name)


def _context(value: str, kept: tuple[Certificate, ...], *, folder: bool) -> ssl.SSLContext | None:
    """A verifying context with what a variable names, beside the roots that the client keeps."""
    context = default_store_context(kept) if kept else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if folder:
            context.load_verify_locations(capath=value)
        else:
            context.load_verify_locations(cafile=Path(value))
    except OSError:  # ssl.SSLError is a kind of it
        return None
    return context
