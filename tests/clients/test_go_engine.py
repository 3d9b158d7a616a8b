"""The model of Go, rule by rule; `tests/clients/programs/go.py` holds it against the real program."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.clients.making import (
    HOST,
    IA5,
    PRINTABLE,
    UNIVERSAL,
    USUAL,
    UTF8,
    Case,
    Ext,
    Shape,
    attribute,
    ca,
    case,
    ec_key,
    ed448_key,
    ed25519_key,
    leaf,
    name,
    pem,
    pki,
    root,
    rsa_key,
    san,
)
from tests.clients.model_cases import ANY, CLIENT, address, basic, constraints, dns, purposes, uri
from tests.clients.signing import NULL, Signing, ecdsa, oid, rsa_pkcs1, rsa_pss
from tui_chain.clients.engines.go.verifier import REASONS, GoVerifier
from tui_chain.clients.engines.registry import MODELS
from tui_chain.clients.families import Engine
from tui_chain.clients.verdict import ACCEPTED, Verdict
from tui_chain.x509.der import SEQUENCE, SET, encode


def judged(one: Case) -> Verdict:
    return GoVerifier(one.bundle).verify(one.served, one.host, datetime.now(UTC))


def code(one: Case) -> object:
    return judged(one).code


def test_a_usual_chain_is_accepted() -> None:
    assert judged(pki().case("usual")) == ACCEPTED
    assert MODELS[Engine.GO].name == "model of Go 1.19"


def test_a_refusal_names_the_certificate() -> None:
    chain = pki(inter=Shape(days=(-9, -1)))
    verdict = judged(chain.case("expired"))
    assert verdict.code == "Expired"
    assert verdict.error == REASONS["Expired"]
    assert verdict.certificate == hashlib.sha256(chain.inter.der).hexdigest()


def test_anything_but_a_certificate_is_malformed() -> None:
    chain = pki()
    for served in (
        (b"", chain.inter.der),
        (chain.leaf.der, b"hello"),
        (chain.leaf.der, chain.inter.der, b"\x30\x03ab"),
    ):
        assert GoVerifier(pem([chain.root])).verify(served, HOST, datetime.now(UTC)).code == "MalformedCertificate"
    assert GoVerifier(b"").verify((), HOST, datetime.now(UTC)).code == "NoCertificate"


def test_a_trust_file_without_certificates_knows_no_issuer() -> None:
    served = pki().case("usual").served
    for bundle in (b"", b"\xff\x00", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"):
        assert GoVerifier(bundle).verify(served, HOST, datetime.now(UTC)).code == "UnknownAuthority"


def test_an_intermediate_is_an_anchor_and_its_dates_count() -> None:
    chain = pki()
    assert judged(case("pinned", (chain.leaf,), (chain.inter,))).ok
    old = pki(inter=Shape(days=(-9, -1)))
    assert code(case("pinned", (old.leaf,), (old.inter,))) == "Expired"


def test_a_pinned_leaf_needs_host_dates_and_purpose() -> None:
    anchor = root()
    good, old, client = (
        leaf(anchor),
        leaf(anchor, Shape(days=(-9, -1))),
        leaf(anchor, Shape(exts=(purposes(CLIENT),))),
    )
    assert judged(case("pinned", (good,), (good,))).ok
    assert code(case("pinned", (good,), (good,), "other.test")) == "HostnameError"
    assert code(case("pinned", (old,), (old,))) == "Expired"
    assert code(case("pinned", (client,), (client,))) == "IncompatibleUsage"


def test_both_ends_of_the_validity_count() -> None:
    chain = pki()
    one, verifier = chain.case("usual"), GoVerifier(pem([chain.root]))
    certificate = x509.load_der_x509_certificate(chain.leaf.der)
    for end, outside in ((certificate.not_valid_before_utc, -1), (certificate.not_valid_after_utc, 1)):
        assert verifier.verify(one.served, HOST, end).ok
        assert verifier.verify(one.served, HOST, end + timedelta(seconds=outside)).code == "Expired"


def test_order_duplicates_and_unrelated_ones_do_not_matter() -> None:
    anchor = root()
    upper = ca("Upper", anchor)
    lower = ca("Lower", upper)
    server = leaf(lower)
    assert judged(case("order", (server, upper, root("Other"), lower, lower, server), (anchor,))).ok


def test_every_path_is_tried() -> None:
    good, namesake = root(), root()
    key = ec_key()
    expired, fresh = ca("Crossed", namesake, Shape(key=key, days=(-9, -1))), ca("Crossed", good, Shape(key=key))
    server = leaf(fresh)
    assert judged(case("cross", (server, expired, fresh), (namesake, good))).ok
    assert judged(case("namesake", (server, ca("Crossed", good), fresh), (good,))).ok


def test_signature_checks_are_limited_to_a_hundred() -> None:
    good = root(shape=Shape(without=("2.5.29.14",)))
    server = leaf(good, Shape(without=("2.5.29.35",)))
    fakes = [root(shape=Shape(without=("2.5.29.14",))) for _ in range(100)]
    assert judged(case("few", (server,), (*fakes[:99], good))).ok
    assert code(case("many", (server,), (*fakes, good))) == "SignatureCheckLimit"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Shape(exts=(basic(is_ca=False),)), "UnknownAuthority"),
        (Shape(without=("2.5.29.19",)), "UnknownAuthority"),
        (Shape(exts=(Ext("2.5.29.15", bytes.fromhex("03020780")),)), "UnknownAuthority"),
        (Shape(exts=(Ext("2.5.29.15", bytes.fromhex("030100")),)), None),
        (Shape(without=("2.5.29.15",)), None),
        (Shape(exts=(purposes(CLIENT),)), "IncompatibleUsage"),
        (Shape(exts=(purposes(ANY),)), None),
        (Shape(exts=(purposes(),)), None),
        (Shape(exts=(Ext("1.2.3.4", NULL, critical=True),)), "UnhandledCriticalExtension"),
        (Shape(exts=(Ext("2.5.29.36", NULL, critical=True),)), "UnhandledCriticalExtension"),
        (Shape(exts=(Ext("1.2.3.4", NULL),)), None),
    ],
    ids=[
        "no-ca",
        "no-basic",
        "no-cert-sign",
        "no-bits",
        "no-usage",
        "client",
        "any",
        "none",
        "unknown",
        "36",
        "plain",
    ],
)
def test_what_an_issuer_must_have(shape: Shape, expected: str | None) -> None:
    for chain in (pki(inter=shape), pki(top=shape)):
        assert code(chain.case("issuer")) == expected


def test_a_leaf_may_be_a_ca() -> None:
    assert judged(pki(leaf_shape=Shape(exts=(basic(is_ca=True),))).case("ca")).ok


def test_path_length_counts_the_intermediates_below() -> None:
    for length, expected in ((0, "TooManyIntermediates"), (1, None), (-1, None)):
        limited = basic(is_ca=True, length=max(length, 0)) if length >= 0 else _negative_length()
        assert code(pki(top=Shape(exts=(limited,))).case("length")) == expected


def _negative_length() -> Ext:
    return Ext("2.5.29.19", bytes.fromhex("30060101ff0201ff"), critical=True)


@pytest.mark.parametrize(
    ("signing", "key", "expected"),
    [
        (ecdsa("sha1"), None, "UnknownAuthority"),
        (ecdsa("sha224"), None, "UnknownAuthority"),
        (ecdsa("sha512"), None, None),
        (ecdsa("sha256", NULL), None, None),
        (rsa_pkcs1("sha1"), 2048, "UnknownAuthority"),
        (rsa_pkcs1("md5"), 2048, "UnknownAuthority"),
        (rsa_pkcs1("sha512"), 2048, None),
        (rsa_pkcs1(), 1024, None),
        (rsa_pss(), 2048, None),
        (rsa_pss(null=False), 2048, None),
        (rsa_pss(trailer=True), 2048, None),
        (rsa_pss(salt=20), 2048, "UnknownAuthority"),
        (rsa_pss(mask="sha1"), 2048, "UnknownAuthority"),
    ],
)  # fmt: skip
def test_signature_algorithms(signing: Signing, key: int | None, expected: str | None) -> None:
    anchor = root(shape=Shape(key=rsa_key(key)) if key else USUAL)
    assert code(case("signature", (leaf(anchor, Shape(signing=signing)),), (anchor,))) == expected


def test_a_signature_of_another_key_is_none() -> None:
    good, other = root(), root()
    assert code(case("forged", (leaf(good),), (other,))) == "UnknownAuthority"


def test_keys_of_issuers() -> None:
    for key in (ed25519_key(), ec_key(ec.SECP224R1()), ec_key(ec.SECP521R1())):
        assert judged(pki(top=Shape(key=key)).case("key")).ok
    assert code(pki(top=Shape(key=ed448_key())).case("key")) == "UnknownAuthority"
    assert code(pki(inter=Shape(key=ec_key(ec.BrainpoolP256R1()))).case("key")) == "MalformedCertificate"


def test_keys_of_servers() -> None:
    for key in (ed448_key(), ec_key(ec.SECP224R1())):
        assert code(pki(leaf_shape=Shape(key=key)).case("key")) == "UnsupportedKey"
    assert code(pki(leaf_shape=Shape(key=ec_key(ec.SECP256K1()))).case("key")) == "MalformedCertificate"


@pytest.mark.parametrize(
    "shape",
    [
        Shape(serial=b""),
        Shape(serial=b"\x00\x01"),
        Shape(version=4),
        Shape(outer=ecdsa("sha384").identifier),
        Shape(extra=(Ext("2.5.29.14", b"\x04\x01a"),)),
        Shape(exts=(Ext("2.5.29.19", b"\x30\x03\x01\x01\x01"),)),
        Shape(exts=(Ext("2.5.29.31", b"\x04\x00"),)),
        Shape(exts=(Ext("2.5.29.32", b"\x30\x02\x05\x00"),)),
        Shape(exts=(Ext("1.3.6.1.5.5.7.1.1", NULL),)),
        Shape(exts=(Ext("2.5.29.37", encode(SEQUENCE, oid("2.25.340282366920938463463374607431768211455"))),)),
        Shape(tail=b"\0"),
        Shape(times=(encode(0x17, b"200101000060Z"), encode(0x17, b"490101000000Z"))),
        Shape(times=(encode(0x18, b"20200101000000.5Z"), encode(0x17, b"490101000000Z"))),
        Shape(exts=(san(HOST, b"\x87\x03abc"),)),
        Shape(exts=(san(HOST, "\u00e9.test"),)),
        Shape(exts=(san(HOST, uri("http://a b/")),)),
        Shape(exts=(san(HOST, uri("%zz")),)),
        Shape(exts=(Ext("2.5.29.30", b"\x30\x00"),)),
        Shape(exts=(constraints(address("0a000000ff00ff00")),)),
        Shape(exts=(constraints(dns("a..b")),)),
        Shape(exts=(constraints(uri("10.0.0.1")),)),
    ],
)
def test_what_cannot_be_read_spoils_the_chain_and_leaves_the_trust_file(shape: Shape) -> None:
    assert code(pki(leaf_shape=shape).case("leaf")) == "MalformedCertificate"
    assert code(pki(top=shape).case("root")) == "UnknownAuthority"


@pytest.mark.parametrize(
    "subject",
    [
        name("@", tag=PRINTABLE),
        name("x", tag=UNIVERSAL),
        encode(SEQUENCE, attribute(x509.NameOID.COMMON_NAME, b"\xff", UTF8)),
        encode(SEQUENCE, attribute(x509.NameOID.COMMON_NAME, b"\xff", IA5)),
        encode(SEQUENCE, encode(SET, NULL)),
    ],
)
def test_names_that_cannot_be_read(subject: bytes) -> None:
    assert code(pki(leaf_shape=Shape(subject=subject)).case("name")) == "MalformedCertificate"


@pytest.mark.parametrize(
    "shape",
    [
        Shape(serial=b"\xff"),
        Shape(serial=b"\1" * 40),
        Shape(times=(encode(0x17, b"2001010000+0100"), encode(0x18, b"99991231235959Z"))),
        Shape(times=(encode(0x18, b"00000101000000Z"), encode(0x17, b"490101000000Z"))),
        Shape(exts=(san(HOST, uri("mailto:%zz"), uri("*"), uri(""), uri("//h/x?y#z")),)),
        Shape(subject=name("*&?", tag=PRINTABLE)),
        Shape(subject=encode(SEQUENCE)),
    ],
)
def test_oddities_that_are_read(shape: Shape) -> None:
    assert judged(pki(leaf_shape=shape).case("odd")).ok


def test_versions_1_and_2_have_no_extensions() -> None:
    for version in (1, 2, None):
        assert code(pki(leaf_shape=Shape(version=version)).case("leaf")) == "HostnameError"
        assert code(pki(inter=Shape(version=version)).case("inter")) == "NotAuthorizedToSign"
        assert judged(pki(top=Shape(version=version)).case("root")).ok


@pytest.mark.parametrize(
    ("edit", "accepted"),
    [
        (lambda text: text.replace(b"\n", b"\r\n"), True),
        (lambda text: b"# a: comment\n\n" + text, True),
        (lambda text: b"\xef\xbb\xbf" + text, False),
        (lambda text: b"\xef\xbb\xbf\n" + text, True),
        (lambda text: text.replace(b"CERTIFICATE", b"X509 CERTIFICATE"), False),
        (lambda text: text.replace(b"-----\nMII", b"-----\nA: b\n\nMII", 1), False),
        (lambda text: b"-----BEGIN CERTIFICATE-----\nMIIB\n" + text, True),
        (lambda text: text.rstrip(b"\n"), True),
        (lambda text: text.replace(b"-----END", b" -----END"), False),
        (lambda text: text.replace(b"=", b"", 1) if b"=" in text else text[:-40] + text[-39:], False),
        (lambda text: b"-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n" + text, True),
        (lambda text: text + text, True),
    ],
)  # fmt: skip
def test_trust_files(edit: Callable[[bytes], bytes], accepted: bool) -> None:
    chain = pki()
    assert judged(case("file", (chain.leaf, chain.inter), edit(pem([chain.root])))).ok is accepted


def test_a_message_of_more_than_64_kib_is_refused() -> None:
    anchor = root()
    others = [leaf(anchor, names=[f"{number}.{'x' * 60}.test" for number in range(40)])] * 30
    assert code(case("long", (leaf(anchor), *others), (anchor,))) == "MessageTooLong"


def test_verifiers_keep_nothing_of_a_certificate_between_times() -> None:
    chain = pki()
    one, verifier = chain.case("usual"), GoVerifier(pem([chain.root]))
    now = datetime.now(UTC)
    late = now + timedelta(days=1000)
    assert [verifier.verify(one.served, HOST, at).ok for at in (late, datetime.now(UTC), late)] == [
        False,
        True,
        False,
    ]
