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

from tests.advise.calls import CALLS, CODE_CALLS, PROTOCOL_CALLS, write_sources
from tests.advise.calls.call import Call, CodeCall
from tests.advise.conftest import ANSWERS, TLSCHAIN, Site, run
from tests.advise.own_tests import OWN_HEADINGS
from tests.support.nginx import nginx
from tests.support.standin import DefaultStore, default_store
from tui_chain.lab.authority import Authority, key_to_pem, to_pem

ADDS, REPLACES = "The setting adds to", "The setting replaces"


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
    known = {*(snippet.client for snippet in CODE_CALLS), *(call.client for call in CALLS)}
    elsewhere = OWN_HEADINGS | {call.client for call in PROTOCOL_CALLS}
    assert set(other.effects) - elsewhere <= known


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_setting_has_the_effect_that_the_advice_says(site: Site, other: Other, call: Call, tmp_path: Path) -> None:
    call.require()
    accepted = call_other(site, other, call, tmp_path / "with", call.setting(site.of(call.client).code))
    assert accepted == (other.effects[call.client] == ADDS)
    assert accepted or call_other(site, other, call, tmp_path / "without"), "the client has no such root by itself"


@pytest.mark.parametrize("snippet", CODE_CALLS, ids=lambda snippet: snippet.client)
def test_a_snippet_has_the_effect_that_the_advice_says(
    site: Site, other: Other, snippet: CodeCall, tmp_path: Path
) -> None:
    if snippet.client not in other.effects:
        return  # it makes no connection
    snippet.require()
    address = other.url.removeprefix("https://").rstrip("/")
    code = site.of(snippet.client).code.replace(site.target, address)
    accepted = snippet.told in ask(site, other, (*snippet.runner, code), {})
    assert accepted == (other.effects[snippet.client] == ADDS)
    assert accepted or not snippet.name or call_other(site, other, call_named(snippet.name), tmp_path)
    if snippet.bare:
        assert snippet.told in ask(site, other, (*snippet.runner, snippet.bare.format(url=other.url)), {})


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_what_replaces_the_store_for_every_host_reaches_the_private_host_and_public_ones(
    site: Site, other: Other, tmp_path: Path, variable: str
) -> None:
    """Made with the user's own file as the trust store; the public root is the stand-in's."""
    file, trust = tmp_path / "every-host.pem", site.lab.trust_file
    make = (str(TLSCHAIN), "fix", site.target, "--trust", str(trust), "--as", "client+store", "-o", str(file))
    done = run(*other.store.words, *make, env=other.store.variables)
    assert done.returncode == 0, done.stderr
    code = {
        "REQUESTS_CA_BUNDLE": "import sys, requests; print(requests.get(sys.argv[1]).status_code)",
        "SSL_CERT_FILE": "import sys, httpx; print(httpx.get(sys.argv[1]).status_code)",
    }[variable]

    def reached(url: str, trusted: Path) -> bool:
        env = other.store.variables | {variable: str(trusted)}
        return run(*other.store.words, sys.executable, "-c", code, url, env=env).stdout == "200\n"

    assert reached(site.url, file)
    assert reached(other.url, file)
    assert not reached(other.url, trust), "the user's own file has no public root"
    assert not reached(site.url, other.store.folder / "certs" / "ca-certificates.crt"), (
        "nor has certifi the private one"
    )
