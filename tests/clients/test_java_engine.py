"""The model of Java 17, rule by rule; `tests/clients/programs/java.py` holds it against the real program."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.clients.making import (
    HOST,
    UTF8,
    Case,
    Cert,
    Ext,
    Shape,
    attribute,
    ca,
    case,
    chain_of,
    ec_key,
    ext,
    key_id,
    leaf,
    make,
    name,
    pem,
    pki,
    root,
    rsa_key,
    san,
)
from tests.clients.signing import Signing, ecdsa, oid, rsa_pkcs1, rsa_pss
from tui_chain.clients.engines.java.certificate import JavaCertificate, read_certificate
from tui_chain.clients.engines.java.names import DNS, IP, GeneralName, JavaRelation, read_name, relation
from tui_chain.clients.engines.java.order import Order, TreeSet, bucket, buckets_for, certificate_code
from tui_chain.clients.engines.java.refusal import Fatal, JavaUnreadable
from tui_chain.clients.engines.java.text import address, is_ip_literal, read_oid, read_uri, unicode_name
from tui_chain.clients.engines.java.verifier import JavaVerifier
from tui_chain.clients.engines.registry import MODELS
from tui_chain.clients.families import Engine
from tui_chain.clients.verdict import ACCEPTED, Verdict
from tui_chain.lab.authority import key_usage
from tui_chain.x509.der import BIT_STRING, CONTEXT, INTEGER, OCTET_STRING, SEQUENCE, Element, element, encode

BUILDING, VALIDATION = "PKIX path building failed", "PKIX path validation failed"
NOT_AN_ANCHOR = "TrustAnchor is not a CA certificate"
UNREAD = "CertificateParsingException"
CA_EXTENSIONS = ("2.5.29.19", "2.5.29.15", "2.5.29.14")
CA_ALL = (*CA_EXTENSIONS, "2.5.29.35")
POLICY, OTHER_POLICY = "1.2.3.4", "1.2.3.5"


def verdict(one: Case) -> Verdict:
    return JavaVerifier(one.bundle).verify(one.served, one.host, datetime.now(UTC))


def usage(*bits: str) -> Ext:
    return ext(key_usage(*bits), critical=True)


def basic(*, ca: bool, length: int | None = None) -> Ext:
    return ext(x509.BasicConstraints(ca, length), critical=True)


def authority(*fields: bytes) -> Ext:
    return Ext("2.5.29.35", encode(SEQUENCE, *fields))


def limited(*, permit: bytes | None = None, exclude: bytes | None = None) -> Shape:
    """A CA with name constraints of one subtree each."""
    trees = ((CONTEXT, permit), (CONTEXT + 1, exclude))
    value = encode(SEQUENCE, *(encode(tag, encode(SEQUENCE, base)) for tag, base in trees if base is not None))
    return Shape(exts=(Ext("2.5.29.30", value, critical=True),))


def dns(text: str) -> bytes:
    return encode(0x82, text.encode())


def policies(*wanted: str, critical: bool = False, qualifier: bytes = b"") -> Ext:
    return Ext("2.5.29.32", encode(SEQUENCE, *(encode(SEQUENCE, oid(one), qualifier) for one in wanted)), critical)


QUALIFIER = encode(SEQUENCE, encode(SEQUENCE, oid("1.3.6.1.5.5.7.2.1"), encode(0x16, b"http://cps.test/")))
EXPLICIT = Ext("2.5.29.36", encode(SEQUENCE, encode(0x80, b"\0")), critical=True)
UNKNOWN = Ext("1.2.3.4.5", b"\x05\x00", critical=True)


def subject(common_name: str) -> Shape:
    return Shape(subject=name(common_name))


def test_the_usual_chain_is_accepted() -> None:
    assert verdict(pki().case("usual")) == ACCEPTED
    assert MODELS[Engine.JAVA].name == "model of Java 17"


ACCEPTED_CASES: dict[str, Callable[[], Case]] = {
    "any bundle certificate that is a CA is an anchor": lambda: pinned(Shape()),
    "a leaf in the bundle is not even asked for its dates": lambda: trusted_leaf(Shape(days=(-20, -1))),
    "an expired anchor, in the served order": lambda: pki(top=Shape(days=(-20, -1))).case("anchor"),
    "an anchor with an unknown critical extension": lambda: pki(top=Shape(exts=(UNKNOWN,))).case("anchor"),
    "an anchor whose pathLen is too short": lambda: pki(top=Shape(exts=(basic(ca=True, length=0),))).case("anchor"),
    "an anchor with name constraints": lambda: pki(top=limited(permit=dns("other.test"))).case("anchor"),
    "an anchor of version 1": lambda: pki(top=Shape(version=1, without=CA_EXTENSIONS)).case("anchor"),
    "another order": lambda: reordered(2, 1),
    "no key ids": lambda: pki(leaf_shape=Shape(without=("2.5.29.35",)), inter=Shape(without=("2.5.29.14",))).case(
        "ids"
    ),
    "a leaf that is a CA": lambda: pki(leaf_shape=Shape(exts=(basic(ca=True),))).case("leaf"),
    "names of other string types and cases": lambda: renamed("SUITE  issuing ca", 0x13),
    "any extended key usage": lambda: usages("2.5.29.37.0"),
    "Netscape's gated cryptography": lambda: usages("2.16.840.1.113730.4.1"),
    "a CA with another extended key usage": lambda: pki(inter=eku("1.3.6.1.5.5.7.3.2")).case("eku"),
    "a self-issued CA does not count for pathLen": lambda: self_issued_below("Suite CA"),
    "a policy that all have": lambda: with_policies(POLICY, POLICY),
    "anyPolicy for a policy": lambda: with_policies("2.5.29.32.0", POLICY),
    "ten served certificates": lambda: served_times(8),
    "bytes after a served certificate": lambda: pki(leaf_shape=Shape(tail=b"\0")).case("tail"),
    "constraints that permit the name": lambda: pki(inter=limited(permit=dns("example.test"))).case("nc"),
    "constraints with a dot in front": lambda: pki(inter=limited(permit=dns(".example.test"))).case("nc"),
    "constraints of another kind": lambda: pki(inter=limited(permit=encode(0x81, b"a@b.test"))).case("nc"),
}


REFUSED_CASES: dict[str, tuple[str, Callable[[], Case]]] = {
    "an issuer that nothing has": (BUILDING, lambda: replace(pki().case("none"), bundle=pem([root("Other")]))),
    "an anchor that is no CA": (NOT_AN_ANCHOR, lambda: pinned(Shape(exts=(basic(ca=False),)))),
    "an anchor that may not sign": (NOT_AN_ANCHOR, lambda: pinned(Shape(exts=(usage("crl_sign"),)))),
    "a served CA that may not sign": (VALIDATION, lambda: pki(inter=Shape(exts=(usage("crl_sign"),))).case("ku")),
    "a served CA that is none": (VALIDATION, lambda: pki(inter=Shape(exts=(basic(ca=False),))).case("bc")),
    "a served CA of version 1": (VALIDATION, lambda: pki(inter=Shape(version=1, without=CA_ALL)).case("v1")),
    "an unknown critical extension": (VALIDATION, lambda: pki(inter=Shape(exts=(UNKNOWN,))).case("crit")),
    "a critical subjectKeyIdentifier": (VALIDATION, lambda: pki(inter=critical_key_id()).case("crit")),
    "pathLen": (VALIDATION, lambda: long_below({1: Shape(exts=(basic(ca=True, length=0),))})),
    "another AKI than the anchor's SKI": (VALIDATION, lambda: aki(authority(encode(0x80, b"other")))),
    "another AKI serial than the anchor's": (VALIDATION, lambda: aki(authority(encode(0x82, b"\x05")))),
    "one expired certificate in the served order": (
        "CertificateExpiredException",
        lambda: pki(inter=Shape(days=(-20, -1))).case("old"),
    ),
    "a leaf that is not valid yet": (
        "CertificateNotYetValidException",
        lambda: pki(leaf_shape=Shape(days=(1, 20))).case("early"),
    ),
    "a keyUsage without digitalSignature": ("KeyUsage", lambda: leaf_with(usage("key_encipherment"))),
    "a keyUsage without a bit": (VALIDATION, lambda: leaf_with(Ext("2.5.29.15", encode(BIT_STRING, b"\0\0")))),
    "another extended key usage": ("Extended key usage", lambda: usages("1.3.6.1.5.5.7.3.2")),
    "a Netscape type of clients": (
        "Netscape cert type",
        lambda: leaf_with(Ext("2.16.840.1.113730.1.1", encode(BIT_STRING, b"\x07\x80"))),
    ),
    "eleven served certificates": ("SSLProtocolException", lambda: served_times(9)),
    "policies that a CA requires": (VALIDATION, lambda: with_policies(OTHER_POLICY, POLICY)),
    "critical policies with qualifiers": (
        VALIDATION,
        lambda: pki(
            leaf_shape=Shape(exts=(policies(POLICY, critical=True, qualifier=QUALIFIER),)),
            inter=Shape(exts=(policies(POLICY),)),
        ).case("qualified"),
    ),
    "constraints that exclude the name": (
        VALIDATION,
        lambda: pki(inter=limited(exclude=dns("example.test"))).case("nc"),
    ),
    "constraints that permit other names": (
        VALIDATION,
        lambda: pki(inter=limited(permit=dns("other.test"))).case("nc"),
    ),
    "constraints that exclude a name of a wildcard": (
        VALIDATION,
        lambda: pki(names=("*.example.test",), inter=limited(exclude=dns(HOST))).case("nc", "b.example.test"),
    ),
    "an empty DNS constraint": ("RuntimeException", lambda: pki(inter=limited(permit=dns(""))).case("nc")),
    "a common name counts under constraints": (
        VALIDATION,
        lambda: pki(
            leaf_shape=replace(subject("www.bad.test"), exts=(san("192.0.2.1"),)),
            inter=limited(exclude=dns("bad.test")),
        ).case("nc", "192.0.2.1"),
    ),
    "a leaf's curve": (
        "SSLHandshakeException",
        lambda: pki(leaf_shape=Shape(key=ec_key(ec.SECP256K1()))).case("c"),
    ),
    "a CA's curve": (VALIDATION, lambda: pki(inter=Shape(key=ec_key(ec.SECP224R1()))).case("curve")),
    "duplicate extensions": (UNREAD, lambda: pki(leaf_shape=Shape(extra=(usage("crl_sign"),))).case("twice")),
    "an empty serial number": (UNREAD, lambda: pki(leaf_shape=Shape(serial=b"")).case("serial")),
    "an empty subject without a critical SAN": (
        UNREAD,
        lambda: pki(leaf_shape=Shape(subject=encode(SEQUENCE))).case("nameless"),
    ),
    "extensions in version 2": (UNREAD, lambda: pki(leaf_shape=Shape(version=2)).case("v2")),
    "other signature algorithms inside and outside": (
        UNREAD,
        lambda: pki(leaf_shape=Shape(inner=encode(SEQUENCE, oid("1.2.840.10045.4.3.3")))).case("two"),
    ),
    "garbage beside a good chain": (UNREAD, lambda: beside(b"\x30\x00")),
    "a SAN with an ediPartyName": (
        "RuntimeException",
        lambda: leaf_with(san(HOST, encode(0xA5, encode(0xA1, encode(UTF8, b"x"))))),
    ),
}


def pinned(shape: Shape) -> Case:
    own = pki(inter=shape)
    return case("pinned", (own.leaf,), (own.inter,))


def trusted_leaf(shape: Shape) -> Case:
    own = pki(leaf_shape=shape)
    return case("trusted", (own.leaf,), (own.leaf, own.root))


def reordered(*places: int) -> Case:
    made = chain_of(2)
    return case("order", (leaf(made[2]), *(made[3 - place] for place in places)), (made[0],))


def renamed(common_name: str, tag: int) -> Case:
    """The leaf names its issuer in other letters and as another string type."""
    own = pki(leaf_shape=Shape(issuer=name(common_name, tag=tag, organization="suite")))
    return own.case("renamed")


def eku(*wanted: str) -> Shape:
    return Shape(exts=(Ext("2.5.29.37", encode(SEQUENCE, *map(oid, wanted))),))


def usages(*wanted: str) -> Case:
    return pki(leaf_shape=eku(*wanted)).case("usages")


def leaf_with(extension: Ext) -> Case:
    return pki(leaf_shape=Shape(exts=(extension,))).case("leaf")


def aki(extension: Ext) -> Case:
    """The top certificate of the served order has another authorityKeyIdentifier."""
    return pki(inter=Shape(exts=(extension,))).case("aki")


def critical_key_id() -> Shape:
    key = ec_key()
    return Shape(key=key, exts=(Ext("2.5.29.14", encode(OCTET_STRING, key_id(key)), critical=True),))


def self_issued_below(title: str) -> Case:
    anchor = root()
    first = ca(title, anchor, Shape(exts=(basic(ca=True, length=0),)))
    second = ca(title, first)
    return case("self-issued", (leaf(second), second, first), (anchor,))


def long_below(shapes: dict[int, Shape]) -> Case:
    made = chain_of(2, shapes)
    return case("length", (leaf(made[2]), made[2], made[1]), (made[0],))


def with_policies(own: str, required: str) -> Case:
    inter = Shape(exts=(policies(required), EXPLICIT))
    return pki(leaf_shape=Shape(exts=(policies(own),)), inter=inter).case("policies")


def served_times(more: int) -> Case:
    own = pki()
    return case("many", (own.leaf, own.inter, *[own.inter] * more), (own.root,))


def beside(extra: bytes) -> Case:
    own = pki()
    return case("beside", (own.leaf, own.inter, extra), (own.root,))


@pytest.mark.parametrize("title", ACCEPTED_CASES)
def test_what_is_accepted(title: str) -> None:
    assert verdict(ACCEPTED_CASES[title]()) == ACCEPTED


@pytest.mark.parametrize("title", REFUSED_CASES)
def test_what_is_refused(title: str) -> None:
    code, made = REFUSED_CASES[title]
    found = verdict(made())
    assert (found.ok, found.code) == (False, code)
    assert found.error


# -- paths


def test_the_served_order_is_not_left_where_it_leads_to_an_anchor() -> None:
    """Validation does not fall back to building: an expired cross certificate kills a good leaf."""
    anchor, old = root("New Root"), root("Old Root")
    inter = ca("Suite CA", anchor)
    expired = make(
        Shape(key=anchor.key, subject=anchor.subject, days=(-20, -1)), b"", old, lambda _: (basic(ca=True),), (0, 1)
    )
    own = leaf(inter)
    assert verdict(case("cross", (own, inter, expired), (anchor, old))) == ACCEPTED
    assert verdict(case("cross", (own, inter, expired), (old,))).code == "CertificateExpiredException"


def test_building_tries_another_certificate_of_the_issuer_name() -> None:
    own, twin = pki(), ca("Suite Issuing CA", root())
    assert verdict(case("twins", (own.leaf, own.root, twin, own.inter), (own.root,))) == ACCEPTED


def test_building_asks_anchors_for_dates_from_the_second_link_on() -> None:
    own, old = pki(top=Shape(days=(-20, -1))), Shape(days=(-20, -1))
    unrelated = leaf(None, names=("other.test",))
    assert verdict(case("old", (own.leaf, unrelated, own.inter), (own.root,))).code == BUILDING
    direct = root(shape=old)
    assert verdict(case("direct", (leaf(direct), unrelated), (direct,))) == ACCEPTED


def test_building_takes_at_most_five_intermediates() -> None:
    for length, ok in ((5, True), (6, False)):
        made = chain_of(length)
        served = (leaf(made[-1]), leaf(None, names=("x.test",)), *made[:0:-1])
        assert verdict(case("long", served, (made[0],))).ok is ok


def test_a_choice_that_changes_from_run_to_run_is_refused() -> None:
    key = ec_key()
    good, bad = root(shape=Shape(key=key)), root(shape=Shape(key=key, exts=(basic(ca=False),)))
    found = verdict(case("chance", (leaf(good),), (good, bad)))
    assert found.code == NOT_AN_ANCHOR
    assert "from run to run" in (found.error or "")


def test_the_refused_certificate_is_named() -> None:
    own = pki(inter=Shape(days=(-20, -1)))
    assert verdict(own.case("old")).certificate == read_certificate(own.inter.der).sha256


def test_the_time_of_verification_counts() -> None:
    one = pki().case("later")
    assert not JavaVerifier(one.bundle).verify(one.served, HOST, datetime.now(UTC) + timedelta(days=100)).ok


# -- hosts


@pytest.mark.parametrize(
    ("host", "names", "ok"),
    [
        ("www.example.test", ("www.example.test",), True),
        ("WWW.Example.TEST.", ("www.example.test",), True),
        ("www.example.test", ("www.example.test.",), False),
        ("www.example.test", ("w*w.example.test",), True),
        ("www.example.test", ("*.*.test",), True),
        ("www.example.test", ("*.test",), False),
        ("example.com", ("*.com",), True),
        ("localhost", ("*",), False),
        ("a_b.test", ("a_b.test",), False),
        ("192.0.2.1", ("192.0.2.1",), True),
        ("192.0.2.1", ("::ffff:192.0.2.1",), True),
        ("192.0.2.2", ("192.0.2.1",), False),
        ("::1", ("::1",), True),
        ("xn--bcher-kva.test", ("xn--bcher-kva.test",), True),
        ("xn--bcher-kva.test", ("xn--*.test",), False),
        ("xn--bcher-kva.test", ("*.test",), True),
    ],
)
def test_hosts(host: str, names: tuple[str, ...], ok: bool) -> None:
    found = verdict(pki(names=names).case("host", host))
    assert (found.ok, found.code) == ((True, None) if ok else (False, "HostnameMismatch"))


@pytest.mark.parametrize(
    ("common_name", "alternatives", "host", "ok"),
    [
        ("*.example.test", (), HOST, True),
        (HOST, ("192.0.2.1",), HOST, True),
        (HOST, ("other.test",), HOST, False),
        ("192.0.2.1", (), "192.0.2.1", False),
        ("ＷＷＷ.example.test", (), HOST, False),
    ],
)
def test_the_common_name_counts_where_there_is_no_dns_name(
    common_name: str, alternatives: tuple[str, ...], host: str, ok: bool
) -> None:
    shape = subject(common_name)
    if not alternatives:
        shape = replace(shape, without=("2.5.29.17",))
    assert verdict(pki(leaf_shape=shape, names=alternatives).case("cn", host)).ok is ok


def test_checking_constraints_adds_an_address_in_the_common_name() -> None:
    """A defect of Java: the host check then finds the address in the parsed subjectAltName."""
    constrained = limited(permit=encode(0x87, bytes((192, 0, 2, 0, 255, 255, 255, 0))))
    for inter, ok in ((Shape(), False), (constrained, True)):
        assert verdict(pki(leaf_shape=subject("192.0.2.1"), inter=inter).case("ip", "192.0.2.1")).ok is ok


# -- trust files


def test_a_file_of_any_label_der_or_pkcs7() -> None:
    own = pki()
    text = pem([own.root])
    signed = encode(CONTEXT, encode(SEQUENCE, encode(INTEGER, b"\1"), encode(0x31), encode(CONTEXT, own.root.der)))
    pkcs7 = encode(SEQUENCE, oid("1.2.840.113549.1.7.2"), signed)
    for good in (
        b"# a comment\n" + text,
        text.replace(b"\n", b"\r\n"),
        text.replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE"),
        text + text,
        own.root.der,
        own.root.der + text,
        pkcs7,
        text.replace(b"=", b""),
    ):
        assert verdict(replace(own.case("file"), bundle=good)) == ACCEPTED


def test_one_block_that_cannot_be_read_loses_the_file() -> None:
    own = pki()
    text = pem([own.root])
    twice = pki(top=Shape(extra=(usage("crl_sign"),))).root
    for bad in (
        b"",
        b"no certificate",
        b"\xef\xbb\xbf" + text,
        text + b"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
        text[:100] + text,
        text.rstrip() + text,
        text + pem([twice]),
        text + pem([own.root.der + b"\0"]),
        text.replace(b"\nMI", b"\nProc-Type: 4\n\nMI"),
        text + b"-----BEGIN CERTIFICATE-----\n",
    ):
        assert verdict(replace(own.case("file"), bundle=bad)).code == "trust store"


def test_a_root_with_pss_parameters_that_java_does_not_know_loses_the_file() -> None:
    own = pki()
    odd = encode(
        SEQUENCE, oid("1.2.840.113549.1.1.10"), encode(SEQUENCE, encode(CONTEXT + 3, encode(INTEGER, b"\2")))
    )
    other = root(shape=Shape(inner=odd, outer=odd))
    assert verdict(case("pss", (own.leaf, own.inter), (own.root, other))).code == "trust store"


@pytest.mark.parametrize(
    ("signing", "ok"),
    [
        (rsa_pss(), True),
        (rsa_pss("sha512", 64, "sha256"), True),
        (rsa_pkcs1("sha1"), True),
        (rsa_pkcs1("sha224"), True),
        (rsa_pkcs1("md5"), False),
        (rsa_pkcs1("sha256", encode(SEQUENCE)), False),
    ],
)
def test_signatures(signing: Signing, ok: bool) -> None:
    own = pki(inter=Shape(key=rsa_key()), leaf_shape=Shape(signing=signing))
    assert verdict(own.case("signature")).ok is ok


@pytest.mark.parametrize(
    ("parameters", "ok"), [((), True), ((oid("1.2.840.10045.3.1.7"),), True), ((oid("1.3.132.0.34"),), False)]
)
def test_ecdsa_may_name_the_curve_of_the_key(parameters: tuple[bytes, ...], ok: bool) -> None:
    assert verdict(pki(leaf_shape=Shape(signing=ecdsa("sha256", *parameters))).case("curve")).ok is ok


def test_garbage_is_a_verdict() -> None:
    verifier = JavaVerifier(pem([root()]))
    for served in ((), (b"",), (b"\x30",), (b"\x30\x03\x02\x01\x00",), (b"text",)):
        assert not verifier.verify(served, HOST, datetime.now(UTC)).ok


# -- names, texts, order


def parsed(one: Cert) -> JavaCertificate:
    return read_certificate(one.der)


def test_names_are_compared_without_case_and_runs_of_spaces() -> None:
    kind = x509.NameOID.COMMON_NAME
    texts = ("Suite CA", "suite  ca ", " SUITE CA")
    assert len({read_name(encode(SEQUENCE, attribute(kind, text))).rdns for text in texts}) == 1
    assert read_name(encode(SEQUENCE, attribute(kind, "a", 0x14))) != read_name(
        encode(SEQUENCE, attribute(kind, "a"))
    )
    with pytest.raises(JavaUnreadable):
        read_name(encode(SEQUENCE, encode(SEQUENCE)))


@pytest.mark.parametrize(
    ("kind", "base", "other", "found"),
    [
        (DNS, "a.test", "A.test", JavaRelation.MATCH),
        (DNS, "a.test", "b.a.test", JavaRelation.NARROWS),
        (DNS, "b.a.test", "a.test", JavaRelation.WIDENS),
        (DNS, "a.test", "ba.test", JavaRelation.SAME_TYPE),
        (DNS, ".a.test", "b.a.test", JavaRelation.NARROWS),
        (DNS, ".a.test", "a.test", JavaRelation.WIDENS),
        (IP, b"\xc0\0\2\0\xff\xff\xff\0", b"\xc0\0\2\1", JavaRelation.NARROWS),
        (IP, b"\xc0\0\2\0\xff\xff\xff\0", b"\xc0\0\3\1", JavaRelation.SAME_TYPE),
        (IP, b"\xc0\0\2\0\xff\xff\xff\0", b"\xc0\0\0\0\xff\xff\0\0", JavaRelation.WIDENS),
        (IP, b"\x0a\0\0\0\xff\0\0\0", b"\x0a" + bytes(15), JavaRelation.NARROWS),
    ],
)
def test_relations(kind: int, base: str | bytes, other: str | bytes, found: JavaRelation) -> None:
    assert relation(GeneralName(kind, base), GeneralName(kind, other)) is found
    assert relation(GeneralName(kind, base), GeneralName(1, "a@b")) is JavaRelation.OTHER_TYPE


def test_relations_that_java_fails_to_tell() -> None:
    for kind, base, other in ((DNS, "", "a.test"), (IP, bytes(32), bytes(4)), (0, b"", b"")):
        with pytest.raises(Fatal):
            relation(GeneralName(kind, base), GeneralName(kind, other))


def test_uris() -> None:
    assert read_uri("http://u@www.test:80/x?y#z").host == "www.test"
    assert read_uri("http://[::1]/").host == "[::1]"
    assert read_uri("urn:a:b").host is None
    assert read_uri("http://a_b.test/").host is None
    for bad in ("", "www.test", "http://", "http://[::1", "http://a b/", "http://www.test./", "http://a/%zz"):
        with pytest.raises(JavaUnreadable):
            read_uri(bad)


def test_texts() -> None:
    assert unicode_name("XN--bcher-KVA.test") == "bücher.test"
    assert unicode_name("a..test") is None
    assert address("1.2.3") == b"\1\2\0\3"
    assert address("::ffff:1.2.3.4") == b"\1\2\3\4"
    assert is_ip_literal("127.1")
    assert not is_ip_literal("1.2.3.4.5")
    assert read_oid(oid_element("1.2.3.4")) == "1.2.3.4"


def oid_element(dotted: str) -> Element:
    return element(oid(dotted))


def test_hashes_are_those_of_java() -> None:
    assert certificate_code(bytes((1, 2, 3))) == 30817
    assert certificate_code(b"\xff") == 30
    assert (buckets_for(16, 3), buckets_for(2, 2), buckets_for(3, 3), buckets_for(16, 13)) == (16, 4, 4, 32)
    assert bucket(0x10000, 16) == 1


def test_candidates_with_the_key_id_come_first_and_later_ones_before_earlier() -> None:
    anchor = root()
    first, second = ca("Suite CA", anchor), ca("Suite CA", anchor)
    child = leaf(second)
    order = Order([parsed(anchor).subject], parsed(child))
    assert order.sort([parsed(first), parsed(second)]) == [parsed(second), parsed(first)]
    assert order.sort([parsed(second), parsed(first)]) == [parsed(second), parsed(first)]
    nameless = Order([], parsed(leaf(second, Shape(without=("2.5.29.35",)))))
    assert nameless.sort([parsed(first), parsed(second)]) == [parsed(second), parsed(first)]
    assert nameless.sort([parsed(first), parsed(anchor)]) == [parsed(anchor), parsed(first)]


def test_a_tree_set_keeps_its_order_over_many_items() -> None:
    items = [parsed(root(f"Root {number}")) for number in range(10)]
    places = {item: place for place, item in enumerate(items)}
    tree = TreeSet(lambda one, other: places[one] < places[other])
    for item in (*items[5:], *items[4::-1], *items):
        tree.add(item)
    assert tree.items() == items


def test_a_file_is_decoded_as_java_decodes_base64() -> None:
    own = pki()
    block = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(own.root.der) + b"\n-----END CERTIFICATE-----"
    assert verdict(replace(own.case("line"), bundle=block)) == ACCEPTED


@pytest.mark.parametrize(("unused", "ok"), [(0, True), (4, True), (5, False), (8, False)])
def test_bits_of_a_signature_that_are_called_unused_are_cleared(unused: int, ok: bool) -> None:
    """DerValue.getBitString, held against Java 17: a signature that ends in four zero bits loses nothing by it."""
    own = pki()
    one = own.leaf
    while int.from_bytes(one.der[-1:], "big") & 0x1F != 0x10:
        one = leaf(own.inter)
    signature = tuple(element(one.der).children())[2]
    place = signature.after - len(signature.content)
    changed = one.der[:place] + bytes([unused]) + one.der[place + 1 :]
    verdict = JavaVerifier(own.case("unused").bundle).verify((changed, own.inter.der), HOST, datetime.now(UTC))
    assert verdict.ok is ok
