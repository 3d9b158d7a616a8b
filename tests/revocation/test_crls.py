"""Which CRLs are believed, and of which certificates they speak."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chains import HOST, NOW, make_pki, views
from tests.support.crls import Extra, Oddity, issuing_point, look_up, make_crl, naming
from tests.support.programs import require_program
from tests.support.unsafe import unsafe_in
from tui_chain.lab.authority import Authority, Template, key_to_pem, key_usage, rsa_key, to_pem
from tui_chain.revocation.crl import is_signed, judge_crl
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope, RevocationList, crl_to_pem, crls_of, find_crls
from tui_chain.x509.revocation import Revocation

PKI, OTHER = make_pki(), make_pki("Other")
LEAF, ISSUER = views(PKI.leaf, PKI.issuing)
HERE = "http://a.test/1.crl"
PLACED = PKI.issuing.issue_leaf([HOST], naming(HERE))
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


def status(crl: RevocationList, leaf: Certificate = LEAF, issuer: Certificate = ISSUER) -> Revocation:
    return judge_crl(crl, leaf, issuer, at=NOW).status


def test_a_sound_list_says_good_and_revoked() -> None:
    assert status(make_crl(PKI.issuing)) is Revocation.GOOD
    said = judge_crl(make_crl(PKI.issuing, [PKI.leaf]), LEAF, ISSUER, at=NOW)
    assert (said.status, said.reason) == (Revocation.REVOKED, "superseded")


NAMESAKE = Authority.root("Test Issuing", now=NOW)
ATTACKS = {
    "signed by somebody else": Oddity(key=OTHER.issuing.key),
    "the right name and the key of a namesake": Oddity(key=NAMESAKE.key),
    "another issuer's": Oddity(name=OTHER.issuing.subject),
    "stale": Oddity(begin=timedelta(days=-8), end=timedelta(days=-1)),
    "from the future": Oddity(begin=timedelta(hours=1)),
    "a delta": Oddity(extensions=((x509.DeltaCRLIndicator(1), True),)),
    "a delta that does not say so critically": Oddity(extensions=((x509.DeltaCRLIndicator(1), False),)),
    "a critical extension of its own making": Oddity(extensions=((UNKNOWN, True),)),
    "for CAs": Oddity(extensions=issuing_point(authorities=True)),
    "for attribute certificates": Oddity(extensions=issuing_point(attributes=True)),
    "indirect": Oddity(extensions=issuing_point(indirect=True)),
    "for some reasons": Oddity(extensions=issuing_point(some_reasons=True)),
    "for another part of the issuer's certificates": Oddity(extensions=issuing_point(url="http://a.test/2.crl")),
    "for a part that is named relatively": Oddity(extensions=issuing_point(relative="part 2")),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_does_not_hold_is_not_believed(attack: str) -> None:
    assert status(make_crl(PKI.issuing, odd=ATTACKS[attack])) is Revocation.UNKNOWN
    assert status(make_crl(PKI.issuing, odd=ATTACKS[attack]), *views(PLACED, PKI.issuing)) is Revocation.UNKNOWN


@pytest.mark.parametrize("entry", [x509.CertificateIssuer([x509.DirectoryName(OTHER.root.subject)]), UNKNOWN])
def test_a_list_with_an_entry_of_another_kind_is_not_believed(entry: x509.ExtensionType) -> None:
    """RFC 5280 section 5.3: it must not be used to determine the status of any certificate."""
    crl = make_crl(PKI.issuing, [OTHER.leaf], Oddity(entry_extensions=((entry, True),)))
    assert status(crl) is Revocation.UNKNOWN
    assert (
        status(make_crl(PKI.issuing, [OTHER.leaf], Oddity(entry_extensions=((UNKNOWN, False),)))) is Revocation.GOOD
    )


def test_an_issuer_that_may_not_sign_lists_signs_none() -> None:
    mute = PKI.root.issue_ca("Mute", Template(extensions=((key_usage("key_cert_sign"), True),)))
    assert status(make_crl(mute), *views(mute.issue_leaf([HOST]), mute)) is Revocation.UNKNOWN


@pytest.mark.parametrize(
    ("extensions", "good"),
    [
        (issuing_point(url=HERE), True),
        (issuing_point(url="http://a.test/2.crl"), False),
        (issuing_point(users=True), True),
        (issuing_point(url=HERE, authorities=True), False),
    ],
)
def test_a_part_speaks_of_the_certificates_that_name_its_place(extensions: Extra, good: bool) -> None:
    """A genuine part of the list for other certificates would hide a revocation."""
    said = status(make_crl(PKI.issuing, odd=Oddity(extensions=extensions)), *views(PLACED, PKI.issuing))
    assert said is (Revocation.GOOD if good else Revocation.UNKNOWN)


def test_a_list_for_authorities_speaks_of_an_intermediate() -> None:
    crl = make_crl(PKI.root, [PKI.issuing], Oddity(extensions=issuing_point(authorities=True)))
    assert status(crl, *views(PKI.issuing, PKI.root)) is Revocation.REVOKED
    users = make_crl(PKI.root, odd=Oddity(extensions=issuing_point(users=True)))
    assert status(users, *views(PKI.issuing, PKI.root)) is Revocation.UNKNOWN


def test_rsa_with_pss_is_a_signature(tmp_path: Path) -> None:
    openssl = str(require_program("openssl"))
    root = Authority.root("PSS Root", now=NOW, template=Template(new_key=rsa_key))
    (tmp_path / "ca.pem").write_bytes(to_pem([root.der]))
    (tmp_path / "ca.key").write_bytes(key_to_pem(root.key))
    (tmp_path / "index.txt").write_bytes(b"")
    (tmp_path / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=c\n[c]\ndatabase={tmp_path}/index.txt\ndefault_md=sha256\ndefault_crl_days=7\n"
    )
    words = ("ca", "-gencrl", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-out", "crl.pem")
    subprocess.run(
        (openssl, *words, "-sigopt", "rsa_padding_mode:pss"), check=True, capture_output=True, cwd=tmp_path
    )
    (crl,) = crls_of((tmp_path / "crl.pem").read_bytes())
    assert is_signed(crl, *views(root))
    assert not is_signed(crl, *views(Authority.root("PSS Root", now=NOW, template=Template(new_key=rsa_key))))


def test_a_list_changed_on_its_way_is_not_believed() -> None:
    good = make_crl(PKI.issuing, [OTHER.leaf]).der
    for at in range(0, len(good), 5):
        changed = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        assert look_up(changed, LEAF, ISSUER, at=NOW).status is Revocation.UNKNOWN, at


EVIL = x509.Name(
    [x509.NameAttribute(x509.NameOID.COMMON_NAME, "E\x1b[31m\n-----BEGIN CERTIFICATE-----\n# Host: evil.test\u202e")]
)


def test_every_text_of_a_list_is_safe() -> None:
    crl = make_crl(PKI.issuing, odd=Oddity(name=EVIL))
    for text in (crl.issuer, crl.label, repr(crl)):
        assert not unsafe_in(text)


def test_a_number_without_end_is_none() -> None:
    assert make_crl(PKI.issuing, odd=Oddity(number=2**159)).number == 2**159
    assert make_crl(PKI.issuing, odd=Oddity(number=2**20_000)).number is None


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise(data: bytes) -> None:
    odd = RevocationList(data)
    assert odd.parsed is None
    assert (odd.issuer_name, odd.this_update, odd.next_update, odd.number) == (None, None, None, None)
    assert status(odd) is Revocation.UNKNOWN
    assert find_crls(b"-----BEGIN X509 CRL-----\n" + data + b"\n-----END X509 CRL-----\n") == ()


def test_lists_are_found_between_certificates_with_their_lines() -> None:
    one, two = make_crl(PKI.issuing), make_crl(PKI.root)
    file = to_pem([PKI.root.der]) + b"# words\n" + crl_to_pem(one).encode() + crl_to_pem(two).encode() * 2
    assert [line for line, _ in find_crls(file)] == [
        number for number, line in enumerate(file.splitlines(), 1) if b"BEGIN X509 CRL" in line
    ]
    assert crls_of(file) == (one, two)
    assert crls_of(b"\xef\xbb\xbf" + file.replace(b"\n", b"\r\n")) == (one, two)
    assert crls_of(one.der) == (one,)
    assert crls_of(to_pem([PKI.root.der])) == ()


def test_pem_is_what_openssl_writes(tmp_path: Path) -> None:
    openssl, file = str(require_program("openssl")), tmp_path / "list.crl"
    crl = make_crl(PKI.issuing)
    file.write_bytes(crl.der)
    done = subprocess.run((openssl, "crl", "-in", file, "-inform", "DER"), check=True, capture_output=True)
    assert done.stdout.decode() == crl_to_pem(crl)


def test_the_scope_names_pythons_flag() -> None:
    import ssl

    assert [scope.flag for scope in CrlScope] == ["VERIFY_CRL_CHECK_CHAIN", "VERIFY_CRL_CHECK_LEAF"]
    assert all(hasattr(ssl, scope.flag) for scope in CrlScope)
