from __future__ import annotations

import hashlib
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed448
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tests.x509.forge import (
    ALTERNATIVE_NAME,
    BASIC_CONSTRAINTS,
    CA_TRUE,
    INFORMATION_ACCESS,
    KEY_USAGE,
    NAME_CONSTRAINTS,
    PURPOSES,
    Forgery,
    extension,
    name,
)
from tests.x509.touching import PROPERTIES, touch
from tui_chain.lab.authority import Authority, Template, rsa_key
from tui_chain.trust.store import TrustStore
from tui_chain.x509 import faults, fields
from tui_chain.x509.certificate import UNREADABLE, Certificate, Fault
from tui_chain.x509.der import BIT_STRING, CONTEXT, INTEGER, OID, SEQUENCE, UTC_TIME, encode
from tui_chain.x509.extensions import key_usage_names
from tui_chain.x509.signatures import Proof, signature_proof

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def root() -> Authority:
    return Authority.root("View Root", now=NOW, template=Template(new_key=rsa_key))


def view(authority: object) -> Certificate:
    assert hasattr(authority, "der")
    return Certificate(authority.der)


def test_the_fields_of_a_sound_certificate(root: Authority) -> None:
    issuing = root.issue_ca("View Issuing", Template(path_length=0))
    ca, top = view(issuing), view(root)
    assert ca.parseable
    assert not ca.opaque
    assert ca.faults == ()
    assert ca.subject == "CN=View Issuing,O=tlschain lab"
    assert ca.issuer == top.subject
    assert ca.label == ca.common_name == "View Issuing"
    assert ca.issuer_name == top.subject_name == top.issuer_name
    assert top.self_issued
    assert not ca.self_issued
    assert ca.version == 3
    assert ca.serial == issuing.certificate.serial_number
    assert ca.sha256 == hashlib.sha256(issuing.der).hexdigest()
    assert ca.sha1 == hashlib.sha1(issuing.der, usedforsecurity=False).hexdigest()
    assert (ca.not_before, ca.not_after) == (NOW - timedelta(days=90), NOW + timedelta(days=90))
    assert ca.key_id == x509.SubjectKeyIdentifier.from_public_key(issuing.key.public_key()).digest.hex()
    assert ca.authority_key_id == top.key_id
    assert (ca.authority_serial, ca.authority_issuer) == (None, None)
    assert (ca.key_text, top.key_text) == ("EC secp256r1", "RSA 2048")
    assert ca.signature_text == "sha256WithRSAEncryption"
    assert ca.weak_hash is None
    assert ca.is_ca
    assert ca.key_usage is not None
    assert key_usage_names(ca.key_usage) == ("keyCertSign", "cRLSign")
    assert ca.unreadable_extensions == ca.unhandled_critical == ()


def test_validity_includes_both_ends(root: Authority) -> None:
    ca = view(root)
    assert ca.not_before is not None
    assert ca.not_after is not None
    second = timedelta(seconds=1)
    assert ca.valid_at(ca.not_before)
    assert ca.valid_at(ca.not_after)
    assert not ca.valid_at(ca.not_before - second)
    assert not ca.valid_at(ca.not_after + second)


def test_what_was_forgotten_is_read_again(root: Authority) -> None:
    leaf, again = (view(root.issue_leaf(("a.test", "192.0.2.1"))) for _ in range(2))
    touch(leaf, view(root))
    before = {name: getattr(leaf, name) for name in PROPERTIES if name not in {"parsed", "anatomy", "extension_set"}}
    leaf.forget_parsed()
    assert not [name for name in vars(leaf) if name.startswith("_")]
    assert leaf.alternative_names.covers("a.test")
    for field, value in before.items():
        if field != "public_key":
            assert getattr(leaf, field) == value
    touch(leaf, again)
    leaf.forget_parsed()
    leaf.forget_parsed()
    assert leaf == Certificate(leaf.der)


def test_the_fields_of_extensions(root: Authority) -> None:
    url = x509.UniformResourceIdentifier
    access = [
        x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url("http://ocsp.test/")),
        x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, url("ldap://ca.test/")),
        x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, url("http://ca.test/ca.crt")),
        x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.DNSName("no-url.test")),
    ]
    point = x509.DistributionPoint([url("http://crl.test/a.crl")], None, None, None)
    policies = [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in ("2.23.140.1.2.1", "1.2.3.4")]
    issuer_name = x509.DirectoryName(root.subject)
    extensions: list[x509.ExtensionType] = [
        x509.AuthorityInformationAccess(access),
        x509.CRLDistributionPoints([point]),
        x509.CertificatePolicies(policies),
        x509.TLSFeature([x509.TLSFeatureType.status_request]),
        x509.NameConstraints([x509.DNSName("corp.test")], None),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, x509.ObjectIdentifier("1.2.3.5")]),
        x509.AuthorityKeyIdentifier(b"\xab\xcd", [issuer_name], 7),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.6"), b"\x04\x01\x1b"),
    ]
    leaf = view(
        root.issue_leaf(("a.test", "192.0.2.1"), Template(extensions=tuple((each, False) for each in extensions)))
    )
    assert leaf.faults == ()
    assert leaf.ocsp_urls == ("http://ocsp.test/",)
    assert leaf.issuer_urls == ("ldap://ca.test/", "http://ca.test/ca.crt")
    assert leaf.crl_urls == ("http://crl.test/a.crl",)
    assert leaf.must_staple
    assert leaf.name_constraints is not None
    assert leaf.name_constraints.texts == ("permitted DNS:corp.test",)
    assert leaf.extended_key_usage_names == ("clientAuth", "1.2.3.5")
    assert not leaf.for_servers
    assert (leaf.authority_key_id, leaf.authority_serial) == ("abcd", 7)
    assert leaf.authority_issuer == view(root).subject_name
    table = {row.name: row for row in leaf.extension_table}
    assert table["basicConstraints"].critical
    assert table["basicConstraints"].text == "CA:FALSE"
    assert table["subjectAltName"].text == "DNS:a.test, IP:192.0.2.1"
    assert table["authorityInfoAccess"].text.startswith("OCSP URI:http://ocsp.test/, caIssuers URI:ldap://ca.test/")
    assert table["certificatePolicies"].text == "domain validated, 1.2.3.4"
    assert table["cRLDistributionPoints"].text == "URI:http://crl.test/a.crl"
    assert table["nameConstraints"].text == "permitted DNS:corp.test"
    assert table["authorityKeyIdentifier"].text == "abcd, serial 7 of directory:CN=View Root,O=tlschain lab"
    assert table["tlsFeature"].text == "must staple"
    assert table["1.2.3.6"].text == "04011b"
    assert [row[0] for row in leaf.extensions] == [row.oid for row in leaf.extension_table]


def test_a_certificate_without_extensions_has_defaults() -> None:
    bare = Certificate(Forgery(version=b"").der)
    assert bare.faults == ()
    assert bare.version == 1
    assert bare.is_ca  # of version 1 and self-issued
    assert not Certificate(Forgery(version=b"", issuer=name("other")).der).is_ca
    assert not Certificate(Forgery().der).is_ca
    assert bare.for_servers
    assert (bare.key_id, bare.authority_key_id, bare.name_constraints) == (None, None, None)
    assert (bare.issuer_urls, bare.ocsp_urls, bare.crl_urls) == ((), (), ())
    assert not bare.must_staple
    assert bare.extension_table == ()


def test_one_broken_extension_does_not_take_the_others_along() -> None:
    broken = Certificate(
        Forgery(
            extensions=(
                extension(BASIC_CONSTRAINTS, CA_TRUE, critical=True),
                extension(NAME_CONSTRAINTS, b"\x30\x03\x02\x01\x00", critical=True),
                extension(PURPOSES, encode(SEQUENCE)),
                extension(ALTERNATIVE_NAME, encode(SEQUENCE, encode(0x82, b"a.test"))),
            )
        ).der
    )
    assert broken.parsed is not None
    assert broken.is_ca
    assert broken.alternative_names.covers("a.test")
    assert not broken.for_servers  # it limits its purposes, and nobody can tell to which
    assert [fault.field for fault in broken.faults] == ["extension nameConstraints", "extension extendedKeyUsage"]
    assert broken.unreadable_extensions == ("2.5.29.30", "2.5.29.37")
    assert broken.unhandled_critical == ("2.5.29.30",)
    rows = {row.name: row for row in broken.extension_table}
    assert len(rows) == 4
    assert rows["nameConstraints"].critical
    assert rows["nameConstraints"].text == "unreadable: 3003020100"


def test_an_extension_that_stands_there_twice_counts_for_nothing() -> None:
    twice = [extension(BASIC_CONSTRAINTS, CA_TRUE, critical=True)] * 2
    usage = extension(KEY_USAGE, encode(BIT_STRING, b"\x02\x04"))
    certificate = Certificate(Forgery(extensions=(*twice, usage)).der)
    assert certificate.parsed is not None
    assert not certificate.is_ca
    assert certificate.key_usage is not None
    assert key_usage_names(certificate.key_usage) == ("keyCertSign",)
    assert certificate.faults == (Fault("extension basicConstraints", "it stands there more than once"),)


def test_names_survive_an_odd_entry_beside_them() -> None:
    odd = encode(0xA3, encode(SEQUENCE))  # x400Address
    names = encode(SEQUENCE, encode(0x82, b"a.test"), odd, encode(0x87, bytes([192, 0, 2, 1])))
    issuers = encode(OID, bytes.fromhex("2b060105050730") + b"\2")
    access = encode(
        SEQUENCE, encode(SEQUENCE, issuers, encode(0x86, b"http://a.test/")), encode(SEQUENCE, issuers, odd)
    )
    certificate = Certificate(
        Forgery(extensions=(extension(ALTERNATIVE_NAME, names), extension(INFORMATION_ACCESS, access))).der
    )
    assert [fault.field for fault in certificate.faults] == [
        "extension subjectAltName",
        "extension authorityInfoAccess",
    ]
    assert certificate.alternative_names.texts() == ("a.test", "192.0.2.1")
    assert certificate.issuer_urls == ("http://a.test/",)
    assert certificate.ocsp_urls == ()


def test_an_unknown_critical_extension_is_named() -> None:
    unknown = extension(encode(OID, b"\x2a\x03\x04"), b"\5\0", critical=True)
    constraints = extension(BASIC_CONSTRAINTS, CA_TRUE, critical=True)
    assert Certificate(Forgery(extensions=(unknown, constraints)).der).unhandled_critical == ("1.2.3.4",)


OPAQUE = {
    "version 5": Forgery(version=encode(CONTEXT, encode(INTEGER, b"\4"))),
    "an explicit default": Forgery(
        extensions=(encode(SEQUENCE, BASIC_CONSTRAINTS, b"\1\1\0", encode(4, CA_TRUE)),),
    ),
    "a time of another zone": Forgery(
        validity=encode(SEQUENCE, encode(UTC_TIME, b"200101000000Z"), encode(UTC_TIME, b"491231235959+0100"))
    ),
    "parameters where none belong": Forgery(
        inner=encode(SEQUENCE, encode(OID, b"\x2b\x65\x70"), b"\5\0"),
        outer=encode(SEQUENCE, encode(OID, b"\x2b\x65\x70"), b"\5\0"),
    ),
}


@pytest.mark.parametrize("odd", OPAQUE)
def test_what_only_openssl_parses_is_an_opaque_node(odd: str) -> None:
    forgery = replace(OPAQUE[odd], subject=name("Opaque  Leaf"), issuer=name("View Root"))
    opaque = Certificate(forgery.der)
    assert opaque.parsed is None
    assert opaque.opaque
    assert opaque.parseable
    assert opaque.faults[0].field == "certificate"
    assert opaque.subject == opaque.label.join(["CN=", ""]) == "CN=Opaque  Leaf"
    assert opaque.issuer == "CN=View Root"
    assert opaque.subject_name == Certificate(Forgery(subject=name("opaque leaf")).der).subject_name
    assert opaque.serial == 0x5E
    assert opaque.not_before == datetime(2020, 1, 1, tzinfo=UTC)
    assert opaque.key_text == "Ed25519"
    anchor = Certificate(Forgery(subject=name("View Root")).der)
    assert TrustStore("test", (anchor,)).issuers_of(opaque) == (anchor,)
    assert signature_proof(opaque, anchor) is Proof.SIGNED


def test_an_opaque_node_keeps_the_extensions_that_can_be_read() -> None:
    opaque = Certificate(OPAQUE["an explicit default"].der)
    assert opaque.is_ca
    assert opaque.version == 3
    assert Certificate(OPAQUE["version 5"].der).version == 5


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x00", b"garbage", Forgery().der[:-1], Forgery().der + b"\0"])
def test_garbage_is_no_certificate_and_has_defaults(data: bytes) -> None:
    garbage = Certificate(data)
    assert not garbage.parseable
    assert not garbage.opaque
    assert garbage.faults[0].field == "certificate"
    assert garbage.subject == garbage.issuer == garbage.label == UNREADABLE
    assert (garbage.subject_name, garbage.serial, garbage.version, garbage.not_after) == (None, None, None, None)
    assert [garbage.is_ca, garbage.self_issued, garbage.valid_at(NOW)] == [False] * 3
    assert garbage.public_key is None
    assert garbage.key_bytes is None
    assert signature_proof(garbage, garbage) is Proof.UNKNOWN


def test_names_that_cryptography_refuses_are_read_all_the_same() -> None:
    odd = Certificate(Forgery(subject=encode(SEQUENCE, name(b"\1\2", 4)[2:])).der)
    assert odd.subject == "CN=#0102"
    latin = Certificate(Forgery(subject=name("Müller".encode("latin-1"), 0x14)).der)
    assert latin.subject == "CN=Müller"
    assert latin.subject_name == Certificate(Forgery(subject=name("MüLLER")).der).subject_name


def test_serial_numbers_of_every_sign() -> None:
    for octets, number in ((b"\0", 0), (b"\x0a\x1b", 0x0A1B), (b"\xff", -1), (b"\0\xff", 0xFF)):
        assert Certificate(Forgery(serial=encode(INTEGER, octets)).der).serial == number


def test_other_keys_are_named() -> None:
    key = ed448.Ed448PrivateKey.generate()
    root = Authority.root("Ed448", now=NOW, template=Template(new_key=lambda: key))
    assert view(root).key_text == "Ed448"
    unknown = encode(SEQUENCE, encode(SEQUENCE, encode(OID, b"\x2a\x03\x04")), encode(BIT_STRING, bytes(9)))
    certificate = Certificate(Forgery(key=unknown).der)
    assert certificate.key_text == "of kind 1.2.3.4"
    assert certificate.public_key is None
    assert certificate.faults[0].field == "public key"


def test_a_dead_parser_is_a_fault_and_a_user_who_stops_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As pyo3 raises it."""

    def panics(_der: bytes) -> None:
        raise PanicException("a parser's own fault")

    def stops(_der: bytes) -> None:
        raise KeyboardInterrupt

    good = Forgery().der
    monkeypatch.setattr(x509, "load_der_x509_certificate", panics)
    certificate = Certificate(good)
    assert certificate.faults[0] == Fault("certificate", "PanicException: a parser's own fault")
    assert certificate.opaque
    monkeypatch.setattr(x509, "load_der_x509_certificate", stops)
    with pytest.raises(KeyboardInterrupt):
        _ = Certificate(good).not_after


def test_warnings_of_parsers_are_hushed_and_those_of_others_are_not() -> None:
    zero = Certificate(Forgery(serial=encode(INTEGER, b"\0")).der)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert zero.serial == 0
        warnings.warn("of another", UserWarning, stacklevel=1)
    assert [str(warning.message) for warning in heard] == ["of another"]
    faults.hush_parsers()
    before = list(warnings.filters)
    faults.hush_parsers()
    assert list(warnings.filters) == before


def test_equality_is_that_of_the_bytes(root: Authority) -> None:
    assert view(root) == Certificate(root.der)
    assert len({view(root), Certificate(root.der), Certificate(Forgery().der)}) == 2
    assert repr(view(root)) == f"<Certificate CN=View Root,O=tlschain lab {view(root).sha256[:8]}>"


def test_making_one_reads_nothing_and_each_parser_reads_it_once(
    root: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def count(owner: object, name: str) -> None:
        read: Callable[[bytes], object] = getattr(owner, name)

        def counted(der: bytes) -> object:
            calls.append(name)
            return read(der)

        monkeypatch.setattr(owner, name, counted)

    count(x509, "load_der_x509_certificate")
    count(fields, "dissect")
    count(fields, "openssl_view")
    certificate = Certificate(root.der)
    assert calls == []
    for _ in range(3):
        assert certificate.subject_name == certificate.issuer_name
        assert certificate.is_ca
        assert certificate.not_after
        assert certificate.faults == ()
    assert sorted(calls) == ["dissect", "load_der_x509_certificate"]


SERIALIZATION = "cryptography.hazmat.primitives.serialization"
HEAVY = ("OpenSSL", f"{SERIALIZATION}.pkcs7", f"{SERIALIZATION}.pkcs12")


def test_start_loads_nothing_that_is_not_needed() -> None:
    code = (
        "import sys\n"
        "from tui_chain.x509 import signatures\n"
        "from tui_chain.x509.formats import pem, readers\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "ours = ('tui_chain.x509', 'tui_chain.core')\n"
        "print([n for n in sys.modules if n.startswith('tui_chain.') and not n.startswith(ours)])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["[]", "[]"]
    assert done.stderr == ""
