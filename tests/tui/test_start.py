"""What the screen starts with."""

from __future__ import annotations

import asyncio
import hashlib
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import tlschain
from tests.support.journeys import walk
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.arguments import Arguments, Options, read_arguments
from tui_chain.engine.journey import HostState, Journey
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.host_list import Host
from tui_chain.probe.served import ServedChain
from tui_chain.trust.pinned import ConfirmedRoot
from tui_chain.tui import start


def load(resources: ExitStack, *names: str) -> tuple[Journey, tuple[Host, ...]] | Failure:
    options = Options(names, demo=True)
    arguments = read_arguments(options)
    assert isinstance(arguments, Arguments)
    return start.load(resources, options, arguments)


@pytest.fixture
def demo() -> Iterator[tuple[Journey, dict[str, Host]]]:
    """What a demo loads, in a lab of hosts that are not all reached as localhost."""
    with ExitStack() as resources:
        loaded = load(resources, "complete", "servers-differ", "starttls")
        assert isinstance(loaded, tuple), loaded
        journey, hosts = loaded
        yield journey, {host.label: host for host in hosts}


def test_a_demo_looks_names_up_in_its_lab(demo: tuple[Journey, dict[str, Host]]) -> None:
    journey, hosts = demo
    assert str(hosts["servers-differ"].target).startswith("servers-differ.lab.test:")
    state = asyncio.run(journey.probe(HostState(hosts["servers-differ"].target)))
    assert isinstance(state.served, ServedChain), state.served


def test_a_demo_reaches_each_host_as_the_lab_says(demo: tuple[Journey, dict[str, Host]]) -> None:
    _, hosts = demo
    assert str(hosts["complete"].target).startswith("localhost:")
    assert str(hosts["starttls"].target).startswith("smtp+starttls://localhost:")


def test_a_name_that_the_lab_has_not_is_said() -> None:
    with ExitStack() as resources:
        loaded = load(resources, "leaf-only", "no\x1bsuch")
    assert isinstance(loaded, Failure)
    assert "no\\x1bsuch" in loaded.message
    assert "lab --list" in loaded.hint


# options


def started(resources: ExitStack, lab: Lab, name: str, **given: Any) -> tuple[Journey, HostState]:
    """The journey that the screen gets, and a lab host on it."""
    target = str(lab.host(name).target)
    options = Options((target,), trust=(str(lab.trust_file),), **given)
    arguments = read_arguments(options)
    assert isinstance(arguments, Arguments)
    loaded = start.load(resources, options, arguments)
    assert isinstance(loaded, tuple), loaded
    (host,) = arguments.hosts
    return loaded[0], HostState(host.target)


def fixed(lab: Lab, name: str, **given: Any) -> HostState:
    with ExitStack() as resources:
        journey, state = started(resources, lab, name, **given)
        return walk(state, journey.probe, journey.fix)


def test_the_screen_looks_into_files_first(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "issuing.pem"
    file.write_bytes(to_pem([lab.hierarchy["hidden-issuing"].der]))
    assert fixed(lab, "no-aia", no_pool=True).proven is None
    found = fixed(lab, "no-aia", no_pool=True, pool=(file,))
    assert found.proven is not None
    assert f"file {file}" in found.proven.bundle.sources.values()


def test_the_screen_says_what_of_a_file_cannot_be_read(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "odd.pem"
    file.write_bytes(
        to_pem([lab.hierarchy["root"].der]) + b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"
    )
    with ExitStack() as resources:
        journey, _ = started(resources, lab, "leaf-only", no_pool=True, pool=(file,))
        (notice,) = journey.notices
    assert str(file) in notice


def test_the_screen_trusts_a_root_of_the_command_line(lab: Lab) -> None:
    assert fixed(lab, "unknown-root", no_pool=True).proven is None
    root = hashlib.sha256(lab.hierarchy["private-root"].der).hexdigest()
    assert fixed(lab, "unknown-root", no_pool=True, trust_root=(root,)).proven is not None


def test_a_root_confirmed_on_the_screen_stands_beside_one_of_the_command_line(lab: Lab) -> None:
    first, second = "ab" * 32, "cd" * 32
    with ExitStack() as resources:
        journey, _ = started(resources, lab, "leaf-only", no_pool=True, trust_root=(first,))
        journey.trust_roots([ConfirmedRoot(second, "typed")])
        assert journey.diagnoser.confirmed == {first, second}


def test_the_screen_fetches_nothing_offline(lab: Lab) -> None:
    assert fixed(lab, "leaf-only", no_pool=True).proven is not None
    offline = fixed(lab, "leaf-only", no_pool=True, offline=True)
    assert offline.proven is None
    assert offline.resolution is not None
    assert "AIA" not in {tried.source for tried in offline.resolution.tries}


def test_the_screen_lets_aia_lead_inside_with_consent_to_all() -> None:
    def outcomes(**given: Any) -> list[str]:
        resolution = fixed(inside, "link-redirect-inside", no_pool=True, **given).resolution
        assert resolution is not None
        return [tried.outcome for tried in resolution.tries if tried.source == "AIA"]

    with open_lab(["link-redirect-inside"]) as inside:
        assert outcomes()[-1].endswith("only with your consent")
        assert not any(one.endswith("only with your consent") for one in outcomes(allow_private_aia=("all",)))
        place = "10.0.0.1:80"
        assert not any(one.endswith("only with your consent") for one in outcomes(allow_private_aia=(place,)))
        assert outcomes(allow_private_aia=("10.0.0.1:443",))[-1].endswith("only with your consent")


def test_the_screen_uses_no_pool_where_it_is_told(lab: Lab) -> None:
    with ExitStack() as resources:
        journey, _ = started(resources, lab, "leaf-only")
        assert journey.certificate_pool is not None
    assert fixed(lab, "leaf-only").proven is not None
    assert fixed(lab, "leaf-only", offline=True).proven is not None, "the pool has learned it"
    assert fixed(lab, "leaf-only", offline=True, no_pool=True).proven is None


def test_the_screen_judges_at_a_frozen_time(lab: Lab) -> None:
    then = datetime(2001, 2, 3, tzinfo=UTC)
    with ExitStack() as resources:
        journey, state = started(resources, lab, "complete", at="2001-02-03", no_pool=True)
        assert walk(state, journey.probe).status is Status.INVALID
    options = Options(at="2001-02-03", timeout=1.5)
    arguments = read_arguments(options)
    assert isinstance(arguments, Arguments)
    with ExitStack() as resources:
        app = start.make_app(resources, options, arguments)
        assert app._clock() == then
        loaded = start.load(resources, options, arguments)
        assert isinstance(loaded, tuple)
        assert loaded[0].clock() == then
        assert loaded[0].timeout == 1.5


def test_the_commands_of_a_demo_reach_its_hosts_from_elsewhere(demo: tuple[Journey, dict[str, Host]]) -> None:
    """Its lab stays open with the screen; another `--demo` would open one of its own."""
    journey, hosts = demo
    words = shlex.split(journey.context.options.command("check", host=hosts["complete"].target, label="complete"))
    assert words[:3] == ["tlschain", "check", str(hosts["complete"].target)]
    assert tlschain(*words[1:]).code == 0
