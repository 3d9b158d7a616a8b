"""Name constraints: each rule by itself, and any mixture of them against OpenSSL."""

from __future__ import annotations

import ipaddress

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.paths.graphs import HOST, NOW, ca, general, leaf, name, root
from tui_chain.clients.engines.openssl.verifier import OpenSSLVerifier, Settings
from tui_chain.paths.checks import path_problems
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of


def constrained(permitted: list[x509.GeneralName] | None, excluded: list[x509.GeneralName] | None) -> Certificate:
    return ca("Issuing", "Root", extra=((x509.NameConstraints(permitted, excluded), True),))


def of_names(*names: x509.GeneralName, subject: str = "leaf") -> Certificate:
    extra = ((x509.SubjectAlternativeName(names), False),) if names else ()
    return leaf("Issuing", subject, key="leaf", names=(), extra=extra)


def violations(issuer: Certificate, server: Certificate) -> list[str]:
    problems = path_problems((server, issuer, root()), host=HOST, at=NOW)
    return [problem.detail for problem in problems if problem.code == "name-constraints"]


def dns(text: str) -> x509.GeneralName:
    return x509.DNSName(text)


def net(text: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_network(text))


def uri(text: str) -> x509.GeneralName:
    return x509.UniformResourceIdentifier(text)


def mail(text: str) -> x509.GeneralName:
    return x509.RFC822Name(text)


def directory(text: str) -> x509.GeneralName:
    return x509.DirectoryName(name(text))


OTHER = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x01a")
REGISTERED = x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))


@pytest.mark.parametrize(
    ("base", "given_name", "inside"),
    [
        (dns("example.test"), dns("example.test"), True),
        (dns("example.test"), dns("www.example.test"), True),
        (dns("example.test"), dns("WWW.Example.TEST"), True),
        (dns("example.test"), dns("badexample.test"), False),
        (dns(".example.test"), dns("www.example.test"), True),
        (dns(".example.test"), dns("example.test"), False),
        (dns("example.test"), dns("*.example.test"), True),
        (dns("www.example.test"), dns("*.example.test"), False),
        (dns(""), dns("anything.test"), True),
        (net("10.0.0.0/8"), general("10.1.2.3"), True),
        (net("10.0.0.0/8"), general("11.1.2.3"), False),
        (net("10.0.0.0/8"), general("::a01:203"), False),
        (net("fd00::/8"), general("fd00::1"), True),
        (mail("example.test"), mail("a@example.test"), True),
        (mail("example.test"), mail("a@mail.example.test"), False),
        (mail(".example.test"), mail("a@mail.example.test"), True),
        (mail("a@example.test"), mail("a@example.test"), True),
        (mail("a@example.test"), mail("b@example.test"), False),
        (uri("example.test"), uri("https://example.test/path"), True),
        (uri("example.test"), uri("https://www.example.test:8443/path"), False),
        (uri(".example.test"), uri("https://www.example.test:8443/path"), True),
        (uri(".example.test"), uri("https://example.test"), False),
        (directory("O=Ours"), directory("O=Ours/CN=it"), True),
        (directory("O=Ours"), directory("O=ours/CN=it"), True),
        (directory("O=Ours"), directory("O=Theirs/CN=it"), False),
    ],
)
def test_a_base_covers_what_is_below_it(base: x509.GeneralName, given_name: x509.GeneralName, inside: bool) -> None:
    server = of_names(given_name, subject="O=Ours/CN=leaf" if inside else "CN=leaf")
    assert bool(violations(constrained([base], None), server)) is not inside
    assert bool(violations(constrained(None, [base]), of_names(given_name, subject=""))) is inside


def test_a_kind_that_is_not_constrained_is_free() -> None:
    issuer = constrained([dns("example.test")], None)
    assert not violations(issuer, of_names(dns(HOST), general("10.0.0.1"), mail("a@elsewhere.test")))


@pytest.mark.parametrize("odd", [OTHER, REGISTERED])
def test_a_constraint_that_cannot_be_checked_forbids_names_of_its_kind_only(odd: x509.GeneralName) -> None:
    issuer = constrained([odd], None)
    assert not violations(issuer, of_names(dns(HOST)))
    assert "cannot check" in violations(issuer, of_names(dns(HOST), odd))[0]


def test_a_uri_without_a_host_cannot_be_checked() -> None:
    assert "cannot check" in violations(constrained(None, [uri("x.test")]), of_names(uri("urn:isbn:1")))[0]


def test_the_subject_and_its_address_count() -> None:
    assert violations(constrained([directory("O=Ours")], None), of_names(dns(HOST), subject="O=Theirs/CN=x"))
    assert not violations(constrained([directory("O=Ours")], None), of_names(dns(HOST), subject=""))
    assert violations(constrained([mail("example.test")], None), of_names(dns(HOST), subject="CN=x/E=a@other.test"))


def test_the_common_name_counts_where_there_is_no_dns_name() -> None:
    issuer = constrained([dns("example.test")], None)
    address = general("10.0.0.1")
    assert violations(issuer, of_names(address, subject="www.other.test"))
    assert not violations(issuer, of_names(address, subject="www.example.test"))
    assert not violations(issuer, of_names(address, subject="My Printer v1.0"))
    assert not violations(issuer, of_names(dns(HOST), subject="www.other.test"))


def test_the_problem_sits_on_the_certificate_with_the_name_and_says_by_whom() -> None:
    issuer, server = constrained([dns("other.test"), dns("third.test")], None), of_names(dns(HOST))
    (problem,) = path_problems((server, issuer, root()), host=HOST, at=NOW)
    assert (problem.code, problem.certificate) == ("name-constraints", server)
    assert problem.detail == f"{HOST} is outside of what a CA above it permits (other.test, third.test): Issuing"


def test_a_ca_below_is_constrained_but_not_a_self_issued_one() -> None:
    top = root(extra=((x509.NameConstraints([directory("O=Ours")], None), True),))
    below = ca("O=Theirs/CN=CA", "Root")
    server = leaf("O=Theirs/CN=CA", "O=Ours/CN=leaf", key="leaf")
    problems = path_problems((server, below, top), host=HOST, at=NOW)
    assert [(one.code, one.certificate) for one in problems] == [("name-constraints", below)]
    rollover = ca("O=Theirs/CN=CA", "O=Theirs/CN=CA", key="new", signer="O=Theirs/CN=CA")
    renewed = leaf("O=Theirs/CN=CA", "O=Ours/CN=leaf", key="leaf", signer="new")
    problems = path_problems((renewed, rollover, below, top), host=HOST, at=NOW)
    assert [(one.code, one.certificate) for one in problems] == [("name-constraints", below)]


def test_too_many_names_are_not_compared() -> None:
    names = [dns(f"n{number}.example.test") for number in range(1100)]
    assert "too many" in violations(constrained(names, None), of_names(*names))[0]


LABELS = (
    "example.test",
    "www.example.test",
    "a.b.example.test",
    "test",
    "other.test",
    "xexample.test",
    "*.example.test",
)
NAMES = st.one_of(
    st.sampled_from([dns(text) for text in LABELS]),
    st.sampled_from([general(text) for text in ("10.0.0.1", "192.168.1.1", "::1", "fd00::1")]),
    st.sampled_from([mail(f"{local}@{host}") for local in ("a", "B") for host in LABELS[:4]]),
    st.sampled_from([uri(f"{start}{host}/x") for start in ("http://", "ldap://") for host in LABELS[:4]]),
    st.sampled_from([directory(text) for text in ("O=Ours", "O=Ours/CN=x", "O=ours  x", "C=DE/O=Ours")]),
    st.sampled_from([OTHER, REGISTERED, uri("urn:isbn:1"), uri("http:/example.test")]),
)
BASES = st.one_of(
    st.sampled_from([dns(text) for text in ("", "example.test", ".example.test", "WWW.example.TEST", "test")]),
    st.sampled_from([net(text) for text in ("10.0.0.0/8", "0.0.0.0/0", "10.0.0.1/32", "fd00::/8", "::/0")]),
    st.sampled_from([mail(text) for text in ("example.test", ".example.test", "a@example.test", "b@example.test")]),
    st.sampled_from([uri(text) for text in ("example.test", ".example.test", "test")]),
    st.sampled_from([directory(text) for text in ("O=Ours", "O=OURS/CN=x", "C=DE", "CN=leaf")]),
    st.sampled_from([OTHER, REGISTERED]),
)
SUBJECTS = st.sampled_from(
    ["leaf", "", "O=Ours/CN=leaf", "O=Ours/CN=www.other.test", "CN=x/E=a@example.test", "CN=192.168.7.7", "CN=a b.c"]
)


OPENSSL = OpenSSLVerifier(pem_of([root()]))
NO_HOST_CHECK = Settings(own_host_check=True)
"""OpenSSL checks the chain alone, and the host afterwards."""


@settings(max_examples=300, deadline=None)
@given(
    st.lists(NAMES, max_size=3),
    st.lists(BASES, max_size=3),
    st.lists(BASES, max_size=2),
    SUBJECTS,
)
def test_constraints_agree_with_openssl(
    names: list[x509.GeneralName],
    permitted: list[x509.GeneralName],
    excluded: list[x509.GeneralName],
    subject: str,
) -> None:
    if not permitted and not excluded:
        permitted = [dns("example.test")]
    issuer = constrained(permitted or None, excluded or None)
    server = of_names(*names, subject=subject)
    code = OPENSSL.verify((server.der, issuer.der), HOST, NOW, NO_HOST_CHECK).code
    assert bool(violations(issuer, server)) == (code in {47, 48, 51, 52, 53}), (code, violations(issuer, server))
