"""How the model of Go compares names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.clients.making import HOST, Case, Ext, Shape, case, leaf, name, pki, root, san
from tests.clients.model_cases import address, constraints, directory, dns, mail, uri
from tui_chain.clients.engines.go.constraints import Domains
from tui_chain.clients.engines.go.names import mailbox, reverse_labels, uri_host
from tui_chain.clients.engines.go.verifier import GoVerifier
from tui_chain.clients.verdict import Verdict


def judged(one: Case) -> Verdict:
    return GoVerifier(one.bundle).verify(one.served, one.host, datetime.now(UTC))


def code(one: Case) -> object:
    return judged(one).code


@pytest.mark.parametrize(
    ("name_", "host", "accepted"),
    [
        (HOST, HOST, True),
        (HOST, "WWW.Example.Test.", True),
        ("*.example.test", HOST, True),
        ("*.example.test", "a.b.example.test", False),
        ("*.test", "example.test", True),
        ("*", "localhost", True),
        ("w*.example.test", HOST, False),
        ("a_b.example.test", "a_b.example.test", True),
        ("www.example.test.", HOST, False),
        ("www.example.test.", "www.example.test.", True),
        ("-a.test", "-a.test", True),
        ("*.-a.test", "b.-a.test", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("2001:db8::1", "[2001:db8::1]", True),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_host_names(name_: str, host: str, accepted: bool) -> None:
    anchor = root()
    assert judged(case("host", (leaf(anchor, names=[name_]),), (anchor,), host)).ok is accepted


def test_an_address_as_a_dns_name_and_a_common_name_do_not_count() -> None:
    anchor = root()
    written = leaf(anchor, Shape(exts=(san(dns("10.0.0.1")),)))
    assert code(case("written", (written,), (anchor,), "10.0.0.1")) == "HostnameError"
    assert code(case("cn", (leaf(anchor, Shape(without=("2.5.29.17",))),), (anchor,))) == "HostnameError"


FORBIDDEN = "CANotAuthorizedForThisName"


@pytest.mark.parametrize(
    ("limits", "names", "expected"),
    [
        (constraints(dns("example.test")), (HOST,), None),
        (constraints(dns(".example.test")), (HOST,), None),
        (constraints(dns(f".{HOST}")), (HOST,), FORBIDDEN),
        (constraints(dns("")), (HOST,), None),
        (constraints(dns("other.test")), (HOST,), FORBIDDEN),
        (constraints(b"", dns("EXAMPLE.test")), (HOST,), FORBIDDEN),
        (constraints(b"", dns("")), (HOST,), FORBIDDEN),
        (constraints(b"", dns("other.test")), (HOST, "a.other.test"), FORBIDDEN),
        (constraints(b"", dns("a.example.test")), ("*.example.test",), None),
        (constraints(address("0a000000ff000000")), (HOST,), None),
        (constraints(address("0a000000ff000000")), (HOST, "10.9.9.9"), None),
        (constraints(address("0a000000ff000000")), (HOST, "11.9.9.9"), FORBIDDEN),
        (constraints(address("0a000000ff000000")), (HOST, "bad."), FORBIDDEN),
        (constraints(mail("example.test")), (HOST, mail("a@example.test")), None),
        (constraints(mail("b@example.test")), (HOST, mail("a@example.test")), FORBIDDEN),
        (constraints(b"", mail("example.test")), (HOST, mail('"a b"@example.test')), FORBIDDEN),
        (constraints(b"", mail("example.test")), (HOST, mail("a")), FORBIDDEN),
        (constraints(uri("example.test")), (HOST, uri("https://a.example.test:80/")), None),
        (constraints(uri("example.test")), (HOST, uri("https://10.0.0.1/")), FORBIDDEN),
        (constraints(b"", uri("example.test")), (HOST, uri("urn:x")), FORBIDDEN),
        (constraints(b"", uri("example.test")), (HOST, uri("http://:80/")), None),
        (constraints(directory(name("x"))), (HOST,), None),
        (constraints(directory(name("x")), critical=True), (HOST,), "UnhandledCriticalExtension"),
    ],
)
def test_name_constraints(limits: Ext, names: tuple[str | bytes, ...], expected: str | None) -> None:
    host = HOST if HOST in names else "b.example.test"
    server = Shape(exts=(san(*names),))
    for chain in (
        pki(leaf_shape=server, inter=Shape(exts=(limits,))),
        pki(leaf_shape=server, top=Shape(exts=(limits,))),
    ):
        assert code(chain.case("constraints", host)) == expected


def test_constraints_count_for_the_name_of_their_own_certificate_but_for_none_between() -> None:
    limits = constraints(dns("example.test"))
    assert code(pki(inter=Shape(exts=(limits, san("ca.other.test")))).case("own")) == FORBIDDEN
    assert judged(pki(top=Shape(exts=(limits,)), inter=Shape(exts=(san("ca.other.test"),))).case("between")).ok


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("http://a.test/x?y#z", "a.test"),
        ("http://u:p@a.test:80/", "a.test:80"),
        ("http://[::1]:80/", "[::1]:80"),
        ("//a.test/", "a.test"),
        ("///a.test/", ""),
        ("http:///a", ""),
        ("urn:%zz", ""),
        ("", ""),
        ("*", ""),
        ("a/b:c", ""),
        ("http://h%c3%a9.test/", "h\u00c3\u00a9.test"),
        (":a", None),
        ("a b:c", None),
        ("http://a:b/", None),
        ("http://a b/", None),
        ("http://[::1/", None),
        ("http://h%41/", None),
        ("http://a/%zz", None),
        ("http://a/#%zz", None),
        ("http://u^@a/", None),
        ("http://a\x01/", None),
    ],
)
def test_hosts_of_uris(text: str, host: str | None) -> None:
    assert uri_host(text) == host


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@b.test", ("a", "b.test")),
        ('"a b"@b.test', ("a b", "b.test")),
        ('""@b.test', ("", "b.test")),
        ("a\\@c@b.test", ("a@c", "b.test")),
        ("a@", ("a", "")),
        (".a@b.test", None),
        ("a..b@b.test", None),
        ("a(b@b.test", None),
        ('"a"b@b.test', None),
        ("a@b.test.", None),
        ("a", None),
        ("", None),
    ],
)
def test_mailboxes(text: str, expected: tuple[str, str] | None) -> None:
    assert mailbox(text) == expected


def test_labels_of_domains() -> None:
    assert reverse_labels("a.b") == ["b", "a"]
    assert reverse_labels("") == []
    assert reverse_labels(".a") == ["a"]
    assert [reverse_labels(text) for text in (".", "a.", "..a", "a..b", "a b")] == [None] * 5
    assert Domains(["."]).hold(reverse_labels("a.b")) is True
    assert Domains(["b"]).hold(reverse_labels("a b")) is None
