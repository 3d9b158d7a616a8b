"""The environment's own settings of trust: which are set, which exist, and which would beat the repair."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tui_chain.core.text import safe_text
from tui_chain.net.proxy import shown_proxy

BUNDLES: Mapping[str, tuple[str, str]] = {
    "REQUESTS_CA_BUNDLE": ("requests, pip, aws", "it replaces certifi, and wins over session.verify and --cert"),
    "CURL_CA_BUNDLE": ("curl, requests", "curl takes it without --cacert, requests without REQUESTS_CA_BUNDLE"),
    "SSL_CERT_FILE": ("Python ssl, httpx, uv, curl, Go, Ruby", "it takes the place of the system's file"),
    "SSL_CERT_DIR": ("Python ssl, httpx, uv, Go, Ruby", "it takes the place of the system's folder"),
    "PIP_CERT": ("pip", "pip takes it without --cert"),
    "NODE_EXTRA_CA_CERTS": ("Node", "it extends Node's roots, and is the only such file"),
    "AWS_CA_BUNDLE": ("aws, boto3", "it replaces botocore's roots"),
    "GIT_SSL_CAINFO": ("git", "it wins over http.<url>.sslCAInfo"),
}
"""Variables that name a file or folder of roots: who reads each, and what it does to a setting of the repair."""


class Takes(Enum):
    """What a client expects a variable to name."""

    FILE = "a file"
    FOLDER = "a folder"
    EITHER = "a file or a folder"


@dataclass(frozen=True)
class Reading:
    """How some clients obey a variable: whether what it names extends their own roots or takes the place of them."""

    clients: str
    extends: bool
    takes: Takes = Takes.FILE


READINGS: Mapping[str, tuple[Reading, ...]] = {
    "REQUESTS_CA_BUNDLE": (Reading("requests", False, Takes.EITHER), Reading("aws", False), Reading("pip", True)),
    "CURL_CA_BUNDLE": (Reading("requests", False, Takes.EITHER), Reading("curl", True)),
    "SSL_CERT_FILE": (Reading("httpx, uv", False), Reading("Python ssl, curl, Go, Ruby", True)),
    "SSL_CERT_DIR": (Reading("httpx, uv", False, Takes.FOLDER), Reading("Python ssl, Ruby", True, Takes.FOLDER)),
    "PIP_CERT": (Reading("pip", True),),
    "NODE_EXTRA_CA_CERTS": (Reading("Node", True),),
    "AWS_CA_BUNDLE": (Reading("aws, boto3", False),),
    "GIT_SSL_CAINFO": (Reading("git", True),),
}
"""How each variable is obeyed, client by client, where OpenSSL and its system store are Debian's."""

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
    words: str


def audit_environment(environment: Mapping[str, str], bundle: Path | None = None) -> tuple[Variable, ...]:
    """Look at the variables of trust that are set; `bundle` is the file of the repair, where it is written."""
    files = (_bundle(name, environment[name], bundle) for name in BUNDLES if environment.get(name))
    proxies = (_proxy(name, environment[name]) for name in PROXIES if environment.get(name))
    return (*files, *proxies)


def beating_words(variables: Iterable[Variable], *, repaired: bool) -> str:
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


def places(name: str, value: str) -> tuple[Path, ...]:
    """What a variable names: SSL_CERT_DIR may name several folders, as PATH does (OpenSSL's X509_LOOKUP_hash_dir)."""
    parts = value.split(os.pathsep) if name == "SSL_CERT_DIR" else (value,)
    return tuple(Path(part) for part in parts if part)


def _bundle(name: str, value: str, bundle: Path | None) -> Variable:
    clients, words = BUNDLES[name]
    shown = safe_text(value)
    named = [place for place in places(name, value) if _there(place)]
    if not named:
        return Variable(name, shown, False, clients, f"Nothing is there: {clients} may fail for every host.")
    if bundle is not None and any(_same(place, bundle) for place in named):
        return Variable(name, shown, True, "", f"It names this repair's file, for {clients}.")
    return Variable(name, shown, True, clients, f"In {clients}: {words}.{_folder_words(name, named)}")


def _folder_words(name: str, named: Iterable[Path]) -> str:
    """What is odd about a folder, or about one where a file is wanted."""
    folders = [place for place in named if place.is_dir()]
    if not folders:
        return " It names a file where a folder is read." if name == "SSL_CERT_DIR" else ""
    readers = [reading.clients for reading in READINGS[name] if reading.takes is not Takes.FILE]
    if not readers:
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
    words = "Clients go through it; if it opens TLS, they see its chain and not the server's."
    return Variable(name, shown_proxy(value), None, "", words)


def without_trust(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with none of these variables, for a program that is to have the repair alone."""
    return {name: value for name, value in environment.items() if name not in BUNDLES and name not in PROXIES}
