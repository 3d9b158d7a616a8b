"""What is said of chains that no scenario of the lab serves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.chains import HOST, NOW, Pki, make_pki, served_by, store_of, views
from tui_chain.clients.handshake import OFFERS
from tui_chain.core.status import Blame, Severity, Status
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.lab.authority import Authority, Identity, Template, days, self_signed_leaf
from tui_chain.probe.tls import TLSFacts
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate


@pytest.fixture(scope="module")
def pki() -> Pki:
    return make_pki()


def diagnose(trust: TrustStore, *served: Identity, host: str = HOST) -> Diagnosis:
    return Diagnoser(trust).diagnose(served_by(*served, host=host), at=NOW)


def codes(diagnosis: Diagnosis) -> list[str]:
    return [found.code for found in diagnosis.findings]


def test_the_leaf_in_the_wrong_place(pki: Pki) -> None:
    diagnosis = diagnose(pki.trust, pki.issuing, pki.leaf)
    assert diagnosis.status is Status.INVALID
    assert "leaf-not-first" in codes(diagnosis)
    assert diagnosis.at(views(pki.issuing)[0])[0].severity is Severity.FATAL


def test_a_handshake_that_the_wrong_key_ends_is_not_refused_by_the_server(pki: Pki) -> None:
    """Every offer fails at the signature, which is the leaf's: clients have judged the certificates by then."""
    offers = frozenset(offer.id for offer in OFFERS.values())
    facts = TLSFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", refused_offers=offers)
    turned = replace(served_by(pki.issuing, pki.leaf), tls=facts, note="the handshake ended: bad signature")
    diagnosis = Diagnoser(pki.trust).diagnose(turned, at=NOW)
    assert (diagnosis.status, codes(diagnosis)) == (Status.INVALID, ["leaf-not-first"])
    good = replace(turned, certificates=turned.certificates[::-1])
    assert Diagnoser(pki.trust).diagnose(good, at=NOW).status is Status.REFUSED


def test_a_second_leaf_is_a_copy_and_no_stranger(pki: Pki) -> None:
    diagnosis = diagnose(pki.trust, pki.leaf, pki.issuing, pki.leaf)
    assert (diagnosis.status, codes(diagnosis)) == (Status.COMPLETE, ["duplicate"])
    assert diagnosis.findings[0].message.endswith("It is there 2 times.")


def test_a_namesake_of_the_issuer_is_named(pki: Pki) -> None:
    namesake = make_pki().issuing
    diagnosis = diagnose(pki.trust, pki.leaf, namesake)
    assert diagnosis.status is Status.INCOMPLETE
    missing = next(found for found in diagnosis.findings if found.code == "missing-issuer")
    assert missing.message.endswith("1 certificate of that name did not sign it.")
    assert diagnosis.missing[0].key_id == Certificate(pki.issuing.der).key_id


def test_a_self_signed_certificate_that_the_user_trusts_is_complete() -> None:
    leaf = self_signed_leaf([HOST], now=NOW)
    assert diagnose(store_of(leaf), leaf).status is Status.COMPLETE


def test_a_self_signed_certificate_has_more_wrong_with_it() -> None:
    """OpenSSL tells the first error only; the user hears of all."""
    old = self_signed_leaf(["other.test"], now=NOW, template=Template(validity=days(-9, -1)))
    assert {"self-signed", "expired", "host-mismatch"} <= set(codes(diagnose(make_pki().trust, old)))


def test_an_expired_root_in_the_store_is_the_clients_fault() -> None:
    root = Authority.root("Old Root", now=NOW, template=Template(validity=days(-99, -1)))
    issuing = root.issue_ca("Issuing")
    diagnosis = diagnose(store_of(root), issuing.issue_leaf([HOST]), issuing)
    assert (diagnosis.status, diagnosis.blame) == (Status.PARTIAL, Blame.CLIENT_STORE)
    assert diagnosis.accepting == ("java", "rustls"), "they do not look at an anchor's dates"
    assert "anchor-expired" in codes(diagnosis)


def test_a_path_that_is_good_wins_over_an_expired_cross_sign(pki: Pki) -> None:
    """The cross-signed root on top of a chain expires; other paths stay (certifi/python-certifi#162)."""
    old_root = Authority.root("Old Root", now=NOW)
    expired = old_root.cross_sign(pki.root, Template(validity=days(-99, -1)))
    diagnosis = diagnose(store_of(pki.root, old_root), pki.leaf, pki.issuing, expired)
    assert diagnosis.status is Status.COMPLETE
    assert diagnosis.path is not None
    assert diagnosis.path.anchor.der == pki.root.der


def test_a_leaf_that_cannot_be_read_is_told_of(pki: Pki) -> None:
    broken = replace(pki.leaf, der=b"\x30\x03\x02\x01\x05")
    diagnosis = diagnose(pki.trust, broken, pki.issuing)
    assert diagnosis.status is not Status.COMPLETE
    assert "unreadable" in codes(diagnosis)
    assert not any(verdict.ok for verdict in diagnosis.verdicts.values())


def test_the_worst_finding_comes_first(pki: Pki) -> None:
    stranger = make_pki("Other").issuing
    diagnosis = diagnose(pki.trust, pki.leaf, stranger, pki.issuing, host="elsewhere.test")
    order = list(Severity)
    ranks = [order.index(found.severity) for found in diagnosis.findings]
    assert len(ranks) > 1
    assert ranks == sorted(ranks)


def test_an_address_is_covered_by_an_address_only(pki: Pki) -> None:
    leaf = pki.issuing.issue_leaf([HOST, "192.0.2.1"])
    assert diagnose(pki.trust, leaf, pki.issuing, host="192.0.2.1").status is Status.COMPLETE
    assert codes(diagnose(pki.trust, leaf, pki.issuing, host="192.0.2.2")) == ["host-mismatch"]


def test_a_circle_is_said_only_where_the_search_ends_nowhere_else() -> None:
    issuing, one, two, root = (Authority.root(name, now=NOW) for name in ("Issuing", "One", "Two", "Root"))
    circle = (issuing.issue_leaf([HOST]), one.cross_sign(issuing), two.cross_sign(one), one.cross_sign(two))
    trust = make_pki().trust
    assert codes(diagnose(trust, *circle)) == ["issuer-circle"]
    beside = root.cross_sign(issuing)
    for more, code in (((beside,), "issuer-unknown"), ((beside, root), "untrusted-root")):
        diagnosis = diagnose(trust, *circle, *more)
        assert diagnosis.search.circles
        assert set(codes(diagnosis)) == {code}


def test_a_root_above_a_leaf_is_untrusted_and_not_the_leaf_self_signed() -> None:
    root = Authority.root("Root", now=NOW)
    assert codes(diagnose(make_pki().trust, root.issue_leaf([HOST]), root)) == ["untrusted-root"]
    assert codes(diagnose(make_pki().trust, self_signed_leaf([HOST], now=NOW))) == ["self-signed"]
