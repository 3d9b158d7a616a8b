from __future__ import annotations

import ipaddress
import string
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import assume, given
from hypothesis import strategies as st
from OpenSSL import crypto

from tests.support.programs import require_program
from tests.x509.forge import BMP, IA5, NUMERIC, ORGANIZATION, PRINTABLE, T61, UNIVERSAL, UTF8, Forgery, name, rdn
from tests.x509.relaxed import relaxed
from tui_chain.lab.authority import Template, self_signed_leaf, to_pem
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import SEQUENCE, SET, element, encode
from tui_chain.x509.distinguished_names import DistinguishedName
from tui_chain.x509.name_constraints import NameConstraints, Subtrees, name_constraints
from tui_chain.x509.names import AlternativeNames, canonical, common_name, general_names, parse_ip, rfc4514

NOW = datetime.now(UTC)
ENCODINGS = {UTF8: "utf-8", BMP: "utf-16-be", UNIVERSAL: "utf-32-be"}
TYPES = st.sampled_from([UTF8, PRINTABLE, T61, IA5, NUMERIC, BMP, UNIVERSAL])
WORDS = st.text(alphabet="aAbBéÉ \t\n\x0b\x0c\r\x1c\x1f\x85\xa01ıİ", max_size=6)


def _value(text: str, tag: int) -> bytes:
    return text.encode(ENCODINGS.get(tag, "latin-1"))


def _openssl_hash(subject: bytes) -> int:
    der = Forgery(subject=subject, issuer=subject).der
    return crypto.load_certificate(crypto.FILETYPE_ASN1, der).subject_name_hash()


CHANGES = st.sampled_from([str, str.upper, str.lower, "{}\n".format, "\x0b{}".format, "\xa0{}".format, "{}a".format])


@relaxed
@given(TYPES, TYPES, WORDS, CHANGES)
def test_names_are_equal_where_openssl_says_so(one: int, two: int, first: str, change: Callable[[str], str]) -> None:
    second = change(first)
    assume(all(ord(char) < 256 for char in first + second) or {one, two} <= set(ENCODINGS))
    left, right = name(_value(first, one), one), name(_value(second, two), two)
    try:
        same = _openssl_hash(left) == _openssl_hash(right)
    except crypto.Error:
        assume(False)
    assert (DistinguishedName.from_der(left).canonical == DistinguishedName.from_der(right).canonical) is same


def test_case_and_space_and_type_do_not_tell_names_apart() -> None:
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("Test  CA", " test ca ", "TEST\tCA")
    ]
    assert len({canonical(each) for each in names}) == 1
    assert canonical(names[0]) == DistinguishedName.from_der(name("test ca", PRINTABLE)).canonical
    assert canonical(names[0]) != DistinguishedName.from_der(name("test\xa0ca")).canonical


def test_the_order_inside_one_relative_name_does_not_count_but_that_of_them_does() -> None:
    pairs = rdn(b"a")[2:], rdn(b"b", kind=ORGANIZATION)[2:]
    one, two = (DistinguishedName.from_der(encode(SEQUENCE, encode(SET, *each))) for each in (pairs, pairs[::-1]))
    assert one.canonical == two.canonical
    split = [encode(SET, each) for each in pairs]
    one, two = (DistinguishedName.from_der(encode(SEQUENCE, *each)) for each in (split, split[::-1]))
    assert one.canonical != two.canonical


@relaxed
@given(st.text(alphabet=string.printable + "é#", min_size=1, max_size=30))
def test_text_is_that_of_cryptography(value: str) -> None:
    made = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, value), x509.NameAttribute(NameOID.USER_ID, "u")])
    expected = made.rfc4514_string()
    if expected.isprintable():
        assert rfc4514(made) == expected


def test_names_without_words() -> None:
    assert rfc4514(x509.Name([])) == "(empty name)"
    assert common_name(x509.Name([])) is None
    assert DistinguishedName.from_der(name(b"\xff\xfe")).text == "CN=��"
    assert DistinguishedName.from_der(name(b"\1\2", 4)).text == "CN=#0102"
    assert DistinguishedName.from_der(name("\x1b[2J")).common_name == r"\x1b[2J"


def test_parse_ip() -> None:
    assert parse_ip("192.0.2.1") == ipaddress.ip_address("192.0.2.1")
    assert parse_ip("fe80::1%eth0") == ipaddress.ip_address("fe80::1")
    assert parse_ip("192.0.2.1%eth0") is None
    assert parse_ip("192.0.2") is None
    assert parse_ip("a.test") is None


NAMES = ("a.example.test", "*.b.example.test", "*.test", "trail.example.test.", "*", "w.*.example.test")
HOSTS = [
    ("a.example.test", True),
    ("A.EXAMPLE.test", True),
    ("x.b.example.test", True),
    ("xn--bcher-kva.b.example.test", True),
    ("x.y.b.example.test", False),
    ("b.example.test", False),
    ("_x.b.example.test", False),
    ("example.test", False),
    ("test", False),
    ("w.x.example.test", False),
    ("trail.example.test", False),
    ("a.example.test..", False),
    ("192.0.2.7", True),
    ("192.0.2.8", False),
    ("2001:db8::7", True),
    ("2001:DB8:0::7", True),
    ("::ffff:192.0.2.7", False),
]


@pytest.mark.parametrize(("host", "covered"), HOSTS)
def test_hosts_are_covered_as_openssl_covers_them(host: str, covered: bool, tmp_path: Path) -> None:
    openssl = require_program("openssl")
    others = (x509.DNSName(each) for each in NAMES)
    addresses = (x509.IPAddress(ipaddress.ip_address(each)) for each in ("192.0.2.7", "2001:db8::7"))
    template = Template(extensions=((x509.SubjectAlternativeName([*others, *addresses]), False),))
    leaf = self_signed_leaf(("cn-only.test",), now=NOW, template=template)
    assert Certificate(leaf.der).alternative_names.covers(host) is covered
    file = tmp_path / "leaf.pem"
    file.write_bytes(to_pem([leaf.der]))
    option = "-checkhost" if parse_ip(host) is None else "-checkip"
    command = [str(openssl), "x509", "-in", str(file), "-noout", option, host]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    assert ("does match" in said) is covered


def test_the_dot_of_the_root_and_the_common_name_do_not_count() -> None:
    names = AlternativeNames(("a.test",))
    assert names.covers("a.test.")
    assert not AlternativeNames(("a.test.",)).covers("a.test")
    assert not AlternativeNames().covers("")
    leaf = Certificate(self_signed_leaf(("a.test",), now=NOW).der)
    assert leaf.common_name == "a.test"
    only_other = Template(extensions=((x509.SubjectAlternativeName([x509.DNSName("b.test")]), False),))
    assert not Certificate(self_signed_leaf(("a.test",), now=NOW, template=only_other).der).alternative_names.covers(
        "a.test"
    )


def test_networks_and_other_names_cover_no_host() -> None:
    other_names = [
        x509.RFC822Name("a@b.test"),
        x509.UniformResourceIdentifier("https://u.test/"),
        x509.IPAddress(ipaddress.ip_network("192.0.2.0/24")),
        x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "d")])),
        x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\5\0"),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
    ]
    template = Template(extensions=((x509.SubjectAlternativeName(other_names), False),))
    names = Certificate(self_signed_leaf(now=NOW, template=template).der).alternative_names
    assert not names
    assert not names.covers("192.0.2.1")
    assert names.others == ("email:a@b.test", "URI:https://u.test/", "directory:CN=d", "other:1.2.3", "OID:1.2.3")


def test_general_names_pass_over_what_cannot_be_read() -> None:
    parts = (encode(0x82, b"a.test"), encode(0xA3, b""), encode(0x87, bytes(5)), encode(0x87, bytes([192, 0, 2, 1])))
    names = general_names(element(encode(SEQUENCE, *parts)))
    assert names == AlternativeNames(("a.test",), (ipaddress.IPv4Address("192.0.2.1"),))


def _constraints(permitted: list[x509.GeneralName], excluded: list[x509.GeneralName]) -> NameConstraints:
    return name_constraints(x509.NameConstraints(permitted or None, excluded or None))


def test_name_constraints_are_held_by_their_kind() -> None:
    space = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "DE")])
    network = ipaddress.ip_network("192.0.2.0/24")
    names = [x509.DNSName("Corp.test"), x509.IPAddress(network), x509.DirectoryName(space), x509.RFC822Name("a.test")]
    found = _constraints(names, [x509.DNSName("secret.corp.test")])
    assert found.permitted.dns == ("corp.test",)
    assert found.permitted.ips == (network,)
    assert found.permitted.directories == (canonical(space),)
    assert found.permitted.texts == ("DNS:Corp.test", "IP:192.0.2.0/24", "directory:C=DE", "email:a.test")
    assert found.excluded == Subtrees(("secret.corp.test",), texts=("DNS:secret.corp.test",))
    assert found.texts[-1] == "excluded DNS:secret.corp.test"
    assert found.texts[0] == "permitted DNS:Corp.test"
