"""Every server program says what its administrator needs."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.support.unsafe import unsafe_in
from tui_chain import servers as package
from tui_chain.net.target import Target
from tui_chain.servers.registry import NO_SERVERS, server_lines, servers
from tui_chain.servers.server import Installation, Server

PLACE = Installation("host.test", "/etc/ssl/host.test-chain.pem", "/etc/ssl/private/host.test.key", "host.test", 443)
SERVERS = pytest.mark.parametrize("server", servers(), ids=lambda server: server.name)


def test_every_module_is_a_server() -> None:
    modules = {path.stem for path in Path(str(package.__file__)).parent.glob("*.py")} - {"__init__"}
    assert len(servers()) == len(modules - NO_SERVERS)
    assert modules >= NO_SERVERS


def test_no_two_are_alike() -> None:
    assert len({server.name for server in servers()}) == len(servers())
    assert len({server.place for server in servers()}) == len(servers())


@SERVERS
def test_a_server_says_where_the_file_goes_and_how_it_comes_into_force(server: Server) -> None:
    made = server.lines(PLACE)
    assert made.server.startswith(server.name)
    assert "host.test" in made.code
    assert any(name in made.code for name in (PLACE.chain, PLACE.chain.removesuffix(".pem"), "host.test-chain.pem"))
    assert made.reload
    assert not unsafe_in(made.code + made.note)
    for command in filter(None, (made.check, made.reload, made.first)):
        assert shlex.split(command)


@SERVERS
def test_a_server_is_shown_first_where_it_is_likely(server: Server) -> None:
    likely = [Target("host.test", 1, starttls) for starttls in server.starttls]
    likely += [Target("host.test", port) for port in server.ports]
    for target in likely:
        owners = [one for one in servers() if one.owns(target)]
        shown = [made.server for made in server_lines("host.test", endpoint=target)]
        assert server in owners
        assert [one.lines(PLACE).server for one in owners] == shown[: len(owners)]
        assert (len(shown) == len(owners)) is (target.starttls is not None)
    general = any(made.server.startswith(server.name) for made in server_lines("host.test"))
    assert general is not server.only


def test_an_address_stands_in_brackets_before_a_port() -> None:
    made = "\n".join(each.code for each in server_lines("six", endpoint=Target("::1", 8443)))
    assert "[::1]:8443" in made
