"""The environment's variables of trust: what they name, and requests as clients make them that use them."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui_chain.clients.advice import ADDS, Effect
from tui_chain.clients.client import Takes
from tui_chain.clients.registry import VariableUse, clients, keywords, variables, weaker_settings
from tui_chain.core.text import first_few, safe_text
from tui_chain.core.threads import in_daemon_thread
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.contexts import store_context
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.proxy import shown_proxy
from tui_chain.probe.handshake import as_chosen

_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")

PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")
"""Variables of proxies; a proxy that opens TLS shows a chain of its own."""


@dataclass(frozen=True)
class Variable:
    """One variable that is set: its value as safe text, whether what it names is there, and what it means here.

    `beats` are the clients in which it would win over the repair; empty where it names the repair's own file, or
    where it does no harm. `exists` is None for a proxy.
    """

    name: str
    value: str
    exists: bool | None
    beats: str
    text: str


def audit_environment(environment: Mapping[str, str], bundle: Path | None = None) -> tuple[Variable, ...]:
    """Look at the variables of trust that are set; `bundle` is the file of the repair, where it is written."""
    files = (_bundle(name, environment[name], bundle) for name in variables() if _names_a_file(name, environment))
    proxies = (_proxy(name, environment[name]) for name in PROXIES if environment.get(name))
    return (*files, *proxies)


def _names_a_file(name: str, environment: Mapping[str, str]) -> bool:
    return bool(environment.get(name)) and environment[name] not in keywords(name)


def overriding_text(variables: Iterable[Variable], *, repaired: bool) -> str:
    """Say in one line, without its full stop, which of them beat the bundle and where; empty where none does.

    Where nothing was `repaired` there is no bundle to beat, and still they decide.
    """
    beating = [variable for variable in variables if variable.beats]
    if not beating:
        return ""
    more = f" and {len(beating) - 2} more" if len(beating) > 2 else ""
    names = (", " if more else " and ").join(variable.name for variable in beating[:2]) + more
    clients = list(dict.fromkeys(client for variable in beating for client in variable.beats.split(", ")))
    shown = first_few(clients, 4)
    one = len(beating) == 1
    if not repaired:
        return f"{names} {'is set and decides' if one else 'are set and decide'} in {shown}"
    return f"{names} {'is set and beats' if one else 'are set and beat'} the bundle in {shown}"


def uses(name: str) -> tuple[VariableUse, ...]:
    """How clients use a variable, without those whose use OpenSSL cannot stand in for."""
    return tuple(use for use in variables()[name] if use.takes is not Takes.ALL_FILES)


def places(name: str, value: str) -> tuple[Path, ...]:
    """What a variable names: one for folders may name several, as PATH does (OpenSSL's X509_LOOKUP_hash_dir)."""
    parts = value.split(os.pathsep) if _is_for_folders(name) else (value,)
    return tuple(Path(part) for part in parts if part)


def _is_for_folders(name: str) -> bool:
    return all(use.takes in {Takes.FOLDER, Takes.ALL_FILES} for use in variables()[name])


def _bundle(name: str, value: str, bundle: Path | None) -> Variable:
    clients = ", ".join(_clients(name))
    shown = safe_text(value)
    named = [place for place in places(name, value) if _there(place)]
    if not named:
        return Variable(name, shown, False, clients, f"Nothing is there: {clients} may fail for every host.")
    if bundle is not None and any(_same(place, bundle) for place in named):
        return Variable(name, shown, True, "", f"It names this repair's file, for {clients}.")
    return Variable(name, shown, True, clients, f"{_effects(name)}{_folder_text(name, named)}")


def _clients(name: str) -> tuple[str, ...]:
    users = {client for use in variables()[name] for client in use.clients}
    return tuple(client.name for client in clients() if client.name in users)


def _effects(name: str) -> str:
    """What a variable does, client by client, and which of their settings mean nothing beside it."""
    effects: dict[Effect, list[str]] = {}
    for use in variables()[name]:
        effects.setdefault(use.effect, []).extend(use.clients)
    weaker: dict[tuple[str, ...], list[str]] = {}
    for client, names in weaker_settings(name).items():
        weaker.setdefault(names, []).append(client)
    does = "; ".join(f"in {', '.join(clients)} it {effect.phrase}" for effect, clients in effects.items())
    wins = "; ".join(f"in {', '.join(clients)} over {_listed(names)}" for names, clients in weaker.items())
    return f"{does[0].upper()}{does[1:]}.{f' It wins {wins}.' if wins else ''}"


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _folder_text(name: str, named: Iterable[Path]) -> str:
    """What is odd about a folder, or about one where a file is wanted."""
    folders = [place for place in named if place.is_dir()]
    if not folders:
        return " It names a file where a folder is read." if _is_for_folders(name) else ""
    if all(use.takes is Takes.FILE for use in variables()[name]):
        return " It names a folder where a file is read."
    if any(hashed_names(folder) for folder in folders):
        return ""
    return " No file there is named by its hash, so OpenSSL finds none of them: `openssl rehash` gives such names."


def hashed_names(folder: Path) -> list[str]:
    """The names in a folder by which OpenSSL finds certificates there (X509_LOOKUP_hash_dir)."""
    with suppress(OSError):
        return sorted(file.name for file in folder.iterdir() if _HASHED.fullmatch(file.name))
    return []


def _there(place: Path) -> bool:
    try:
        return place.exists()
    except (OSError, ValueError):
        return False


def _same(place: Path, bundle: Path) -> bool:
    try:
        return place.samefile(bundle)
    except (OSError, ValueError):
        return False


def _proxy(name: str, value: str) -> Variable:
    if name.lower() == "no_proxy":
        return Variable(name, safe_text(value), None, "", "Hosts that are reached without the proxy.")
    text = "Clients go through it; if it opens TLS, they see its chain and not the server's."
    return Variable(name, shown_proxy(value), None, "", text)


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
    return await request.send(as_chosen(context, request.target.connection), name)


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
