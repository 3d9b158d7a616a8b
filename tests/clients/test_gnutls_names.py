"""The model of GnuTLS: host names, distinguished names and name constraints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.clients.making import (
    BMP,
    HOST,
    PRINTABLE,
    T61,
    Ext,
    Shape,
    attribute,
    ext,
    general_name,
    name,
    pki,
    san,
)
from tests.clients.test_gnutls_engine import ask
from tui_chain.clients.engines.gnutls.alternative_names import DNS, IP, MAIL, AltName
from tui_chain.clients.engines.gnutls.constraints import GnuTLSConstraints
from tui_chain.clients.engines.gnutls.names import host_matches, same_name
from tui_chain.x509.der import CONTEXT, SEQUENCE, encode

LIMITS = "2.5.29.30"


def constraints(*permitted: bytes, excluded: Sequence[bytes] = ()) -> Ext:
    trees = [(CONTEXT, permitted), (CONTEXT + 1, excluded)]
    sides = (encode(tag, *(encode(SEQUENCE, one) for one in names)) for tag, names in trees if names)
    return Ext(LIMITS, encode(SEQUENCE, *sides), critical=True)


@pytest.mark.parametrize(
    ("names", "host", "good"),
    [
        (["www.example.test"], "WWW.example.TEST", True),
        (["www.example.test"], "www.example.test.", False),
        (["www.example.test."], "www.example.test.", True),
        (["*.example.test"], "www.example.test", True),
        (["*.example.test"], ".example.test", True),
        (["*w.example.test"], "www.example.test", True),
        (["w*.example.test"], "www.example.test", False),
        (["*.example.test"], "a.www.example.test", False),
        (["*.test"], "example.test", False),
        (["*.x.test."], "a.x.test.", False),
        (["a_b.example.test"], "a_b.example.test", True),
        (["www.\x7f.test"], "www.\x7f.test", False),
    ],
)
def test_host_names(names: list[str], host: str, good: bool) -> None:
    assert host_matches([one.encode() for one in names], host) is good


@pytest.mark.parametrize(
    ("entries", "common", "host", "good"),
    [
        (["192.0.2.1"], "x", "192.0.2.1", True),
        (["::ffff:192.0.2.1"], "x", "192.0.2.1", False),
        (["2001:db8::1"], "x", "2001:db8::1", True),
        ([encode(0x82, b"192.0.2.1")], "x", "192.0.2.1", False),
        ([], HOST, HOST, True),
        ([], "192.0.2.1", "192.0.2.1", False),
        ([encode(0x81, b"a@example.test")], HOST, HOST, True),
        (["192.0.2.1"], HOST, HOST, False),
        ([encode(0x86, b"https://x/")], HOST, HOST, False),
        ([encode(0x81, b"a" * 256)], HOST, HOST, False),
        ([encode(0xA4, encode(SEQUENCE))], HOST, HOST, True),
    ],
)
def test_addresses_and_common_names(entries: list[str | bytes], common: str, host: str, good: bool) -> None:
    without = () if entries else ("2.5.29.17",)
    exts = (san(*entries),) if entries else ()
    made = pki(leaf_shape=Shape(subject=name(common), exts=exts, without=without))
    assert ask([made.leaf, made.inter], [made.root], host).ok is good


def test_a_second_common_name_or_another_purpose_takes_the_common_name_away() -> None:
    kind = NameOID.COMMON_NAME
    two = encode(SEQUENCE, attribute(kind, HOST), attribute(kind, HOST))
    client = ext(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]))
    for shape in (Shape(subject=two), Shape(subject=name(HOST), exts=(client,))):
        made = pki(leaf_shape=replace(shape, without=("2.5.29.17",)))
        assert ask([made.leaf, made.inter], [made.root]).code == "UNEXPECTED_OWNER"


@pytest.mark.parametrize(
    ("permitted", "excluded", "entries", "good"),
    [
        (["example.test"], [], [HOST], True),
        ([".example.test"], [], [HOST], True),
        ([".www.example.test"], [], [HOST], False),
        (["other.test"], [], [HOST], False),
        (["EXAMPLE.test."], [], [HOST], True),
        ([""], [], [HOST], True),
        ([], [""], [HOST], False),
        ([], ["other.test"], [HOST], True),
        ([], ["www.example.test"], [HOST], False),
        (["example.test"], [], [HOST, "www.other.test"], False),
        ([encode(0x87, bytes((192, 0, 2, 0, 255, 255, 255, 0)))], [], [HOST, "192.0.2.9"], True),
        ([encode(0x87, bytes((192, 0, 2, 0, 255, 255, 255, 0)))], [], [HOST, "192.0.3.9"], False),
        ([encode(0x87, bytes((192, 0, 2, 0, 255, 255, 255, 0)))], [], [HOST, "2001:db8::1"], True),
        ([encode(0x87, bytes((192, 0, 2, 0, 255, 0, 255, 0)))], [], [HOST], False),
        ([encode(0x81, b"example.test")], [], [HOST, encode(0x81, b"a@example.test")], True),
        ([encode(0x81, b"example.test")], [], [HOST, encode(0x81, b"a@x.example.test")], False),
        ([encode(0x81, b".example.test")], [], [HOST, encode(0x81, b"a@x.example.test")], True),
        ([encode(0x86, b"example.test")], [], [HOST, encode(0x86, b"https://x/")], True),
        ([], [encode(0x86, b"example.test")], [HOST, encode(0x86, b"https://x/")], False),
        ([], [encode(0x86, b"example.test")], [HOST], True),
        ([encode(0xA4, name("x"))], [], [HOST], True),
        ([], [encode(0xA4, name("x"))], [HOST], False),
        ([encode(0x88, b"\x2a\x03")], [], [HOST], False),
        (["a..test"], [], [HOST], False),
    ],
)
def test_name_constraints(
    permitted: list[str | bytes], excluded: list[str | bytes], entries: list[str | bytes], good: bool
) -> None:
    sides = [[one if isinstance(one, bytes) else general_name(one) for one in side] for side in (permitted, excluded)]
    shape = Shape(exts=(constraints(*sides[0], excluded=sides[1]),))
    made = pki(top=shape, leaf_shape=Shape(exts=(san(*entries),)))
    assert (ask([made.leaf, made.inter], [made.root]).code != "SIGNER_CONSTRAINTS_FAILURE") is good


def test_permitted_trees_intersect_and_nothing_left_forbids_all() -> None:
    above = GnuTLSConstraints((AltName(DNS, b"example.test"), AltName(IP, bytes(8))), ())
    below = above.under(constraints(general_name("a.example.test"), general_name("other.test")).value)
    assert below.permitted == (AltName(DNS, b"a.example.test"), AltName(IP, bytes(8)))
    empty = below.under(constraints(general_name("www.other.test")).value)
    assert empty.permitted == (AltName(IP, bytes(8)),)
    assert empty.excluded == (AltName(DNS, b""),)
    mail = GnuTLSConstraints((AltName(MAIL, b"example.test"),)).under(
        constraints(encode(0x81, b"a@example.test")).value
    )
    assert mail.permitted == (AltName(MAIL, b"a@example.test"),)


def test_names_are_equal_whatever_their_string_type() -> None:
    assert same_name(name("A, b"), name("A, b", tag=PRINTABLE))
    assert same_name(name("A"), name("A", tag=T61))
    kind = NameOID.COMMON_NAME
    wide = attribute(kind, "A".encode("utf-16-be"), BMP)
    assert same_name(encode(SEQUENCE, attribute(kind, "A")), encode(SEQUENCE, wide))
    assert not same_name(name("A"), name("a"))
    assert same_name(encode(SEQUENCE), encode(SEQUENCE))
    assert not same_name(name(""), name("", organization=""))
