"""The model of GnuTLS, rule by rule; `tests/clients/programs/gnutls.py` holds it against the real git and wget."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clients.making import (
    HOST,
    PRINTABLE,
    Cert,
    Ext,
    Shape,
    ca,
    chain_of,
    ec_key,
    ext,
    leaf,
    name,
    pem,
    pki,
    root,
    rsa_key,
    spki,
)
from tests.clients.programs import Program
from tests.clients.programs.gnutls import PROGRAMS, GnutlsProgram
from tests.clients.signing import ecdsa, rsa_pss
from tui_chain.clients.engines.gnutls.certificate import read
from tui_chain.clients.engines.gnutls.trust_file import blocks, bucket
from tui_chain.clients.engines.gnutls.verifier import FLAGS, GnuTLSVerifier
from tui_chain.clients.engines.registry import MODELS
from tui_chain.clients.families import Engine
from tui_chain.clients.verdict import ACCEPTED, Verdict
from tui_chain.lab.authority import key_usage
from tui_chain.x509.der import BIT_STRING, BOOLEAN, INTEGER, OCTET_STRING, SEQUENCE, DERError, element, encode

BASIC, USAGE, KEY_ID, AUTHORITY = "2.5.29.19", "2.5.29.15", "2.5.29.14", "2.5.29.35"
STAPLE = Ext("1.3.6.1.5.5.7.1.24", encode(SEQUENCE, encode(INTEGER, b"\x05")))
OTHER_FEATURE = replace(STAPLE, value=encode(SEQUENCE, encode(INTEGER, b"\x11")))
CRITICAL = Ext("1.2.3.4", b"\x05\x00", critical=True)
ENCIPHERMENT = Shape(exts=(ext(key_usage("key_encipherment"), critical=True),))
OLD, FUTURE = (-200.0, -1.0), (1.0, 200.0)


def ask(
    served: Sequence[Cert | bytes], trust: bytes | Sequence[Cert], host: str = HOST, at: datetime | None = None
) -> Verdict:
    bundle = trust if isinstance(trust, bytes) else pem(trust)
    ders = [one if isinstance(one, bytes) else one.der for one in served]
    return GnuTLSVerifier(bundle).verify(ders, host, at or datetime.now(UTC))


def basic(ca: bool, length: int | None = None) -> Ext:
    return ext(x509.BasicConstraints(ca=ca, path_length=length), critical=True)


def test_the_usual_chain_is_accepted() -> None:
    usual = pki()
    assert MODELS[Engine.GNUTLS].name == "model of GnuTLS 3.7"
    assert ask([usual.leaf, usual.inter], [usual.root]) == ACCEPTED
    assert ask([usual.leaf, usual.root, usual.inter], [usual.root]) == ACCEPTED
    assert ask([usual.leaf], [usual.inter]) == ACCEPTED


def test_a_refusal_names_flag_reason_and_certificate() -> None:
    usual = pki()
    verdict = ask([usual.leaf], [usual.root])
    assert (verdict.ok, verdict.code, verdict.error) == (False, "SIGNER_NOT_FOUND", FLAGS["SIGNER_NOT_FOUND"])
    assert verdict.certificate == read(usual.leaf.der).sha256


@pytest.mark.parametrize(
    ("at_leaf", "at_inter", "at_root", "code"),
    [
        (Shape(days=OLD), Shape(), Shape(), "EXPIRED"),
        (Shape(), Shape(days=FUTURE), Shape(), "NOT_ACTIVATED"),
        (Shape(), Shape(), Shape(days=OLD), "EXPIRED"),
        (Shape(), Shape(exts=(basic(False),)), Shape(), "SIGNER_NOT_CA"),
        (Shape(), Shape(without=(BASIC,)), Shape(), "SIGNER_NOT_CA"),
        (Shape(), Shape(), Shape(without=(BASIC,)), None),
        (Shape(exts=(basic(True),)), Shape(), Shape(), None),
        (Shape(), Shape(exts=(basic(True, 0),)), Shape(), None),
        (Shape(), Shape(), Shape(exts=(basic(True, 0),)), "SIGNER_CONSTRAINTS_FAILURE"),
        (Shape(), ENCIPHERMENT, Shape(), "SIGNER_CONSTRAINTS_FAILURE"),
        (ENCIPHERMENT, Shape(), Shape(), "KEY_USAGE_VIOLATION"),
        (Shape(without=(USAGE,)), Shape(without=(USAGE,)), Shape(without=(USAGE,)), None),
        (Shape(exts=(CRITICAL,)), Shape(), Shape(), "UNKNOWN_CRIT_EXTENSIONS"),
        (Shape(), Shape(), Shape(exts=(CRITICAL,)), "UNKNOWN_CRIT_EXTENSIONS"),
        (Shape(), Shape(), Shape(exts=(replace(CRITICAL, oid="2.5.29.54"),)), None),
        (Shape(exts=(STAPLE,)), Shape(), Shape(), "MISSING_OCSP_STATUS"),
        (Shape(), Shape(exts=(STAPLE,)), Shape(), "MISSING_OCSP_STATUS"),
        (Shape(), Shape(exts=(OTHER_FEATURE,)), Shape(), "SIGNER_CONSTRAINTS_FAILURE"),
        (Shape(exts=(OTHER_FEATURE,)), Shape(exts=(OTHER_FEATURE,)), Shape(), None),
        (Shape(), Shape(), Shape(version=None, without=(BASIC, USAGE, KEY_ID)), None),
        (Shape(version=2), Shape(), Shape(), "X509_CERTIFICATE_ERROR"),
        (Shape(), Shape(exts=(Ext(KEY_ID, encode(OCTET_STRING, b"other")),)), Shape(), "SIGNER_NOT_FOUND"),
        (Shape(without=(AUTHORITY,)), Shape(without=(KEY_ID,)), Shape(without=(KEY_ID,)), None),
        (Shape(signing=ecdsa("sha1")), Shape(), Shape(), "INSECURE_ALGORITHM"),
        (Shape(), Shape(), Shape(signing=ecdsa("sha1")), None),
        (Shape(), Shape(key=ec_key(ec.SECP192R1())), Shape(), None),
        (Shape(), Shape(key=ec_key(ec.SECP256K1())), Shape(), "INSECURE_ALGORITHM"),
        (Shape(key=ec_key(ec.SECP224R1())), Shape(), Shape(), "UNSUPPORTED_KEY"),
        (Shape(extra=(OTHER_FEATURE, OTHER_FEATURE)), Shape(), Shape(), "X509_DUPLICATE_EXTENSION"),
        (Shape(tail=b"\0"), Shape(), Shape(), "ASN1_DER_ERROR"),
    ],
)
def test_rules_of_a_certificate(at_leaf: Shape, at_inter: Shape, at_root: Shape, code: str | None) -> None:
    made = pki(leaf_shape=at_leaf, inter=at_inter, top=at_root)
    assert ask([made.leaf, made.inter], [made.root]).code in (code, "INVALID" if code else None)


def test_both_ends_of_the_validity_are_in_it() -> None:
    made = pki(leaf_shape=Shape(days=(-3, 3)))
    leaf_read = read(made.leaf.der)
    first, last = (datetime.fromtimestamp(one, UTC) for one in (leaf_read.not_before, leaf_read.not_after))
    second = timedelta(seconds=1)
    codes = [
        ask([made.leaf, made.inter], [made.root], at=at).code for at in (first - second, first, last, last + second)
    ]
    assert codes == ["NOT_ACTIVATED", None, None, "EXPIRED"]


def test_wget_forgives_key_usage_and_dots_and_ends_a_second_earlier() -> None:
    made = pki(leaf_shape=replace(ENCIPHERMENT, days=(-3, 3)))
    wget, served = GnuTLSVerifier(pem([made.root]), "wget"), [made.leaf.der, made.inter.der]
    assert wget.verify(served, f"{HOST}..", datetime.now(UTC)) == ACCEPTED
    end = datetime.fromtimestamp(read(made.leaf.der).not_after, UTC)
    assert wget.verify(served, HOST, end).code == "EXPIRED"
    assert ask(served, [made.root]).code == "KEY_USAGE_VIOLATION"


def test_no_other_path_is_tried() -> None:
    made = pki()
    namesake = ca("Suite Issuing CA", made.root, Shape(without=(KEY_ID,)))
    assert ask([made.leaf, namesake, made.inter], [made.root]).code == "SIGNATURE_FAILURE"
    assert ask([made.leaf, made.inter, namesake], [made.root]) == ACCEPTED


def test_a_cross_certificate_that_leads_elsewhere_spoils_a_pinned_root() -> None:
    old, new = root("Old Root"), root("New Root")
    cross = ca("New Root", old, Shape(key=new.key))
    inter = ca("Suite Issuing CA", new)
    server = leaf(inter)
    assert ask([server, inter, cross], [new]) == ACCEPTED
    assert ask([server, inter, cross], [old]) == ACCEPTED
    unrelated = root("Unrelated")
    assert ask([server, unrelated], [inter]) == ACCEPTED
    assert ask([server, inter, unrelated, cross], [old]).ok
    assert ask([server, unrelated, cross], [new]).code == "SIGNER_NOT_FOUND"


def test_an_anchor_stands_for_a_served_certificate_by_name_and_key() -> None:
    top = root()
    inter = ca("Suite Issuing CA", top)
    expired = ca("Suite Issuing CA", top, Shape(key=inter.key, days=OLD))
    server = leaf(inter)
    assert ask([server, expired], [top]).code == "EXPIRED"
    assert ask([server, expired], [inter]).ok
    assert ask([server, inter], [top, expired]).ok


def test_a_pinned_leaf_has_to_be_served_alone() -> None:
    made = pki()
    assert ask([made.leaf], [made.leaf]) == ACCEPTED
    assert ask([made.leaf, made.inter], [made.leaf]).code == "SIGNER_NOT_FOUND"
    assert ask([made.leaf, made.inter], [made.leaf, made.root]) == ACCEPTED
    old = pki(leaf_shape=Shape(days=OLD))
    assert ask([old.leaf], [old.leaf]).code == "EXPIRED"


def test_the_last_valid_issuer_of_several_is_taken() -> None:
    top = root()
    inter = ca("Suite Issuing CA", top)
    expired = ca("Suite Issuing CA", top, Shape(key=inter.key, days=OLD))
    server = leaf(inter)
    assert ask([server], [expired, inter]) == ACCEPTED
    assert ask([server], [inter, expired]) == ACCEPTED
    assert ask([server], [expired]).code == "EXPIRED"


def test_sixteen_certificates_are_the_most() -> None:
    chain = chain_of(16)
    served = [leaf(chain[-2]), *chain[-2:0:-1]]
    assert len(served) == 16
    assert ask(served, [chain[0]]) == ACCEPTED
    assert ask([*served, served[-1]], [chain[0]]).code == "CONSTRAINT_ERROR"


def test_dropping_a_duplicate_loses_the_last_certificate() -> None:
    chain = chain_of(3)
    server = leaf(chain[3])
    lonely = root("Unrelated")
    assert ask([server, lonely, chain[3], lonely, chain[2], chain[1]], [chain[0]]) == ACCEPTED
    gap = [server, lonely, chain[2], lonely, chain[1]]
    assert ask(gap, [chain[0]]).code == "SIGNER_NOT_FOUND"


def test_anchors_are_found_by_the_bytes_of_the_name() -> None:
    made = pki()
    odd = ca("Suite Issuing CA", root(), Shape(key=made.inter.key, subject=name("Suite Issuing CA", tag=PRINTABLE)))
    assert ask([made.leaf, odd], [root()]).code == "SIGNER_NOT_FOUND"
    assert ask([made.leaf], [odd]).code == "SIGNER_NOT_FOUND"
    assert ask([made.leaf, odd], [odd]).ok


def test_a_pinned_leaf_is_seen_beside_others_where_the_buckets_of_two_names_collide() -> None:
    top = name("Suite Root")
    names = [name(f"Leaf {number}") for number in range(1000)]
    same = next(one for one in names if bucket(one) == bucket(top))
    other = next(one for one in names if bucket(one) != bucket(top))
    for subject, code in ((same, None), (other, "SIGNER_NOT_FOUND")):
        made = pki(leaf_shape=Shape(subject=subject))
        assert ask([made.leaf, made.inter], [made.leaf]).code == code


def test_a_point_off_the_curve_is_no_key_for_tls() -> None:
    usual = ec_key()
    point = bytearray(spki(usual))
    point[-1] ^= 1
    made = pki(leaf_shape=Shape(key=usual, spki=bytes(point)))
    assert ask([made.leaf, made.inter], [made.root]).code == "UNSUPPORTED_KEY"


def test_buckets_turn_a_word_of_64_bits() -> None:
    value = 0
    subject = name("A name that is long enough to turn the word of the hash more than once")
    for octet in subject:
        value = (octet + ((value << 9 | value >> 55) & (2**64 - 1))) % 2**64
    assert bucket(subject) == value % 127


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (lambda one: one, 1),
        (lambda one: b"\xef\xbb\xbfa comment\n" + one.replace(b"\n", b"\r\n"), 1),
        (lambda one: one + one, 2),
        (lambda one: one.replace(b"CERTIFICATE", b"X509 CERTIFICATE"), 1),
        (lambda one: one.replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE"), 0),
        (lambda one: one.rsplit(b"-----END", 1)[0] + one, 2),
        (lambda one: one.replace(b"\n", b"", 1), 1),
    ],
)
def test_blocks_that_are_read(text: Callable[[bytes], bytes], count: int) -> None:
    assert len(list(blocks(text(pem([root()]))))) == count


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one[:-30],
        lambda one: one.replace(b"CERTIFICATE", b"CERTIFICATE REQUEST").replace(b"MII", b"AII", 1),
        lambda one: one.replace(b"MII", b"M!I", 1),
        lambda one: b"-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n" + one,
    ],
)
def test_one_broken_block_loses_the_file_for_git_but_not_for_wget(spoil: Callable[[bytes], bytes]) -> None:
    made = pki()
    bundle = pem([made.root]) + spoil(pem([root("Other")]))
    assert ask([made.leaf, made.inter], bundle).code == "CA_FILE"
    verdict = GnuTLSVerifier(bundle, "wget").verify([made.leaf.der, made.inter.der], HOST, datetime.now(UTC))
    assert verdict.code == "SIGNER_NOT_FOUND"


def test_six_zero_bits_may_stand_alone_after_whole_groups() -> None:
    def block(body: bytes) -> bytes:
        return b"-----BEGIN CERTIFICATE-----\n" + body + b"\n-----END CERTIFICATE-----\n"

    assert list(blocks(block(b"AQIDA==="))) == [b"\1\2\3"]
    for body in (b"AQIDB===", b"AQI=A===", b"AQJ=", b"AQI", b""):
        with pytest.raises(DERError):
            list(blocks(block(body)))


def test_a_file_without_certificates_is_an_empty_store() -> None:
    made = pki()
    for bundle in (b"", b"no blocks", made.root.der):
        assert ask([made.leaf, made.inter], bundle).code == "SIGNER_NOT_FOUND"


@pytest.mark.parametrize(("salt", "good"), [(32, True), (20, False)])
def test_a_plain_rsa_key_makes_pss_signatures_with_a_salt_like_the_hash(salt: int, good: bool) -> None:
    top = root(shape=Shape(key=rsa_key()))
    server = leaf(top, Shape(signing=rsa_pss("sha256", salt=salt)))
    assert ask([server], [top]).ok is good


def test_an_anchor_whose_own_signature_cannot_be_read_is_no_ca() -> None:
    made = pki()
    signed, algorithm, _ = element(made.root.der).children()
    unsigned = encode(SEQUENCE, signed.raw, algorithm.raw, encode(BIT_STRING))
    assert ask([made.leaf, made.inter], pem([unsigned])).code == "SIGNER_NOT_CA"


def test_a_boolean_with_a_long_length_is_not_read() -> None:
    long = Ext(BASIC, encode(SEQUENCE, bytes((BOOLEAN, 0x81, 1, 0xFF))))
    made = pki(inter=Shape(exts=(long,)))
    assert ask([made.leaf, made.inter], [made.root]).code == "SIGNER_NOT_CA"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=3), st.binary(max_size=200), st.text(max_size=20))
def test_garbage_is_refused_and_never_raises(served: list[bytes], trust: bytes, host: str) -> None:
    assert not ask(served, trust, host).ok


def test_damaged_certificates_never_raise() -> None:
    made, dice = pki(), random.Random(1)  # noqa: S311 - damage that is the same in every run
    for _ in range(300):
        chain = [bytearray(one.der) for one in (made.leaf, made.inter, made.root)]
        for _ in range(dice.randint(1, 3)):
            victim = dice.choice(chain)
            victim[dice.randrange(len(victim))] = dice.randrange(256)
        leaf_der, inter_der, root_der = map(bytes, chain)
        ask([leaf_der, inter_der], pem([root_der]))


@pytest.mark.parametrize(
    ("number", "text", "accepted"),
    [
        (0, "fatal: https://www.example.test:1/x/info/refs not valid: is this a git repository?", True),
        (
            0,
            "fatal: unable to access 'https://a/': server certificate verification failed. CAfile: x CRLfile: none",
            False,
        ),
        (0, "fatal: unable to access 'https://a/': Problem with the SSL CA cert (path? access rights?)", False),
        (0, "fatal: unable to access 'https://a/': gnutls_handshake() failed: Error in the certificate.", False),
        (0, "fatal: unable to access 'https://a/': gnutls_handshake() failed: The curve is unsupported", None),
        (0, "fatal: unable to access 'https://a/': Failed to connect to a port 1", None),
        (1, '2026-01-01 00:00:00 URL:https://a/x [3/3] -> "/dev/null" [1]', True),
        (1, "ERROR: The certificate of 'a' is not trusted.", False),
        (1, "GnuTLS: Error in the certificate. Unable to establish SSL connection.", False),
        (1, "GnuTLS: The signature is incompatible with the public key. Unable to establish SSL connection.", None),
    ],
)
def test_what_the_programs_print(number: int, text: str, accepted: bool | None) -> None:
    program = PROGRAMS[number]
    assert isinstance(program, GnutlsProgram)
    assert program.outcome(text).accepted is accepted


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.name)
def test_a_version_names_program_and_library(program: Program) -> None:
    version = program.version()
    if shutil.which(program.name) is None:
        assert version is None
    else:
        assert version is None or re.fullmatch(program.name + r" [\d.]+, GnuTLS \(libgnutls\.so\.[\d.]+\)", version)
