"""Which families refuse, each with its reason and its certificate."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509

from tests.support.chains import HOST, NOW, Pki, make_pki, served_by, views
from tui_chain.clients.families import FAMILIES, FamilyId
from tui_chain.clients.verdict import ACCEPTED, Verdict, reason, refused
from tui_chain.core.status import Status
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.lab.authority import Authority, Template
from tui_chain.probe.tls import TLSFacts

UNCRITICAL = Template(extensions=((x509.BasicConstraints(True, None), False),))


@pytest.fixture(scope="module")
def pki() -> Pki:
    return make_pki()


@pytest.fixture(scope="module")
def loose(pki: Pki) -> Authority:
    return pki.root.issue_ca("Loose", UNCRITICAL)


def refusals(diagnosis: Diagnosis) -> list[Finding]:
    return [found for found in diagnosis.findings if found.code == "family-refuses"]


def test_families_that_refuse_alike_stand_in_one_finding_on_the_certificate(pki: Pki, loose: Authority) -> None:
    diagnosis = Diagnoser(pki.trust).diagnose(served_by(loose.issue_leaf([HOST]), loose), at=NOW)
    (found,) = refusals(diagnosis)
    assert found.at == views(loose)[0].sha256
    words = (
        "Refused by requests, Python ≥ 3.13; Python ≥ 3.13: Basic Constraints of CA cert not marked critical (89)."
    )
    assert found.message.endswith(words)
    assert "verify_flags &= ~ssl.VERIFY_X509_STRICT" in found.hint


def test_every_refusing_family_is_named_once(pki: Pki, loose: Authority) -> None:
    """A name in the common name alone, below a loose CA: families refuse for different reasons."""
    leaf = loose.issue_leaf(
        [HOST],
        Template(without=frozenset({x509.SubjectAlternativeName.oid})),
    )
    diagnosis = Diagnoser(pki.trust).diagnose(served_by(leaf, loose), at=NOW)
    assert diagnosis.status is Status.PARTIAL
    found = refusals(diagnosis)
    assert len(found) > 1
    words = " ".join(one.message for one in found)
    for family in FAMILIES:
        if family.id in diagnosis.refusing:
            assert family.name in words
    assert sum(one.message.count("Python ≤ 3.12") for one in found) == 1, "requests alone, not ssl"


def test_nothing_is_said_where_all_agree(pki: Pki) -> None:
    good = Diagnoser(pki.trust).diagnose(served_by(pki.leaf, pki.issuing), at=NOW)
    alone = Diagnoser(pki.trust).diagnose(served_by(pki.leaf), at=NOW)
    assert refusals(good) == refusals(alone) == []


def test_a_refusal_of_the_handshake_is_said_by_the_finding_on_it(pki: Pki) -> None:
    old = TLSFacts("TLSv1.2", "AES128-GCM-SHA256", secure_renegotiation=True, refused_offers=frozenset({"rustls"}))
    served = replace(served_by(pki.leaf, pki.issuing), tls=old)
    diagnosis = Diagnoser(pki.trust).diagnose(served, at=NOW)
    assert diagnosis.refusing == (FamilyId.RUSTLS,)
    assert refusals(diagnosis) == []
    (found,) = (one for one in diagnosis.findings if one.code == "old-cipher")
    assert found.at is None
    assert "no cipher suite in common" in found.message


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (refused(10, "certificate has expired"), "certificate has expired (10)"),
        (refused("UnknownIssuer", "its issuer is not known"), "its issuer is not known (UnknownIssuer)"),
        (refused(None, "the server sent no certificate."), "the server sent no certificate"),
        (Verdict(False, 7), "it gives no reason (7)"),
        (ACCEPTED, "it gives no reason"),
    ],
)
def test_a_reason_is_words_and_the_code_behind_them(verdict: Verdict, words: str) -> None:
    assert reason(verdict) == words
