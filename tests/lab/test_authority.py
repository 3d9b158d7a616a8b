from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from tests.lab.clients import openssl_verify
from tui_chain.lab.authority import Authority, Template, days, rsa_key, self_signed_leaf, to_pem

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def root() -> Authority:
    return Authority.root("Test Root", now=NOW)


def test_a_whole_path_is_strictly_right(root: Authority, tmp_path: Path) -> None:
    policy = root.issue_ca("Policy", Template(path_length=1))
    issuing = policy.issue_ca("Issuing", Template(path_length=0))
    leaf = issuing.issue_leaf(("a.test", "127.0.0.1"))
    chain = to_pem((leaf.der, issuing.der, policy.der))
    options = ("-x509_strict", "-purpose", "sslserver", "-verify_hostname", "a.test")
    done = openssl_verify(tmp_path, to_pem([root.der]), chain, *options)
    assert done.returncode == 0, done.stderr


def test_the_usual_profile_is_that_of_rfc_5280(root: Authority) -> None:
    leaf = root.issue_leaf(("a.test", "::1"), Template(urls=("http://x.test/a", "ldap://x.test/b"))).certificate
    found = {each.oid: each for each in leaf.extensions}
    constraints = found[ExtensionOID.BASIC_CONSTRAINTS]
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=False, path_length=None)
    assert found[ExtensionOID.EXTENDED_KEY_USAGE].value == x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    ski = root.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    aki = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert aki.key_identifier == ski.digest
    assert root.certificate.extensions.get_extension_for_class(x509.KeyUsage).critical
    urls = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [each.access_location.value for each in urls] == ["http://x.test/a", "ldap://x.test/b"]
    assert leaf.serial_number > 0


def test_validity_is_counted_from_the_time_that_is_passed_in() -> None:
    then = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    leaf = Authority.root("Later", now=then).issue_leaf(template=Template(validity=days(-33, -3))).certificate
    assert leaf.not_valid_before_utc == then - timedelta(days=33)
    assert leaf.not_valid_after_utc == then - timedelta(days=3)
    with pytest.raises(ValueError, match="time zone"):
        self_signed_leaf(now=datetime(2031, 5, 6))  # noqa: DTZ001 - a naive time is what is refused


def test_a_cross_sign_shares_subject_and_key(root: Authority) -> None:
    other = Authority.root("Other Root", now=NOW)
    issuing = root.issue_ca("Issuing")
    twin = other.cross_sign(issuing)
    leaf = twin.issue_leaf().certificate
    for each in (issuing, twin):
        leaf.verify_directly_issued_by(each.certificate)
    assert twin.certificate.issuer == other.subject
    assert twin.der != issuing.der


def test_same_name_with_another_key_did_not_sign(root: Authority) -> None:
    leaf, namesake = root.issue_ca("Issuing").issue_leaf().certificate, root.issue_ca("Issuing").certificate
    assert leaf.issuer == namesake.subject
    with pytest.raises(InvalidSignature):
        leaf.verify_directly_issued_by(namesake)


def test_a_template_makes_the_odd_ones(root: Authority) -> None:
    poison = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    constraints = x509.NameConstraints([x509.DNSName("a.test")], None)
    lax = x509.BasicConstraints(ca=True, path_length=None)
    template = Template(
        new_key=rsa_key,
        digest=hashes.SHA384(),
        without=frozenset({ExtensionOID.SUBJECT_KEY_IDENTIFIER}),
        extensions=((poison, False), (constraints, True), (lax, False)),
        customise=lambda builder: builder.add_extension(x509.OCSPNoCheck(), critical=False),
    )
    odd = root.issue_ca("Odd", template)
    extensions = odd.certificate.extensions
    assert isinstance(odd.key, rsa.RSAPrivateKey)
    assert {each.oid for each in extensions} >= {poison.oid, constraints.oid, ExtensionOID.OCSP_NO_CHECK}
    assert not extensions.get_extension_for_class(x509.BasicConstraints).critical
    with pytest.raises(x509.ExtensionNotFound):
        extensions.get_extension_for_class(x509.SubjectKeyIdentifier)


def test_edwards_keys_sign(root: Authority) -> None:
    authority = root.issue_ca("Edwards", Template(new_key=ed25519.Ed25519PrivateKey.generate))
    authority.issue_leaf().certificate.verify_directly_issued_by(authority.certificate)


def test_a_self_signed_leaf_is_no_ca() -> None:
    leaf = self_signed_leaf(now=NOW).certificate
    leaf.verify_directly_issued_by(leaf)
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
