"""Requests as clients make them that use the environment's variables of trust."""

from __future__ import annotations

import asyncio
import ssl
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tui_chain.clients.advice import ADDS
from tui_chain.clients.client import Takes
from tui_chain.clients.registry import VariableUse
from tui_chain.core.threads import in_daemon_thread
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.contexts import store_context
from tui_chain.livetest.environment import Variable, hashed_names, places, uses
from tui_chain.livetest.request import LiveRequest


@dataclass(frozen=True)
class VariableTest:
    """What comes of a request with what a variable names, for the clients that use it alike.

    `adds` is whether they keep their own trust store beside it.
    """

    name: str
    clients: str
    adds: bool
    attempt: Attempt


async def try_variables(
    request: LiveRequest, variables: Iterable[Variable], environment: Mapping[str, str], own: bytes
) -> tuple[VariableTest, ...]:
    """Make `request` for every use that clients make of a variable that is set.

    `own` are the bytes of the clients' own trust store, a file as its owner has it.
    """
    found = []
    for variable in variables:
        if variable.exists:
            for use in uses(variable.name):
                attempt = await _one(request, variable.name, environment[variable.name], use, own)
                found.append(VariableTest(variable.name, ", ".join(use.clients), use.effect is ADDS, attempt))
    return tuple(found)


async def _one(request: LiveRequest, name: str, value: str, use: VariableUse, own: bytes) -> Attempt:
    def load() -> ssl.SSLContext | str:
        kind = _kind(name, value)
        if isinstance(kind, str):
            return kind
        if use.takes not in {kind, Takes.EITHER}:
            return f"it names {kind.value} where {use.takes.value} is read"
        return _context(value, own if use.effect is ADDS else None, folder=kind is Takes.FOLDER)

    try:
        async with asyncio.timeout(request.timeout):
            context = await in_daemon_thread(load, name)
    except TimeoutError:
        context = f"what it names was not read within {request.timeout:g} s"
    if isinstance(context, str):
        return Attempt(name, ok=False, text=context)
    return await request.send(context, name)


def _kind(name: str, value: str) -> Takes | str:
    """Whether a variable names a file or a folder, or in text why it is not read; blocks.

    A pipe or a device could be read without end.
    """
    try:
        modes = [place.stat().st_mode for place in places(name, value) if place.exists()]
    except (OSError, ValueError):
        return "what it names cannot be read"
    if any(map(stat.S_ISDIR, modes)):
        return _odd_entry(places(name, value)) or Takes.FOLDER
    if any(map(stat.S_ISREG, modes)):
        return Takes.FILE
    return "it names neither a file nor a folder" if modes else "what it names is not there any more"


def _odd_entry(folders: Iterable[Path]) -> str | None:
    """Say which name, of those that OpenSSL opens in the middle of a handshake, is that of a pipe or a device."""
    for folder in folders:
        for file in hashed_names(folder):
            if (folder / file).exists() and not (folder / file).is_file():
                return f"what it names has {file}, which is no file"
    return None


def _context(value: str, kept: bytes | None, *, folder: bool) -> ssl.SSLContext | str:
    """A verifying context with what a variable names, beside the trust store that the client keeps; blocks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if kept is None else store_context(kept)
    if isinstance(context, str):
        return context
    try:
        if folder:
            context.load_verify_locations(capath=value)
        else:
            context.load_verify_locations(cafile=Path(value))
    except (OSError, ValueError):  # ssl.SSLError is a kind of OSError
        return "OpenSSL cannot read what it names"
    return context
