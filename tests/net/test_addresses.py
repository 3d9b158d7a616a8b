from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.network import answering, record_connections
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab
from tui_chain.net.addresses import (
    MAX_CONNECTIONS,
    BoundReachedError,
    FetchRefusedError,
    Permission,
    PrivateConsent,
    Reach,
    permission,
    port_refusal,
    reach,
    read_socket_address,
    socket_address,
)
from tui_chain.net.fetch import fetch

NAT64 = IPv6Network("64:ff9b::/96")
REACH = {
    Reach.PUBLIC: ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"),
    Reach.LOOPBACK: (
        "127.0.0.1",
        "127.255.255.254",
        "::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        # Linux connects both to itself
        "0.0.0.0",  # noqa: S104
        "::",
        "::ffff:0.0.0.0",
    ),
    Reach.LINK_LOCAL: ("169.254.169.254", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
    Reach.PRIVATE: (
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "64:ff9b:1::1",
        "::7f00:1",
        "100::1",
        "::ffff:10.0.0.1",
        # cloud metadata and hosts' own services
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.0.9",
        "fd00:ec2::23",
        # special ranges that some Pythons take for public
        "192.88.99.1",
        "198.18.0.1",
        "3fff::1",
        "2001:20::1",
        "2001:4:112::1",
        # private ones in other clothes: mapped, NAT64, 6to4, Teredo
        "::ffff:100.100.100.200",
        "::ffff:168.63.129.16",
        "64:ff9b::a00:1",
        "64:ff9b::6464:64c8",
        "64:ff9b::a83f:8110",
        "64:ff9b:1:fffe::808:808",
        "2002:a00:1::1",
        "2002:6464:64c8::1",
        "2002:c058:6301::1",
        "2001:0:a00:1:0:ffff:f5ff:fffe",
        "2001:0:808:808::f7f7:f7f7",
        "no address",
        "",
    ),
}


@pytest.mark.parametrize(("expected", "address"), [(kind, each) for kind, many in REACH.items() for each in many])
def test_an_address_leads_where_the_system_takes_it(expected: Reach, address: str) -> None:
    assert reach(address) is expected


@settings(database=None, deadline=None)
@given(st.integers(min_value=0, max_value=2**128 - 1).map(IPv6Address))
def test_nothing_outside_the_global_unicast_block_is_public(ip: IPv6Address) -> None:
    """RFC 4291 section 2.4: 2000::/3, and what NAT64 translates (RFC 6052)."""
    if ip.ipv4_mapped is None and reach(str(ip)) is Reach.PUBLIC:
        assert int(ip) >> 125 == 1 or ip in NAT64


@settings(database=None, deadline=None)
@given(st.integers(min_value=0, max_value=2**32 - 1).map(IPv4Address))
def test_nothing_is_public_that_any_python_calls_special(ip: IPv4Address) -> None:
    assert ip.is_global or reach(str(ip)) is not Reach.PUBLIC


def test_only_loopback_leads_to_its_own_kind_without_consent() -> None:
    public = Permission(frozenset({Reach.PUBLIC}))
    assert permission(None) == public
    assert permission("8.8.8.8") == public
    assert permission("127.0.0.1") == Permission(frozenset({Reach.PUBLIC, Reach.LOOPBACK}))
    for private in ("10.1.2.3", "169.254.169.254", "fd00::1", "192.168.0.1"):
        assert permission(private) == public
        assert permission("10.1.2.3", PrivateConsent(everywhere=True)).allows(private, 80)


def test_consent_is_to_one_address_at_one_port() -> None:
    allowed = permission("8.8.8.8").with_place(socket_address("10.0.0.1", 80))
    assert allowed.allows("10.0.0.1", 80)
    assert allowed.allows("8.8.4.4", 443)
    for address, port in (("10.0.0.1", 8080), ("10.0.0.2", 80), ("127.0.0.1", 80), ("::1", 443)):
        assert not allowed.allows(address, port)
    assert allowed != permission("8.8.8.8"), "what the one was answered is not the other's"
    assert {allowed: 1} == {permission(None).with_place(socket_address("10.0.0.1", 80)): 1}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10.0.0.1:80", "10.0.0.1:80"),
        ("[fd00::0:1]:8080", "[fd00::1]:8080"),
        (" CA.Corp.:443 ", "ca.corp:443"),
    ],
)
def test_a_place_is_read_in_every_spelling(text: str, shown: str) -> None:
    assert str(read_socket_address(text)) == shown


@pytest.mark.parametrize(
    "text",
    ["", "10.0.0.1", ":80", "10.0.0.1:0", "10.0.0.1:65536", "fd00::1:80", "10.0.0.1:٣", "a:b:80", "10.0.0.1:22"],
)
def test_what_is_no_place_is_said(text: str) -> None:
    assert isinstance(read_socket_address(text), Failure)


@pytest.mark.parametrize("port", [1, 21, 22, 25, 79, 81, 110, 389, 442, 444, 636, 993, 1023])
def test_ports_of_the_system_are_never_asked(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    connected = record_connections(monkeypatch)
    for scheme in ("http", "https"):
        with pytest.raises(FetchRefusedError, match=f"port {port} is never asked"):
            asyncio.run(fetch(f"{scheme}://127.0.0.1:{port}/", allowed=Permission(frozenset(Reach))))
    assert connected == []
    assert [port_refusal(each) for each in (80, 443, 1024, 65535)] == [None] * 4


def test_a_name_is_asked_at_few_of_its_addresses_and_each_counts(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    connected = record_connections(monkeypatch)
    allowed, gone = Permission(frozenset(Reach)), lab.dead_port
    with answering(monkeypatch, tuple(f"127.0.0.{number}" for number in range(1, 200))):
        for _ in range(MAX_CONNECTIONS):
            with pytest.raises(FetchRefusedError):
                asyncio.run(fetch(f"http://many.test:{gone}/", allowed=allowed))
    assert len(connected) == allowed.connections.made == MAX_CONNECTIONS
    with pytest.raises(BoundReachedError, match="stopped after 40 connections in all"):
        asyncio.run(fetch(f"http://127.0.0.1:{gone}/", allowed=allowed))
    assert len(connected) == MAX_CONNECTIONS
