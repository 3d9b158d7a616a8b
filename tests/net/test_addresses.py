from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_chain.net.addresses import Reach, allowed_reach, reach

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


def test_aia_may_lead_to_the_public_and_to_the_hosts_own_kind() -> None:
    assert allowed_reach(None, consent=False) == {Reach.PUBLIC}
    assert allowed_reach("8.8.8.8", consent=False) == {Reach.PUBLIC}
    assert allowed_reach("127.0.0.1", consent=False) == {Reach.PUBLIC, Reach.LOOPBACK}
    assert allowed_reach("10.1.2.3", consent=False) == {Reach.PUBLIC, Reach.PRIVATE}
    assert allowed_reach(None, consent=True) == set(Reach)
