"""What the screen starts with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tui_chain.core.failure import Failure
from tui_chain.engine.journey import HostState, Journey
from tui_chain.net.host_list import Host
from tui_chain.probe.served import ServedChain
from tui_chain.tui import start


@pytest.fixture
def demo() -> Iterator[tuple[Journey, dict[str, Host]]]:
    """What a demo loads, in a lab of hosts that are not all reached as localhost."""
    with ExitStack() as resources:
        loaded = start._load(resources, (), 5.0, ("complete", "servers-differ", "starttls"))
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
        loaded = start._load(resources, (), 5.0, ("leaf-only", "no\x1bsuch"))
    assert isinstance(loaded, Failure)
    assert "no\\x1bsuch" in loaded.message
    assert "lab --list" in loaded.hint
