"""Each rule of a path by itself: its code, the certificate it sits on, and the words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509

from tests.paths.graphs import BASIC, CLIENT, HOST, NOW, SERVER, SKI, Spec, build, ca, leaf, naming, root, usage
from tests.paths.situations import ANY_USE, UNKNOWN
from tui_chain.core.finding_codes import FindingCode
from tui_chain.paths.checks import PathProblem, date_problem, path_problems
from tui_chain.x509.certificate import Certificate

ROOT, ISSUING, LEAF = root(), ca("Issuing", "Root"), leaf("Issuing")


def problems(*path: Certificate, host: str = HOST) -> list[tuple[str, Certificate, str]]:
    found = path_problems(path, host=host, at=NOW)
    return [(problem.code, problem.certificate, problem.detail) for problem in found]


def codes(*path: Certificate, host: str = HOST) -> list[str]:
    return [code for code, _, _ in problems(*path, host=host)]


def test_a_sound_path_has_no_problem() -> None:
    assert not problems(LEAF, ISSUING, ROOT)
    assert not problems(LEAF, ISSUING)
    assert not problems(LEAF)
    assert not path_problems((), host=HOST, at=NOW)


def test_dates() -> None:
    expired, future = ca("Issuing", "Root", days=(-20, -1)), ca("Issuing", "Root", days=(1, 30))
    end, start = NOW - timedelta(days=1), NOW + timedelta(days=1)
    assert problems(LEAF, expired, ROOT) == [("expired", expired, f"it expired on {end:%Y-%m-%d %H:%M} UTC")]
    words = f"it is valid from {start:%Y-%m-%d %H:%M} UTC"
    assert problems(LEAF, future, ROOT) == [("not-yet-valid", future, words)]
    assert codes(LEAF, ISSUING, root(days=(-20, -1))) == ["expired"], "of an anchor too, as OpenSSL has it"


def test_both_ends_of_validity_are_within() -> None:
    one = leaf("Issuing", days=(0, 10))
    assert not list(date_problem(one, NOW))
    assert not list(date_problem(one, NOW + timedelta(days=10)))
    assert [problem.code for problem in date_problem(one, NOW + timedelta(days=10, seconds=1))] == ["expired"]


def test_host_names() -> None:
    server = leaf("Issuing", names=("a.test", "*.b.test", "c.test", "d.test", "e.test", "192.0.2.1"))
    (found,) = problems(server, ISSUING, ROOT)
    assert found == ("host-mismatch", server, "it is for a.test, *.b.test, c.test, d.test and 2 more")
    for host in ("a.test", "A.TEST", "x.b.test", "192.0.2.1"):
        assert not problems(server, ISSUING, ROOT, host=host)
    for host in ("b.test", "x.y.b.test", "xa.test", "192.0.2.2", "xn--nxasmq6b.test"):
        assert codes(server, ISSUING, ROOT, host=host) == ["host-mismatch"]


def test_internationalised_hosts_are_compared_in_ascii() -> None:
    server = leaf("Issuing", names=("xn--bcher-kva.test", "*.xn--nxasmq6b.test"))
    assert not problems(server, ISSUING, ROOT, host="xn--bcher-kva.test")
    assert not problems(server, ISSUING, ROOT, host="xn--80ak6aa92e.xn--nxasmq6b.test")
    assert codes(server, ISSUING, ROOT, host="xn--80ak6aa92e.test") == ["host-mismatch"]


def test_the_common_name_is_no_host_name() -> None:
    server = leaf("Issuing", HOST, key="leaf", names=())
    assert problems(server, ISSUING, ROOT) == [
        ("host-mismatch", server, "it names no host at all (no subjectAltName)")
    ]


def test_purposes_along_the_path() -> None:
    words = "its extended key usage does not allow TLS servers"
    for path in (
        (leaf("Issuing", uses=(CLIENT,)), ISSUING, ROOT),
        (LEAF, ca("Issuing", "Root", uses=(CLIENT,)), ROOT),
        (LEAF, ISSUING, root(uses=(CLIENT,))),
    ):
        (odd,) = [one for one in path if one.extended_key_usage == (CLIENT,)]
        assert problems(*path) == [("purpose", odd, words)]
    assert not problems(leaf("Issuing", uses=(CLIENT, SERVER)), ca("Issuing", "Root", uses=(SERVER,)), ROOT)


def test_any_purpose_does_not_do_for_openssl() -> None:
    (found,) = problems(LEAF, ca("Issuing", "Root", uses=(ANY_USE,)), ROOT)
    assert found[2] == "it is for any use but does not name TLS servers, which OpenSSL asks for"


@pytest.mark.parametrize("use", ["digital_signature", "key_encipherment", "key_agreement"])
def test_a_server_key_has_one_of_three_uses(use: str) -> None:
    assert not problems(leaf("Issuing", extra=((usage(use), True),)), ISSUING, ROOT)


def test_a_server_key_with_none_of_them() -> None:
    assert codes(leaf("Issuing", extra=((usage("content_commitment"), True),)), ISSUING, ROOT) == ["purpose"]


def test_issuers_are_authorities() -> None:
    plain, silent = ca("Issuing", "Root", without=frozenset({BASIC})), build(Spec("Issuing", "Root", ca=False))
    mute = ca("Issuing", "Root", extra=((usage("crl_sign"), True),))
    no_ca = "it signed a certificate but is no CA (basicConstraints)"
    assert problems(LEAF, plain, ROOT) == [("not-a-ca", plain, no_ca)]
    assert problems(LEAF, silent, ROOT) == [("not-a-ca", silent, no_ca)]
    assert problems(LEAF, mute, ROOT) == [("not-a-ca", mute, "its keyUsage does not allow it to sign certificates")]
    assert codes(LEAF, ISSUING, root(without=frozenset({BASIC}))) == ["not-a-ca"]


def test_path_lengths_count_authorities_that_are_not_self_issued() -> None:
    none = ca("Upper", "Root", path_length=0)
    lower, server = ca("Lower", "Upper"), leaf("Lower")
    assert not problems(leaf("Upper"), none, ROOT)
    (found,) = problems(server, lower, none, ROOT)
    assert found == ("path-length", none, "it allows 0 CA certificates below it, there are 1")
    rollover = ca("Upper", "Upper", key="new", signer="Upper")
    assert not problems(leaf("Upper", signer="new"), rollover, none, ROOT)
    assert codes(server, lower, ca("Upper", "Root"), root(path_length=1)) == ["path-length"]
    assert not problems(server, lower, ca("Upper", "Root"), root(path_length=2))


def test_weak_keys_and_signatures() -> None:
    weak = ca("Weak", "Root", key="rsa1024")
    (found,) = problems(leaf("Weak", signer="rsa1024"), weak, ROOT)
    assert found == ("weak-key", weak, "its RSA 1024 key is too short; clients ask for 2048 bits")
    old = leaf("Old", signer="rsa2048", digest="md5")
    (found,) = problems(old, ca("Old", "Root", key="rsa2048"), ROOT)
    words = "it is signed with MD5, which is broken; clients ask for SHA-256 or better"
    assert found == ("weak-signature", old, words)


def test_an_anchors_own_signature_does_not_count() -> None:
    old = root("Old", key="rsa2048", signer="rsa2048", digest="sha1")
    server = leaf("Old", signer="rsa2048")
    assert not problems(server, old)
    above = ca("Old", "Higher", key="rsa2048", signer="rsa2048:up", digest="sha1")
    higher = root("Higher", key="rsa2048:up", signer="rsa2048:up")
    assert not problems(server, above)
    assert codes(server, above, higher) == ["weak-signature"]


def test_unknown_critical_extensions() -> None:
    odd = ca("Issuing", "Root", extra=((UNKNOWN, True),))
    assert problems(LEAF, odd, ROOT) == [
        ("critical-extension", odd, "clients do not know its critical extension 1.2.3.4")
    ]
    assert not problems(LEAF, ca("Issuing", "Root", extra=((UNKNOWN, False),)), ROOT)


def test_identifiers_that_are_not_the_issuers() -> None:
    issuing = ca("Issuing", "Root", serial=7)
    for server, what in (
        (naming(b"another"), "key identifier"),
        (naming(None, "Root", 8), "serial number"),
        (naming(None, "Elder", 7), "name of the issuer's own issuer"),
    ):
        words = f"the {what} in it is not that of Issuing, and OpenSSL refuses the link"
        assert problems(server, issuing, ROOT) == [("key-id-mismatch", server, words)]
    assert not problems(naming(None, "Root", 7), issuing, ROOT)
    assert not problems(naming(b"another"), ca("Issuing", "Root", without=frozenset({SKI})), ROOT)


def test_broken_extensions_are_said_and_nothing_is_concluded_from_them() -> None:
    marker = x509.UnrecognizedExtension(BASIC, b"\x30\x03\x02\x01")
    broken = ca("Issuing", "Root", extra=((marker, False),))
    (found,) = [one for one in problems(LEAF, broken, ROOT) if one[0] == "unreadable"]
    assert found[1] == broken
    assert "not-a-ca" not in codes(LEAF, broken, ROOT)


def test_garbage_is_unreadable() -> None:
    junk = Certificate(b"junk")
    assert {code for code, _, _ in problems(junk)} == {"unreadable"}
    assert {one.sha256 for _, one, _ in problems(LEAF, junk, ROOT)} == {junk.sha256}


def test_problems_come_in_the_order_of_the_path() -> None:
    server = leaf("Issuing", days=(-20, -1), names=("elsewhere.test",))
    issuing = ca("Issuing", "Root", days=(-20, -1), uses=(CLIENT,))
    expired = root(days=(-20, -1))
    found = [(code, one.subject) for code, one, _ in problems(server, issuing, expired)]
    assert found == [
        ("expired", "CN=leaf"),
        ("host-mismatch", "CN=leaf"),
        ("expired", "CN=Issuing"),
        ("purpose", "CN=Issuing"),
        ("expired", "CN=Root"),
    ]


def test_a_problem_is_a_value() -> None:
    assert PathProblem(FindingCode.EXPIRED, LEAF, "x") == PathProblem(FindingCode.EXPIRED, LEAF, "x")
