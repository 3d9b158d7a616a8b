"""The model of rustls, rule by rule; `tests/clients/programs/uv.py` holds it against the real program."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.clients.making import (
    HOST,
    PRINTABLE,
    USUAL,
    Case,
    Ext,
    Shape,
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
from tests.clients.model_cases import (
    ANY,
    CLIENT,
    SERVER,
    address,
    basic,
    constraints,
    directory,
    dns,
    mail,
    purposes,
    uri,
)
from tests.clients.signing import NULL, Signing, ecdsa, rsa_pkcs1, rsa_pss
from tui_chain.clients.engines.registry import MODELS
from tui_chain.clients.engines.rustls.verifier import RustlsVerifier
from tui_chain.clients.families import Engine
from tui_chain.clients.verdict import ACCEPTED, Verdict
from tui_chain.x509.der import SEQUENCE, encode


def judged(one: Case) -> Verdict:
    return RustlsVerifier(one.bundle).verify(one.served, one.host, datetime.now(UTC))


def code(one: Case) -> object:
    return judged(one).code


def test_a_usual_chain_is_accepted() -> None:
    assert judged(pki().case("usual")) == ACCEPTED
    assert MODELS[Engine.RUSTLS].name == "model of rustls 0.23"


def test_a_refusal_names_the_certificate() -> None:
    chain = pki(inter=Shape(days=(-9, -1)))
    verdict = judged(chain.case("expired"))
    assert (verdict.code, verdict.error) == ("Expired", "it has expired")
    assert verdict.certificate == hashlib.sha256(chain.inter.der).hexdigest()


def test_only_an_unreadable_leaf_spoils_the_chain() -> None:
    chain = pki()
    for garbage in (b"", b"hello", b"\x30\x03ab", chain.leaf.der[:-1]):
        verifier = RustlsVerifier(pem([chain.root]))
        assert verifier.verify((garbage, chain.inter.der), HOST, datetime.now(UTC)).code == "BadEncoding"
        assert verifier.verify((chain.leaf.der, garbage, chain.inter.der), HOST, datetime.now(UTC)).ok
    assert RustlsVerifier(b"").verify((), HOST, datetime.now(UTC)).code == "NoCertificatesPresented"


def test_of_an_anchor_only_name_key_and_constraints_count() -> None:
    for shape in (
        Shape(days=(-9, -1)),
        Shape(exts=(basic(is_ca=False),)),
        Shape(without=("2.5.29.19", "2.5.29.15")),
        Shape(exts=(basic(is_ca=True, length=0),)),
        Shape(exts=(purposes(CLIENT),)),
        Shape(exts=(Ext("1.2.3.4", NULL, critical=True),)),
        Shape(version=None, without=("2.5.29.19", "2.5.29.15", "2.5.29.14")),
        Shape(serial=b""),
    ):
        assert judged(pki(top=shape).case("anchor")).ok
    assert code(pki(top=Shape(exts=(constraints(dns("other.test")),))).case("anchor")) == "NameConstraintViolation"


def test_anchors_that_are_left_out() -> None:
    for shape in (
        Shape(version=None),
        Shape(version=2),
        Shape(extra=(Ext("2.5.29.19", b"\x30\x00"),)),
        Shape(outer=ecdsa("sha384").identifier),
        Shape(tail=b"\0"),
    ):
        assert code(pki(top=shape).case("anchor")) == "UnknownIssuer"


def test_a_leaf_is_no_pin_but_may_be_its_own_anchor() -> None:
    server = leaf(root())
    assert code(case("pinned", (server,), (server,))) == "UnknownIssuer"
    own = leaf(None)
    assert judged(case("own", (own,), (own,))).ok
    authority = leaf(None, Shape(exts=(basic(is_ca=True),)))
    assert code(case("own", (authority,), (authority,))) == "CaUsedAsEndEntity"


def test_an_intermediate_is_an_anchor_whatever_its_dates() -> None:
    chain = pki(inter=Shape(days=(-9, -1)))
    assert judged(case("pinned", (chain.leaf,), (chain.inter,))).ok


def test_every_path_is_tried() -> None:
    good, namesake = root(), root()
    key = ec_key()
    expired, fresh = ca("Crossed", namesake, Shape(key=key, days=(-9, -1))), ca("Crossed", good, Shape(key=key))
    server = leaf(fresh)
    assert judged(case("cross", (server, expired, fresh), (namesake, good))).ok
    assert judged(case("namesake", (server, ca("Crossed", good), fresh), (good,))).ok


def test_a_path_has_six_issuers_at_most() -> None:
    for count, expected in ((6, None), (7, "MaximumPathDepthExceeded")):
        chain = [root()]
        for number in range(count):
            chain.append(ca(f"CA {number}", chain[-1]))
        assert code(case("long", (leaf(chain[-1]), *reversed(chain[1:])), (chain[0],))) == expected


def test_signature_checks_are_limited_to_a_hundred() -> None:
    anchor = root()
    issuer = ca("Crossed", anchor)
    server = leaf(issuer)
    namesakes = [ca("Crossed", anchor) for _ in range(50)]
    assert judged(case("few", (server, *namesakes[:49], issuer), (anchor,))).ok
    assert code(case("many", (server, *namesakes, issuer), (anchor,))) == "MaximumSignatureChecksExceeded"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Shape(exts=(basic(is_ca=False),)), "EndEntityUsedAsCa"),
        (Shape(without=("2.5.29.19",)), "EndEntityUsedAsCa"),
        (Shape(exts=(Ext("2.5.29.19", bytes.fromhex("30070101ff02020100")),)), "BadEncoding"),
        (Shape(exts=(Ext("2.5.29.15", bytes.fromhex("03020780")),)), None),
        (Shape(exts=(purposes(CLIENT),)), "InvalidPurpose"),
        (Shape(exts=(purposes(ANY),)), "InvalidPurpose"),
        (Shape(exts=(purposes(),)), "EmptyEkuExtension"),
        (Shape(exts=(purposes(CLIENT, SERVER),)), None),
        (Shape(exts=(Ext("1.2.3.4", NULL, critical=True),)), "UnsupportedCriticalExtension"),
        (Shape(exts=(Ext("2.5.29.32", NULL, critical=True),)), "UnsupportedCriticalExtension"),
        (Shape(exts=(Ext("1.3.6.1.4.1.11129.2.4.2", b"\x04\x00", critical=True),)), "UnsupportedCriticalExtension"),
        (Shape(exts=(Ext("2.5.29.31", encode(SEQUENCE), critical=True),)), None),
        (Shape(exts=(Ext("2.5.29.31", NULL),)), "BadEncoding"),
        (Shape(extra=(Ext("2.5.29.14", b"\x04\x01a"),)), None),
        (Shape(extra=(Ext("2.5.29.15", b"\x03\x01\x00"),)), "ExtensionValueInvalid"),
        (Shape(version=None), "UnsupportedCertVersion"),
        (Shape(outer=ecdsa("sha384").identifier), "SignatureAlgorithmMismatch"),
        (Shape(days=(1, 9)), "NotValidYet"),
        (Shape(days=(9, 1)), "Expired"),
        (Shape(times=(encode(0x17, b"600101000000Z"), encode(0x17, b"490101000000Z"))), "BadEncoding"),
        (Shape(times=(encode(0x17, b"2001010000Z"), encode(0x17, b"490101000000Z"))), "BadEncoding"),
        (Shape(times=(encode(0x17, b"700101000000Z"), encode(0x18, b"99991231235959Z"))), None),
        (Shape(serial=b"\xff"), None),
    ],
)  # fmt: skip
def test_what_a_certificate_must_have(shape: Shape, expected: str | None) -> None:
    assert code(pki(inter=shape).case("inter")) == expected


def test_both_ends_of_the_validity_count() -> None:
    chain = pki()
    verifier = RustlsVerifier(pem([chain.root]))
    certificate = x509.load_der_x509_certificate(chain.leaf.der)
    for end, outside in ((certificate.not_valid_before_utc, -1), (certificate.not_valid_after_utc, 1)):
        assert verifier.verify(chain.case("usual").served, HOST, end).ok
        assert not verifier.verify(chain.case("usual").served, HOST, end + timedelta(seconds=outside)).ok


def test_path_length_counts_all_but_the_leaf() -> None:
    anchor = root()
    upper = ca("Upper", anchor, Shape(exts=(basic(is_ca=True, length=0),)))
    lower = ca("Lower", upper)
    assert judged(case("direct", (leaf(upper), upper), (anchor,))).ok
    assert code(case("below", (leaf(lower), lower, upper), (anchor,))) == "PathLenConstraintViolated"


UNKNOWN_ALGORITHM, OTHER_KEY = "UnsupportedSignatureAlgorithm", "UnsupportedSignatureAlgorithmForPublicKey"


@pytest.mark.parametrize(
    ("signing", "key", "expected"),
    [
        (ecdsa("sha1"), None, UNKNOWN_ALGORITHM),
        (ecdsa("sha224"), None, UNKNOWN_ALGORITHM),
        (ecdsa("sha512"), None, None),
        (ecdsa("sha256", NULL), None, UNKNOWN_ALGORITHM),
        (rsa_pkcs1("sha1"), 2048, UNKNOWN_ALGORITHM),
        (rsa_pkcs1("sha512"), 2048, None),
        (rsa_pkcs1("sha256", b""), 2048, None),
        (rsa_pkcs1(), 1024, "BadSignature"),
        (rsa_pss(), 2048, None),
        (rsa_pss("sha384", 48), 2048, None),
        (rsa_pss(null=False), 2048, UNKNOWN_ALGORITHM),
        (rsa_pss(trailer=True), 2048, UNKNOWN_ALGORITHM),
        (rsa_pss(salt=20), 2048, UNKNOWN_ALGORITHM),
    ],
)  # fmt: skip
def test_signature_algorithms(signing: Signing, key: int | None, expected: str | None) -> None:
    anchor = root(shape=Shape(key=rsa_key(key)) if key else USUAL)
    assert code(case("signature", (leaf(anchor, Shape(signing=signing)),), (anchor,))) == expected


def test_a_signature_of_another_key_is_none() -> None:
    good, other = root(), root()
    assert code(case("forged", (leaf(good),), (other,))) == "BadSignature"


def test_keys_of_issuers() -> None:
    for key in (ed25519_key(), ec_key(ec.SECP384R1()), ec_key(ec.SECP521R1())):
        assert judged(pki(top=Shape(key=key)).case("key")).ok
    assert code(pki(top=Shape(key=ec_key(ec.SECP224R1()))).case("key")) == OTHER_KEY
    assert code(pki(top=Shape(key=ed448_key())).case("key")) == UNKNOWN_ALGORITHM


def test_keys_of_servers() -> None:
    for key in (ed448_key(), ec_key(ec.SECP224R1()), rsa_key(1024)):
        assert code(pki(leaf_shape=Shape(key=key)).case("key")) == "UnsupportedKey"
    assert judged(pki(leaf_shape=Shape(key=rsa_key())).case("key")).ok


def test_names_are_compared_byte_by_byte() -> None:
    anchor = root()
    other = Shape(issuer=name("Suite Root", tag=PRINTABLE))
    assert code(case("type", (leaf(anchor, other),), (anchor,))) == "UnknownIssuer"


@pytest.mark.parametrize(
    ("name_", "host", "accepted"),
    [
        (HOST, HOST, True),
        (HOST, "WWW.Example.Test.", True),
        ("*.example.test", HOST, True),
        ("*.example.test", "a.b.example.test", False),
        ("*.test", "example.test", False),
        ("w*.example.test", HOST, False),
        ("a_b.example.test", "a_b.example.test", True),
        ("www.example.test.", HOST, False),
        ("-a.example.test", "-a.example.test", False),
        ("localhost", "localhost", True),
        (f"{'a' * 64}.test", f"{'a' * 64}.test", False),
        ("www.1a", "www.1a", True),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.1", True),
        ("10.0.0.1", "0xa000001", True),
        ("www.0x1", "www.0x1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", False),
        ("2001:db8::1", "2001:db8::1", True),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_host_names(name_: str, host: str, accepted: bool) -> None:
    anchor = root()
    assert judged(case("host", (leaf(anchor, names=[name_]),), (anchor,), host)).ok is accepted


def test_a_common_name_does_not_count_and_a_bad_name_ends_the_search() -> None:
    anchor = root()
    for shape in (Shape(without=("2.5.29.17",)), Shape(exts=(san(encode(0x8F, b"x"), HOST),))):
        assert code(case("name", (leaf(anchor, shape),), (anchor,))) == "NotValidForName"
    assert judged(case("name", (leaf(anchor, Shape(exts=(san("bad name", HOST),))),), (anchor,))).ok


def test_hosts_that_are_no_name() -> None:
    for host in ("a..b", "-a.test", "www.1", "*.test", "a b", "", "."):
        assert code(pki().case("host", host)) == "InvalidServerName"


VIOLATION = "NameConstraintViolation"


@pytest.mark.parametrize(
    ("limits", "names", "expected"),
    [
        (constraints(dns("example.test")), (HOST,), None),
        (constraints(dns(".example.test")), (HOST,), None),
        (constraints(dns(f".{HOST}")), (HOST,), VIOLATION),
        (constraints(dns("")), (HOST,), None),
        (constraints(dns("other.test")), (HOST,), VIOLATION),
        (constraints(dns("ample.test")), (HOST,), VIOLATION),
        (constraints(dns("a..b")), (HOST,), "MalformedNameConstraint"),
        (constraints(b"", dns("EXAMPLE.test")), (HOST,), VIOLATION),
        (constraints(b"", dns("a.example.test")), ("*.example.test",), VIOLATION),
        (constraints(dns("a.example.test")), ("*.example.test",), VIOLATION),
        (constraints(dns("example.test")), ("*.example.test",), None),
        (constraints(dns("example.test")), (HOST, "bad name"), "MalformedDnsIdentifier"),
        (constraints(address("0a000000ff000000")), (HOST,), None),
        (constraints(address("0a000000ff000000")), (HOST, "10.9.9.9"), None),
        (constraints(address("0a000000ff000000")), (HOST, "11.9.9.9"), VIOLATION),
        (constraints(address("0a000000ff00ff00")), (HOST, "10.0.9.9"), "InvalidNetworkMaskConstraint"),
        (constraints(b"", address("00" * 32)), (HOST, "10.0.9.9"), None),
        (constraints(address("0a")), (HOST, "10.0.9.9"), "InvalidNetworkMaskConstraint"),
        (constraints(mail("example.test")), (HOST,), None),
        (constraints(mail("example.test")), (HOST, mail("a@example.test")), VIOLATION),
        (constraints(b"", uri("other.test")), (HOST, uri("https://example.test/")), VIOLATION),
        (constraints(b"", uri("other.test")), (HOST,), None),
        (constraints(directory(name("x"))), (HOST,), VIOLATION),
        (constraints(b"", directory(name("x"))), (HOST,), VIOLATION),
        (constraints(dns("example.test") + b"\x80\x01\x00"), (HOST,), "BadEncoding"),
        (constraints(encode(0x8F, b"x")), (HOST,), "BadEncoding"),
    ],
)
def test_name_constraints(limits: Ext, names: tuple[str | bytes, ...], expected: str | None) -> None:
    host = HOST if HOST in names else "b.example.test"
    server, limiting = Shape(exts=(san(*names),)), Shape(exts=(limits,))
    assert code(pki(leaf_shape=server, inter=limiting).case("inter", host)) == expected
    assert code(pki(leaf_shape=server, top=limiting).case("root", host)) == expected


def test_constraints_count_for_intermediates() -> None:
    limits = constraints(dns("example.test"))
    between = Shape(exts=(san("ca.other.test"),))
    assert code(pki(top=Shape(exts=(limits,)), inter=between).case("between")) == VIOLATION
    assert judged(pki(inter=Shape(exts=(limits, san("ca.other.test")))).case("own")).ok


@pytest.mark.parametrize(
    ("edit", "accepted"),
    [
        (lambda text: text.replace(b"\n", b"\r\n"), True),
        (lambda text: text.replace(b"\n", b"\r"), True),
        (lambda text: b"# a: comment\n\n" + text, True),
        (lambda text: b"\xef\xbb\xbf" + text, False),
        (lambda text: text.replace(b"CERTIFICATE", b"X509 CERTIFICATE"), False),
        (lambda text: text.replace(b"-----\nMII", b"-----\nA: b\n\nMII", 1), False),
        (lambda text: b"-----BEGIN CERTIFICATE-----\nMIIB\n" + text, False),
        (lambda text: b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n" + text, True),
        (lambda text: text.replace(b"=", b""), True),
        (lambda text: text.replace(b"-----END", b" -----END"), False),
        (lambda text: text.rstrip(b"\n") + b" and more", True),
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
