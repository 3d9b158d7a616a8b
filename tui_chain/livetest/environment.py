"""The environment's own settings of trust: which are set, which exist, and which would beat the repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui_chain.certs.text import safe_text

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


def _bundle(name: str, value: str, bundle: Path | None) -> Variable:
    clients, words = BUNDLES[name]
    shown = safe_text(value)
    place = Path(value)
    if bundle is not None and _same(place, bundle):
        return Variable(name, shown, True, "", f"It names this repair's file, for {clients}.")
    if not _there(place):
        return Variable(name, shown, False, clients, f"Nothing is there: {clients} may fail for every host.")
    return Variable(name, shown, True, clients, f"In {clients}: {words}.")


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
    scheme, mark, rest = value.rpartition("://")
    without_password = f"{scheme}{mark}{rest.rpartition('@')[2]}"
    words = "Clients go through it; if it opens TLS, they see its chain and not the server's."
    return Variable(name, safe_text(without_password), None, "", words)


def without_trust(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with none of these variables, for a program that is to have the repair alone."""
    return {name: value for name, value in environment.items() if name not in BUNDLES and name not in PROXIES}
