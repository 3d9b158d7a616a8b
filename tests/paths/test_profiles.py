"""Verdicts as values: words, extension, notes, and what is said where there is nothing to verify."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from hypothesis import given, settings

from tests.paths.graphs import AKI, HOST, NOW, SKI, ca, leaf, name, root
from tests.paths.situations import Situation, situations
from tui_chain.certs.certificate import Certificate
from tui_chain.certs.store import by_subject
from tui_chain.paths.openssl import PARTIAL, STRICT, OpenSSL
from tui_chain.paths.openssl_chain import ChainBuilder
from tui_chain.paths.openssl_rules import Refusal, chain_refusals, clients_lost, strict_fault
from tui_chain.paths.profiles import PROFILES, Judge, Profile, Verdict

ROOT, ISSUING, LEAF = root(), ca("Issuing", "Root"), leaf("Issuing")
STRICT_PROFILE = PROFILES[1]


def verdict(served: tuple[Certificate, ...], *anchors: Certificate, profile: Profile = STRICT_PROFILE) -> Verdict:
    return Judge(anchors).verdict(profile, served, host=HOST, at=NOW)


def test_the_profiles_are_four() -> None:
    assert [profile.name for profile in PROFILES] == ["python ≤ 3.12", "python ≥ 3.13", "curl", "web pki"]
    assert [profile.flags for profile in PROFILES] == [0, STRICT | PARTIAL, PARTIAL, None]


def test_an_accepted_chain() -> None:
    found = verdict((LEAF, ISSUING), ROOT)
    assert found == Verdict(ok=True)
    assert found.words == "accepted"


def test_a_refusal_names_certificate_code_and_extension() -> None:
    silent = ca("Issuing", "Root", without=frozenset({SKI}))
    found = verdict((LEAF, silent), ROOT)
    assert (found.ok, found.code, found.at, found.extension) == (False, 86, silent.sha256, "subjectKeyIdentifier")
    assert found.error == "Missing Subject Key Identifier"
    assert found.words == "it is a CA that does not say which key it has"


def test_what_newer_openssl_no_longer_asks_is_still_asked_with_a_note() -> None:
    found = verdict((LEAF, ca("Issuing", "Root", uncritical=True)), ROOT)
    assert (found.code, found.extension) == (89, "basicConstraints")
    assert found.error == "Basic Constraints of CA cert not marked critical"
    assert "OpenSSL 4.0 no longer asks" in found.note


def test_what_only_newer_openssl_refuses_is_a_note() -> None:
    """An issuer without a serial number, which OpenSSL 4.0 takes for ambiguous."""
    issuer = name("Root").public_bytes()
    fields = bytes([0xA1, len(issuer) + 2, 0xA4, len(issuer)]) + issuer
    fields = b"\x80\x14" + bytes.fromhex(str(ISSUING.key_id)) + fields
    unpaired = x509.UnrecognizedExtension(AKI, bytes([0x30, len(fields)]) + fields)
    found = verdict((leaf("Issuing", extra=((unpaired, False),)), ISSUING), ROOT)
    assert found.ok
    assert found.note.startswith("Newer OpenSSL refuses it (code ")


def test_curls_common_name_comes_with_a_note() -> None:
    served = (leaf("Issuing", HOST, key="leaf", names=()), ISSUING)
    found = verdict(served, ROOT, profile=PROFILES[2])
    assert found.ok
    assert "curl still reads its common name" in found.note
    other = (leaf("Issuing", "other.test", key="leaf", names=()), ISSUING)
    assert verdict(other, ROOT, profile=PROFILES[2]).code == 62


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_nothing_to_verify(profile: Profile) -> None:
    assert verdict((LEAF,), profile=profile).error == "there is no trust anchor to verify with"
    assert verdict((), ROOT, profile=profile).error == "the server sent no certificate"
    refused = verdict((Certificate(b"junk"), ISSUING), ROOT, profile=profile)
    assert not refused.ok
    assert "cannot be parsed" in str(refused.error)
    assert refused.words == refused.error


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_junk_among_the_anchors_is_passed_over(profile: Profile) -> None:
    assert verdict((LEAF, ISSUING), Certificate(b"junk"), ROOT, profile=profile).ok
    assert not verdict((LEAF, ISSUING), Certificate(b"junk"), profile=profile).ok


def test_a_judge_may_be_asked_at_many_times() -> None:
    judge = Judge([ROOT])
    short = leaf("Issuing", days=(-10, 1))
    for at, good in ((NOW, True), (NOW + timedelta(days=400), False), (NOW, True)):
        verdicts = judge.verdicts((short, ISSUING), host=HOST, at=at)
        assert {one.ok for one in verdicts.values()} == {good}


def test_the_words_of_the_web_pki() -> None:
    def said(*served: Certificate) -> str | None:
        return verdict(served, ROOT, profile=PROFILES[3]).error

    assert said(LEAF) == "no issuer was found that leads to a trust anchor"
    assert said(leaf("Issuing", days=(-20, -1)), ISSUING) == "cert is not valid at validation time"
    weak = ca("Weak", "Root", key="rsa2048")
    assert said(leaf("Weak", signer="rsa2048", digest="sha1"), weak) == "Forbidden signature algorithm"


@settings(max_examples=150, deadline=None)
@given(situations())
def test_the_chain_that_openssl_takes_is_foreseen(situation: Situation) -> None:
    openssl = OpenSSL(situation.anchors)
    for flags in (0, PARTIAL):
        builder = ChainBuilder(by_subject(situation.anchors), bool(flags), NOW)
        outcome, chain = openssl.verify(situation.served, flags, NOW), builder.build(situation.served)
        if isinstance(outcome, Refusal):
            assert outcome.certificate in chain
        else:
            assert outcome == chain


def test_anchors_that_certify_each_other_end() -> None:
    here, there = ca("A", "B"), ca("B", "A")
    assert verdict((leaf("A"),), here, there, profile=PROFILES[0]).code in {2, 22}


def test_what_a_path_will_cost_in_clients() -> None:
    assert clients_lost((LEAF, ISSUING, ROOT)) == 0
    assert clients_lost((LEAF, ISSUING)) == 1
    loose = ca("Issuing", "Root", uncritical=True)
    assert clients_lost((LEAF, loose, ROOT)) == 1
    assert clients_lost((LEAF, loose)) == 2


def test_strict_faults_by_depth() -> None:
    loose = ca("Issuing", "Root", uncritical=True)
    path = (LEAF, loose, root(without=frozenset({SKI})))
    assert [strict_fault(path, depth) for depth in range(3)] == [None, 89, 86]
    assert strict_fault((LEAF,), 0) is None
    assert [refusal.code for refusal in chain_refusals(path, strict=True)] == [89, 86]
    assert not list(chain_refusals(path, strict=False))
