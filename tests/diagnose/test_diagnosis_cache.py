"""A diagnosis from memory is the one that would be made: every field that a rule can see, and every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chains import HOST, make_pki, served_by, store_of, views
from tui_chain.clients.engines.trust_dates import AROUND
from tui_chain.core.expiry import read_threshold
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Status
from tui_chain.diagnose import diagnosis_cache
from tui_chain.diagnose.case import JudgedChain
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.lab.authority import Authority, Identity, Template, Validity
from tui_chain.net.client_identity import ClientIdentity
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain, Timings
from tui_chain.probe.tls import ClientCertificate, TLSFacts
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate

NOW = datetime.now(UTC)
PKI = make_pki(now=NOW)
OTHER = make_pki(now=NOW)
FACTS = TLSFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519", None, "ecdsa_secp256r1_sha256", library="OpenSSL 3")
NAMED = PKI.issuing.issue_leaf([HOST, "second.test", "*.wild.test"])
SERVED = replace(served_by(NAMED, PKI.issuing, address="192.0.2.1"), at=NOW, tls=FACTS)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts for which paths are searched."""
    found: list[str] = []
    search = Diagnoser._diagnose

    def counted(self: Diagnoser, served: JudgedChain, at: datetime, more: tuple[Certificate, ...]) -> Diagnosis:
        found.append(served.host)
        return search(self, served, at, more)

    monkeypatch.setattr(Diagnoser, "_diagnose", counted)
    return found


def afresh(trust: TrustStore, served: ServedChain, at: datetime = NOW) -> Diagnosis:
    return Diagnoser(trust).diagnose(served, at=at)


def test_a_chain_seen_again_is_not_judged_again(searches: list[str]) -> None:
    diagnoser, now = Diagnoser(PKI.trust), datetime.now(UTC)
    first = diagnoser.diagnose(SERVED, at=now)
    assert first.status is Status.COMPLETE
    later = now + timedelta(seconds=5)
    again = replace(SERVED, certificates=views(NAMED, PKI.issuing), at=later, address="192.0.2.2")
    assert diagnoser.diagnose(again, at=later) is first
    assert searches == [HOST]


def test_hosts_that_no_client_tells_apart_share_a_diagnosis(searches: list[str]) -> None:
    diagnoser = Diagnoser(PKI.trust)
    hosts = (HOST, "second.test", "a.wild.test", "b-1.wild.test", "1.wild.test")
    for host in (*hosts, "xn--bcher-kva.wild.test", "a.b.wild.test", "wild.test", "third.test", f"{HOST}."):
        served = replace(SERVED, target=Target(host))
        assert diagnoser.diagnose(served, at=NOW) == afresh(PKI.trust, served)
    diagnosed = [host for host in searches if searches.count(host) > 1]
    assert set(hosts) - set(diagnosed) == {"second.test", "b-1.wild.test", "1.wild.test"}


# every field


REQUESTED = ClientCertificate.REQUESTED
GO = frozenset({"go"})
IDENTITY = ClientIdentity((NAMED.certificate,), ec.generate_private_key(ec.SECP256R1()))
OPTIONS = ConnectionOptions(verify_name="second.test")
CHANGED: dict[type[Any], dict[str, tuple[Any, ...]]] = {
    ServedChain: {
        "target": (Target("other.test"), Target(HOST, 8443), Target(HOST, starttls="smtp")),
        "certificates": (
            views(NAMED),
            views(PKI.leaf, PKI.issuing),
            views(PKI.issuing, NAMED),
            views(NAMED, PKI.issuing, PKI.root),
            views(NAMED, OTHER.issuing),
            views(NAMED, PKI.issuing, PKI.issuing),
        ),
        "at": (NOW - timedelta(days=400),),
        "address": (None, "10.0.0.1", "127.0.0.1"),
        "tls": (),  # field by field below
        "timings": (Timings(1.0, 2.0, 3.0),),
        "note": ("the handshake ended after the certificates: tlsv1 alert internal error",),
        "staple": (b"", b"\x30\x03\x0a\x01\x06"),
        "earlier_address": ("192.0.2.9",),
        "proxy": ("http://proxy.test:3128",),
    },
    Target: {
        "host": ("other.test", "second.test"),
        "port": (8443,),
        "starttls": ("smtp",),
        "connection": (),  # field by field below
    },
    ConnectionOptions: {
        "sni": ("sni.test",),
        "connect_host": ("192.0.2.7",),
        "connect_port": (444,),
        "verify_name": ("second.test", "other.test", "a.wild.test"),
        "proxy": ("http://proxy.test:3128",),
        "direct": (True,),
        "ip_version": (6,),
        "bind": ("192.0.2.3",),
        "ehlo": ("mail.test",),
        "tls": ("TLSv1.2",),
        "identity": (IDENTITY,),
    },
    TLSFacts: {
        "version": ("TLSv1", "TLSv1.2", None),
        "cipher": ("AES128-SHA", None),
        "group": ("X448", "brainpoolP512r1", None),
        "dh_bits": (1024,),
        "signature": ("ed448", None),
        "secure_renegotiation": (True, False),
        "client_certificate": (REQUESTED, ClientCertificate.REQUIRED),
        "client_cas": (("CN=One",), ("CN=Two",)),
        "library": ("another", None),
        "refused_offers": (frozenset({"python"}), frozenset({"go", "java"})),
        "unanswered_offers": (frozenset({"rustls"}),),
    },
}
"""Other values of every field of what is served; of some, the old ones mean something only beside others."""


def facts() -> Iterator[TLSFacts]:
    """Facts that differ in one, beside those that give others a meaning."""
    for base in (FACTS, replace(FACTS, client_certificate=REQUESTED), replace(FACTS, refused_offers=GO)):
        for name, values in CHANGED[TLSFacts].items():
            yield from (replace(base, **{name: value}) for value in values)


def variants() -> Iterator[ServedChain]:
    """Chains that differ in one field each."""
    yield SERVED
    for name, values in CHANGED[ServedChain].items():
        yield from (replace(SERVED, **{name: value}) for value in values)
    yield from (replace(SERVED, tls=one) for one in facts())
    for name, values in CHANGED[Target].items():
        yield from (replace(SERVED, target=replace(SERVED.target, **{name: value})) for value in values)
    for name, values in CHANGED[ConnectionOptions].items():
        for value in values:
            target = replace(SERVED.target, connection=replace(OPTIONS, **{name: value}))
            yield replace(SERVED, target=target)
            required = replace(FACTS, client_certificate=ClientCertificate.REQUIRED)
            yield replace(SERVED, target=target, tls=required)


@pytest.mark.parametrize("kind", CHANGED, ids=lambda kind: kind.__name__)
def test_every_field_has_another_value_here(kind: type[Any]) -> None:
    assert list(CHANGED[kind]) == [one.name for one in fields(kind)]


@pytest.mark.parametrize("trust", [PKI.trust, OTHER.trust], ids=["trusted", "untrusted"])
def test_no_field_of_what_was_served_is_forgotten(trust: TrustStore) -> None:
    """One diagnoser sees all of them twice, in both orders; each time it says what one says that has seen none."""
    every = list(variants())
    expected = [afresh(trust, served) for served in every]
    diagnoser = Diagnoser(trust)
    for served, made in (*zip(every, expected, strict=True), *reversed(list(zip(every, expected, strict=True)))):
        assert diagnoser.diagnose(served, at=NOW) == made
    assert len({(one.status, one.blame, one.findings) for one in expected}) > 15


def test_the_rules_see_a_judged_chain_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no part of it cannot change a diagnosis: the key is made of its fields, whatever they come to be."""
    seen: list[object] = []

    def looked(case: Any, _: object) -> tuple[object, ...]:
        seen.append(case.served)
        return ()

    monkeypatch.setattr("tui_chain.diagnose.diagnosis.all_findings", looked)
    Diagnoser(PKI.trust).diagnose(SERVED, at=NOW)
    assert seen == [JudgedChain.of(SERVED)]
    assert type(seen[0]) is JudgedChain


def test_what_was_found_and_which_roots_were_confirmed_make_another_diagnosis() -> None:
    alone, found = replace(SERVED, certificates=views(NAMED)), views(PKI.issuing)
    diagnoser = Diagnoser(PKI.trust)
    for more in ((), found, (), views(OTHER.issuing), found):
        assert diagnoser.diagnose(alone, at=NOW, found=more) == Diagnoser(PKI.trust).diagnose(
            alone, at=NOW, found=more
        )
    private = replace(SERVED, certificates=views(NAMED, PKI.issuing, PKI.root))
    stranger = Diagnoser(OTHER.trust)
    before = stranger.diagnose(private, at=NOW)
    confirmed = replace(stranger, confirmed=frozenset({Certificate(PKI.root.der).sha256}))
    assert before.path is None
    assert confirmed.diagnose(private, at=NOW).path is not None
    assert stranger.diagnose(private, at=NOW) == before


# times


def dated(pki_now: datetime, starts: timedelta, ends: timedelta) -> tuple[TrustStore, tuple[Identity, ...]]:
    """A chain whose three certificates have dates that lie near to each other."""
    root = Authority.root("Root", now=pki_now, template=Template(validity=Validity(-starts, ends * 3)))
    issuing = root.issue_ca("Issuing", Template(validity=Validity(-starts, ends * 2)))
    return store_of(root), (issuing.issue_leaf([HOST], Template(validity=Validity(-starts, ends))), issuing)


@pytest.fixture
def always_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any time be now for the memories, so that they share over times; libssl is asked with the real clock."""
    for module in ("tui_chain.diagnose.diagnosis_cache", "tui_chain.clients.judge"):
        monkeypatch.setattr(f"{module}.is_now", lambda _: True)


LIVES = {
    "a week": (timedelta(days=1), timedelta(days=6)),
    "a day": (timedelta(hours=1), timedelta(hours=23, minutes=17, seconds=5)),
    "a year": (timedelta(days=300), timedelta(days=65)),
}


@pytest.mark.parametrize(
    ("life", "wanted"),
    [("a week", None), ("a week", "1"), ("a week", "50%"), ("a day", "0"), ("a year", None), ("a year", "40")],
)
@pytest.mark.usefixtures("always_now")
def test_no_diagnosis_outlives_a_date_or_an_hour_that_it_speaks_of(life: str, wanted: str | None) -> None:
    trust, identities = dated(NOW, *LIVES[life])
    served = replace(served_by(*identities), at=NOW)
    every = [one for one in (*trust.anchors, *served.certificates) if one.not_before and one.not_after]
    dates = {date for one in every for date in (one.not_before, one.not_after) if date}
    soon = {one.not_after - days for one in every if one.not_after for days in _limits(one)}
    near = (timedelta(0), timedelta(microseconds=1), timedelta(seconds=1), AROUND)
    times = {moved for date in dates for step in near for moved in (date - step, date + step)}
    times |= {date + step for date in soon for step in (timedelta(0), timedelta(microseconds=1), timedelta(hours=1))}
    warn_days = None if wanted is None else read_threshold(wanted)
    diagnoser = Diagnoser(trust, warn_days=warn_days)
    for at in (*sorted(times), *sorted(times)[::-9]):
        assert diagnoser.diagnose(served, at=at) == Diagnoser(trust, warn_days=warn_days).diagnose(served, at=at), at


def _limits(certificate: Certificate) -> Iterator[timedelta]:
    """How long before its end another finding may begin to speak of it, or to count it otherwise."""
    assert certificate.not_before is not None
    assert certificate.not_after is not None
    yield from (timedelta(days=days) for days in (1, 30, 40))
    yield (certificate.not_after - certificate.not_before) / 3


@pytest.mark.usefixtures("always_now")
@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-20_000, 700_000), min_size=2, max_size=6))
def test_any_times_in_any_order(seconds: list[int]) -> None:
    trust, identities = dated(NOW, *LIVES["a week"])
    served = replace(served_by(*identities), at=NOW)
    diagnoser = Diagnoser(trust)
    for at in (NOW + timedelta(seconds=one) for one in seconds):
        assert diagnoser.diagnose(served, at=at) == afresh(trust, served, at)


@pytest.mark.usefixtures("always_now")
def test_dates_of_the_trust_file_count_where_no_path_has_them(searches: list[str]) -> None:
    """A namesake of an issuer may decide what a client takes, and stands in no path."""
    other = Authority.root("Test Root", now=NOW, template=Template(validity=Validity(-timedelta(9), timedelta(3))))
    ends, hours = NOW + timedelta(days=3), timedelta(hours=2)
    for trust, expected in ((PKI.trust, 1), (store_of(PKI.root, other), 2)):
        searches.clear()
        diagnoser = Diagnoser(trust)
        for at in (NOW, NOW + timedelta(seconds=1), ends - hours, ends + hours, ends + 2 * hours):
            diagnoser.diagnose(SERVED, at=at)
        assert len(searches) == expected


@pytest.mark.parametrize("odd", [b"AAAA", b"%%%"], ids=["no certificate", "no base64"])
@pytest.mark.usefixtures("always_now")
def test_a_trust_file_that_only_some_may_read_lets_no_two_times_share(searches: list[str], odd: bytes) -> None:
    pem = PKI.trust.file + b"-----BEGIN CERTIFICATE-----\n" + odd + b"\n-----END CERTIFICATE-----\n"
    diagnoser = Diagnoser(replace(PKI.trust, pem=pem))
    for at in (NOW, NOW, NOW + timedelta(seconds=1)):
        diagnoser.diagnose(SERVED, at=at)
    assert len(searches) == 2


def test_a_time_that_is_not_now_is_equal_to_itself_alone(searches: list[str]) -> None:
    diagnoser, then = Diagnoser(PKI.trust), NOW - timedelta(days=1)
    for at in (then, then, then + timedelta(microseconds=1), NOW, then):
        diagnoser.diagnose(SERVED, at=at)
    assert len(searches) == 3


# what is not kept


def test_what_rests_on_more_than_the_question_is_not_kept(
    searches: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnoser = Diagnoser(PKI.trust)
    stapled = replace(SERVED, staple=b"\x30\x03\x0a\x01\x06")
    for _ in range(2):
        diagnoser.diagnose(stapled, at=NOW)
    assert len(searches) == 2
    monkeypatch.setattr("tui_chain.paths.budget.MAX_STEPS", 1)
    for _ in range(2):
        cut = diagnoser.diagnose(SERVED, at=NOW)
        assert FindingCode.SEARCH_CUT in [one.code for one in cut.findings]
    assert len(searches) == 4


def test_a_diagnosis_that_names_its_host_is_no_other_hosts(
    searches: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No rule does so of a host that the leaf names; one that came to do it would not be remembered."""
    from tui_chain.diagnose.findings.leaf import CA_AS_LEAF

    def naming(case: Any, _: object) -> tuple[object, ...]:
        return (CA_AS_LEAF.finding(None, f"It is {case.served.host}."),)

    monkeypatch.setattr("tui_chain.diagnose.diagnosis.all_findings", naming)
    diagnoser = Diagnoser(PKI.trust)
    for host in (HOST, "second.test"):
        found = diagnoser.diagnose(replace(SERVED, target=Target(host)), at=NOW).findings
        assert found[0].message.endswith(f"It is {host}.")
    assert searches == [HOST, "second.test"]


def test_memory_is_bounded_by_number_and_by_bytes(searches: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis_cache, "MAX_KEPT", 3)
    diagnoser = Diagnoser(PKI.trust)
    hosts = [f"{number}.other.test" for number in range(5)]
    for host in (*hosts, *hosts[2:], hosts[0]):
        diagnoser.diagnose(replace(SERVED, target=Target(host)), at=NOW)
    assert searches == [*hosts, hosts[0]]
    monkeypatch.setattr(diagnosis_cache, "MAX_BYTES", 20_000)
    many = replace(FACTS, client_certificate=REQUESTED, client_cas=("CN=" + "x" * 21_000,))
    for _ in range(2):
        diagnoser.diagnose(replace(SERVED, tls=many), at=NOW)
    assert searches[6:] == [HOST, HOST]
    assert diagnoser._made._size == 0
    assert not diagnoser._made._kept
