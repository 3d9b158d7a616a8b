"""The families, and the judge that asks them: who they are, what is remembered, and that nothing raises."""

from __future__ import annotations

import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.clients import making
from tests.support.chains import HOST, NOW, make_pki, views
from tui_chain.clients.engines.openssl.hostnames import NAMED, host_class, plainly_names
from tui_chain.clients.engines.openssl.verifier import PARTIAL_CHAIN, STRICT, OpenSSLVerifier
from tui_chain.clients.engines.registry import engine_name
from tui_chain.clients.families import FAMILIES, Engine, Family, FamilyId, family, family_names
from tui_chain.clients.judge import OPENSSL_SETTINGS, Judge
from tui_chain.clients.verdict import ACCEPTED, Verdict
from tui_chain.lab.authority import Authority, key_to_pem, to_pem
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import SEQUENCE, element, encode
from tui_chain.x509.formats.pem import pem_of

PKI = make_pki()
CHAIN = (PKI.leaf.der, PKI.issuing.der)
TRUST = pem_of(views(PKI.root))


def _parts(der: bytes) -> list[bytes]:
    """The signed part of a certificate, the algorithm and the signature."""
    return [one.raw for one in element(der).children()]


def _with_extension(der: bytes, extension: bytes) -> bytes:
    """The same certificate with this extension alone."""
    signed, *others = _parts(der)
    return encode(
        SEQUENCE, encode(SEQUENCE, *_parts(signed)[:-1], encode(0xA3, encode(SEQUENCE, extension))), *others
    )


def test_there_are_nine_families_in_their_order() -> None:
    assert [one.id.value for one in FAMILIES] == [
        *("requests", "requests-3.13", "python", "python-3.13", "curl", "gnutls", "go", "java", "rustls")
    ]
    assert len({one.name for one in FAMILIES}) == len({one.short for one in FAMILIES}) == 9
    assert all(family(one.id) is one for one in FAMILIES)
    assert {one.id for one in FAMILIES if not one.model} == set(OPENSSL_SETTINGS)


def test_a_family_of_another_word_is_an_error() -> None:
    with pytest.raises(ValueError, match="firefox"):
        family("firefox")


def test_names_come_in_the_order_in_which_families_are_shown() -> None:
    assert family_names({"java", "curl"}) == family_names(["java", "curl"])
    assert family_names({"java", "curl"}).startswith("curl")


def test_the_settings_are_those_of_the_programs() -> None:
    """`ssl.create_default_context` of CPython 3.13 sets both flags, urllib3 no common name, curl partial chains."""
    flags = {name: settings.flags for name, settings in OPENSSL_SETTINGS.items()}
    assert flags == {
        FamilyId.REQUESTS: 0,
        FamilyId.REQUESTS_313: STRICT | PARTIAL_CHAIN,
        FamilyId.PYTHON: 0,
        FamilyId.PYTHON_313: STRICT | PARTIAL_CHAIN,
        FamilyId.CURL: PARTIAL_CHAIN,
    }
    without_common_name = {name for name, settings in OPENSSL_SETTINGS.items() if not settings.common_name}
    assert without_common_name == {FamilyId.REQUESTS, FamilyId.REQUESTS_313}
    assert [name for name, settings in OPENSSL_SETTINGS.items() if settings.own_host_check] == [FamilyId.CURL]


def test_this_python_is_one_of_them() -> None:
    import ssl
    import sys

    flags = ssl.create_default_context().verify_flags & (STRICT | PARTIAL_CHAIN)
    own = FamilyId.PYTHON_313 if sys.version_info >= (3, 13) else FamilyId.PYTHON
    assert OPENSSL_SETTINGS[own].flags == flags


@pytest.mark.parametrize("one", FAMILIES, ids=lambda one: one.id)
def test_an_engine_has_a_name_with_its_version(one: object) -> None:
    name = engine_name(family(one.id))  # type: ignore[attr-defined]
    assert any(letter.isdigit() for letter in name)
    assert name.startswith("model of ") == family(one.id).model  # type: ignore[attr-defined]


def test_all_accept_a_good_chain_now_and_then() -> None:
    for at in (datetime.now(UTC), NOW):
        verdicts = Judge(TRUST).verdicts(CHAIN, host=HOST, at=at)
        assert verdicts == {one.id: ACCEPTED for one in FAMILIES}
        assert list(verdicts) == [one.id for one in FAMILIES]


def test_some_can_be_asked_alone() -> None:
    verdicts = Judge(TRUST).verdicts(CHAIN, host=HOST, at=NOW, families=[family("go"), family("curl")])
    assert list(verdicts) == ["go", "curl"]


@pytest.mark.parametrize("one", FAMILIES, ids=lambda one: one.id)
@pytest.mark.parametrize(
    ("trust", "served", "host"),
    [
        (b"", CHAIN, HOST),
        (b"\xff\xfe\x00", CHAIN, HOST),
        (TRUST[:-40], CHAIN, HOST),
        (TRUST, (), HOST),
        (TRUST, (b"",), HOST),
        (TRUST, (b"\x30\x82\xff\xff",), HOST),
        (TRUST, (encode(SEQUENCE, b"\x30\0", *_parts(PKI.leaf.der)[1:]),), HOST),
        (TRUST, (encode(SEQUENCE, *_parts(PKI.leaf.der)[:2], b"\x03\0"), PKI.issuing.der), HOST),
        (TRUST, (encode(SEQUENCE, *[b"\x30\0"] * 3),), HOST),
        (TRUST, (_with_extension(PKI.leaf.der, b"\x30\0"), PKI.issuing.der), HOST),
        (TRUST, (_with_extension(PKI.leaf.der, b"\x30\x05\x06\x03\x55\x1d\x11"), PKI.issuing.der), HOST),
        (TRUST, (*CHAIN, b"garbage"), "other.test"),
        (TRUST, CHAIN, "."),
        (TRUST, CHAIN, "a..b"),
        (TRUST, CHAIN, "*.test"),
        (TRUST, CHAIN, "a" * 300),
        (TRUST, CHAIN, "::ffff:192.0.2.1"),
    ],
)
def test_nothing_raises_and_nothing_bad_is_accepted(
    one: object, trust: bytes, served: tuple[bytes, ...], host: str
) -> None:
    verdict = Judge(trust).verdict(family(one.id), served, host=host, at=NOW)  # type: ignore[attr-defined]
    assert not verdict.ok
    assert verdict.error
    assert verdict.error.isprintable()


def test_a_verdict_is_remembered_for_its_chain_host_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []
    verify = OpenSSLVerifier.verify

    def counted(
        self: OpenSSLVerifier, served: tuple[bytes, ...], host: str, at: datetime, settings: object
    ) -> Verdict:
        asked.append(at)
        return verify(self, served, host, at, settings)  # type: ignore[arg-type]

    monkeypatch.setattr(OpenSSLVerifier, "verify", counted)
    judge, curl = Judge(TRUST), family("curl")
    later = NOW + timedelta(days=400)
    first = judge.verdict(curl, CHAIN, host=HOST, at=NOW)
    assert judge.verdict(curl, CHAIN, host=HOST, at=NOW) is first
    assert len(asked) == 1
    assert judge.verdict(curl, CHAIN, host=HOST, at=later).code == 10
    assert judge.verdict(curl, CHAIN, host="other.test", at=NOW).code == 62
    assert judge.verdict(curl, CHAIN[:1], host=HOST, at=NOW).code == 20
    assert judge.verdict(curl, CHAIN, host=HOST, at=NOW) is first
    assert len(asked) == 4


NAMED_HOSTS = ("a.test", "b.test", "192.0.2.1")
ODD_ENTRIES = {
    "a directory name without content": bytes.fromhex("a4023000"),
    "an unknown kind": bytes.fromhex("890161"),
    "a registered id that cannot be read": bytes.fromhex("880180"),
    "an address of three octets": bytes.fromhex("8703616263"),
    "a name in octets beyond ASCII": encode(0x82, b"a\xffb"),
    "a name with a zero": encode(0x82, b"a\0b"),
    "a name without content": encode(0x82, b""),
    "a wildcard in the middle": encode(0x82, b"a.*.test"),
    "an otherName": bytes.fromhex("a0020500"),
    "a URI": encode(0x86, b" "),
    "a mail address": encode(0x81, b"a@b.test"),
    "a length in more octets than it needs": b"\x82\x81\x01a",
}


@pytest.mark.parametrize("order", [NAMED_HOSTS, NAMED_HOSTS[::-1]], ids=["first", "last"])
@pytest.mark.parametrize("odd", ODD_ENTRIES.values(), ids=list(ODD_ENTRIES))
def test_hosts_share_no_verdict_where_a_client_may_not_read_to_its_name(odd: bytes, order: tuple[str, ...]) -> None:
    """GnuTLS stops at an empty directory name, rustls at a kind it does not know: names behind it do not count."""
    root, now = making.root(), datetime.now(UTC)
    served = (making.leaf(root, names=(NAMED_HOSTS[0], odd, *NAMED_HOSTS[1:])).der,)
    judge = Judge(making.pem([root]))
    for host in order:
        alone = Judge(judge.trust).verdicts(served, host=host, at=now)
        assert judge.verdicts(served, host=host, at=now) == alone


def test_hosts_share_a_verdict_where_all_names_are_plain() -> None:
    root = making.root()
    plain = making.leaf(root, names=(*NAMED_HOSTS, "*.c.test", "2001:db8::1", "UPPER.test")).der
    assert all(plainly_names(plain, host) for host in NAMED_HOSTS)
    for trust in (making.pem([root]), b""):
        told = [Judge(trust).verdicts((plain,), host=host, at=datetime.now(UTC)) for host in NAMED_HOSTS]
        assert told == told[:1] * len(NAMED_HOSTS)
    assert not any(plainly_names(plain, host) for host in ("x.c.test", "2001:db8::1", "upper.test", "other.test"))
    for odd in ODD_ENTRIES.values():
        assert not plainly_names(making.leaf(root, names=(*NAMED_HOSTS, odd)).der, NAMED_HOSTS[0])


def test_hosts_share_no_verdict_where_there_are_two_lists_of_names() -> None:
    twice = making.Shape(extra=(making.san(*NAMED_HOSTS),))
    assert not plainly_names(making.leaf(making.root(), twice, NAMED_HOSTS).der, NAMED_HOSTS[0])


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_chain.clients.judge.MAX_REMEMBERED", 3)
    judge = Judge(TRUST)
    for number in range(10):
        assert not judge.verdict(family("curl"), CHAIN, host=f"{number}.test", at=NOW).ok
        assert len(judge._known) <= 3


def test_models_follow_the_time_too() -> None:
    judge = Judge(TRUST)
    for one in FAMILIES:
        if one.engine is not Engine.OPENSSL:
            assert judge.verdict(one, CHAIN, host=HOST, at=NOW).ok
            assert not judge.verdict(one, CHAIN, host=HOST, at=NOW + timedelta(days=4000)).ok


def test_threads_do_not_disturb_each_other() -> None:
    """Flags, names and times of one context, asked for from several threads at once."""
    engine = OpenSSLVerifier(TRUST)
    times = (datetime.now(UTC), NOW, NOW + timedelta(days=400))
    hosts = (HOST, "other.test")
    asked = [
        (chain, host, at, settings)
        for settings in OPENSSL_SETTINGS.values()
        for chain in (CHAIN, CHAIN[:1])
        for host in hosts
        for at in times
    ]
    alone = [OpenSSLVerifier(TRUST).verify(*one) for one in asked]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda one: engine.verify(*one), asked * 3))
    assert together == alone * 3


LABELS = ("a", "1", "a-b", "x" * 63, "abc--d", "localhost", "com", "0", "z9")
OTHERS = ("xn--bcher-kva", "xn--", "ab--cd", "a1--b", "a_b", "-a", "a-", "x" * 64, "A", "", "a.b", "*")
PARENTS = ("c.test", "sub.c.test", "co.uk", "github.io", "test")


@pytest.mark.parametrize("parent", PARENTS)
@pytest.mark.parametrize("beside", [(), ("a.{}", "b.test"), ("A.{}",), ("*.other.test", "192.0.2.1")])
def test_no_client_tells_hosts_of_one_class_apart(parent: str, beside: tuple[str, ...]) -> None:
    """Every family judges every host afresh: where two have one class, all verdicts on them are equal."""
    root, now = making.root(), datetime.now(UTC)
    names = (f"*.{parent}", *(name.format(parent) for name in beside))
    served = (making.leaf(root, names=names).der,)
    hosts = [f"{label}.{parent}" for label in (*LABELS, *OTHERS)] + [parent, f"a.{parent}.", "b.test", "192.0.2.1"]
    classes: dict[object, list[str]] = {}
    for host in hosts:
        classes.setdefault(host_class(served[0], host), []).append(host)
    judge = Judge(making.pem([root]))
    for alike in classes.values():
        verdicts = []
        for host in alike:
            verdicts.append(judge.verdicts(served, host=host, at=now))
            judge.forget()
        assert verdicts == verdicts[:1] * len(alike)
    plain = sum(f"{label}.{parent}" not in {name.lower() for name in names} for label in LABELS)
    shared = len(classes.get(f"*.{parent}".encode(), ()))
    assert shared == (plain if parent.count(".") else 0)


def test_pythons_ssl_shakes_hands_with_all_hosts_of_a_class_or_with_none(tmp_path: Path) -> None:
    """The real library over a whole handshake, both sides of it."""
    authority = Authority.root("Root", now=datetime.now(UTC))
    leaf = authority.issue_leaf(("*.c.test", "a.c.test", "b.test"))
    place = tmp_path / "leaf.pem"
    place.write_bytes(key_to_pem(leaf.key) + to_pem([leaf.der]))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(place)
    client = ssl.create_default_context(cadata=to_pem([authority.der]).decode("ascii"))
    found: dict[object, set[bool]] = {}
    for host in [f"{label}.c.test" for label in (*LABELS, *OTHERS[:5])] + ["b.test", "c.test", "d.test"]:
        found.setdefault(host_class(leaf.der, host), set()).add(_shakes_hands(client, server, host))
    assert found[b"*.c.test"] == found[NAMED] == {True}
    assert found["c.test"] == found["d.test"] == {False}


def _shakes_hands(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> bool:
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours, theirs = client.wrap_bio(back, there, server_hostname=host), server.wrap_bio(there, back, server_side=True)
    for side in (ours, theirs, ours, theirs):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError:
            return False
    return True


def test_the_class_of_a_host_says_who_has_to_be_asked_again() -> None:
    leaf = making.leaf(making.root(), names=("a.test", "B.test", "*.c.test", "X.c.test", "192.0.2.1")).der
    assert host_class(leaf, "a.test") is host_class(leaf, "192.0.2.1") is NAMED
    assert host_class(leaf, "y.c.test") == host_class(leaf, "z.c.test") == b"*.c.test"
    own = ("b.test", "x.c.test", "xn--bcher-kva.c.test", "y.z.c.test", "c.test", "y.c.test.", "y.other.test", "::1")
    assert [host_class(leaf, host) for host in own] == list(own)
    for odd in ODD_ENTRIES.values():
        assert host_class(making.leaf(making.root(), names=("*.c.test", odd)).der, "y.c.test") == "y.c.test"


def test_a_verdict_of_now_ends_with_a_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_chain.clients.judge.is_now", lambda _: True)
    go, ask = family("go"), Judge._ask
    asked: list[datetime] = []

    def counted(self: Judge, one: Family, served: tuple[bytes, ...], host: str, at: datetime) -> Verdict:
        asked.append(at)
        return ask(self, one, served, host, at)

    monkeypatch.setattr(Judge, "_ask", counted)
    judge, end = Judge(TRUST), Certificate(CHAIN[0]).not_after
    assert end is not None
    for seconds, ok in ((-500, True), (-300, True), (-30, True), (0, True), (1, False), (300, False), (500, False)):
        assert judge.verdict(go, CHAIN, host=HOST, at=end + timedelta(seconds=seconds)).ok is ok
    assert len(asked) == 5
