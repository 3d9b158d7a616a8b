"""Whether a setting replaces the client's own trust store or adds to it: a second server that only that store knows.

The client's own roots are a stand-in: for the process that runs, another folder stands in /etc/ssl/certs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.advise.calls import CALLS, Call, write_sources
from tests.advise.conftest import ANSWERS, Site, run
from tests.support.nginx import nginx
from tests.support.programs import require_program
from tests.support.standin import DefaultStore, default_store
from tui_chain.lab.authority import Authority, key_to_pem, to_pem

ADDS, REPLACES = "The setting adds to", "The setting replaces"
PYTHON = {"requests", "requests with a context", "httpx", "Python ssl, urllib", "aiohttp", "urllib3"}
CODE = dict.fromkeys(PYTHON, (sys.executable, "-c")) | {"Node, in code": ("node", "-e")}
"""Clients whose snippet is the whole call, and what runs it; curl and wget are run by the shell."""
COMMANDS = ("curl", "wget", "openssl")
TOLD = {"curl": "probe-1.0", "wget": "probe-1.0", "openssl": "Verify return code: 0 (ok)"}
BY_ITSELF = {
    "requests": "requests",
    "Node, in code": "Node",
    "requests, every host": "requests",
    "httpx, every host": "httpx",
}
"""The call that shows what a client does without the setting."""


@dataclass(frozen=True)
class Other:
    """A server that sends a complete chain to a root that is in no file of ours, and the place where that root is."""

    url: str
    store: DefaultStore
    effects: dict[str, str]


@pytest.fixture(scope="module")
def other(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Other]:
    folder = tmp_path_factory.mktemp("other")
    root = Authority.root("Elsewhere Root", now=datetime.now(UTC))
    issuing = root.issue_ca("Elsewhere Issuing")
    leaf = issuing.issue_leaf()
    store = default_store(folder / "store", root.der)
    said = site.tlschain("advise", "--bundle", str(site.bundle), "--format", "markdown").stdout
    with nginx(folder / "nginx", to_pem([leaf.der, issuing.der]), key_to_pem(leaf.key), extra=ANSWERS) as port:
        yield Other(f"https://localhost:{port}/", store, _effects(said))


def _effects(markdown: str) -> dict[str, str]:
    """What the advice says of each client."""
    parts = markdown.split("\n## ")[1:]
    return {
        part.partition("\n")[0].replace("\\", ""): effect
        for part in parts
        for effect in (ADDS, REPLACES)
        if effect in part
    }


def ask(site: Site, other: Other, words: tuple[str, ...], env: dict[str, str]) -> str:
    done = run(*other.store.words, *words, cwd=site.folder, env=other.store.variables | env)
    return done.stdout + done.stderr


def call_other(site: Site, other: Other, call: Call, home: Path, prefix: str = "") -> bool:
    write_sources(site.folder)
    script = f"{prefix}\n\"$@\" '{other.url}'".replace(site.url, other.url)
    words = ("bash", "-c", script, "bash", *call.words)
    return call.told in ask(site, other, words, call.environment(home, site.folder))


def call_named(name: str) -> Call:
    return next(call for call in CALLS if call.name == name)


def test_every_effect_that_is_told_is_tried(other: Other) -> None:
    assert set(other.effects) == {*CODE, *COMMANDS, *(call.client for call in CALLS)}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_setting_has_the_effect_that_the_advice_says(site: Site, other: Other, call: Call, tmp_path: Path) -> None:
    require_program(call.program)
    accepted = call_other(site, other, call, tmp_path / "with", site.of(call.client).code)
    assert accepted == (other.effects[call.client] == ADDS)
    assert accepted or call_other(site, other, call, tmp_path / "without"), "the client has no such root by itself"


@pytest.mark.parametrize("client", sorted(CODE))
def test_a_piece_of_code_has_the_effect_that_the_advice_says(
    site: Site, other: Other, client: str, tmp_path: Path
) -> None:
    require_program(CODE[client][0])
    code = site.of(client).code.replace(site.url, other.url)
    accepted = "200\n" in ask(site, other, (*CODE[client], code), {})
    assert accepted == (other.effects[client] == ADDS)
    assert accepted or call_other(site, other, call_named(BY_ITSELF[client]), tmp_path)


@pytest.mark.parametrize("client", COMMANDS)
def test_a_command_has_the_effect_that_the_advice_says(site: Site, other: Other, client: str) -> None:
    require_program(client)
    address = other.url.removeprefix("https://").rstrip("/")
    code = site.of(client).code.replace(site.target, address)
    accepted = TOLD[client] in ask(site, other, ("bash", "-c", code), {})
    assert accepted == (other.effects[client] == ADDS)
