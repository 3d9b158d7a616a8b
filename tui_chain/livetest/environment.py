"""The environment's variables of trust: which are set, which exist, and which would win over the repair."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui_chain.clients.advice import Effect
from tui_chain.clients.client import Takes
from tui_chain.clients.registry import VariableUse, variables, weaker_settings
from tui_chain.core.text import safe_text
from tui_chain.net.proxy import shown_proxy

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
    files = (_bundle(name, environment[name], bundle) for name in variables() if environment.get(name))
    proxies = (_proxy(name, environment[name]) for name in PROXIES if environment.get(name))
    return (*files, *proxies)


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
    shown = ", ".join(clients[:4]) + (", …" if len(clients) > 4 else "")
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
    return tuple(client for use in variables()[name] for client in use.clients)


def _effects(name: str) -> str:
    """What a variable does, client by client, and which of their settings mean nothing beside it."""
    effects: dict[Effect, list[str]] = {}
    for use in variables()[name]:
        effects.setdefault(use.effect, []).extend(use.clients)
    weaker: dict[tuple[str, ...], list[str]] = {}
    for client, names in weaker_settings(name).items():
        weaker.setdefault(names, []).append(client)
    does = "; ".join(f"in {', '.join(clients)} it {effect.phrase}" for effect, clients in effects.items())
    wins = "; ".join(f"in {', '.join(clients)} over {' and '.join(names)}" for names, clients in weaker.items())
    return f"{does[0].upper()}{does[1:]}.{f' It wins {wins}.' if wins else ''}"


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


def without_trust(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with none of these variables, for a program that is to have the repair alone."""
    return {name: value for name, value in environment.items() if name not in variables() and name not in PROXIES}
