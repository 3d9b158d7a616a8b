"""Every status and every blame: what the families say decides, and the search only explains."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from tests.support.chains import HOST, NOW, Pki, make_pki, repair_of, resolution_of, served_by, store_of, views
from tests.support.trusted import SERVER, block, trusted_block
from tui_chain.clients.families import FAMILIES, FamilyId
from tui_chain.clients.handshake import OFFERS
from tui_chain.core.failure import Failure
from tui_chain.core.status import Blame, Status
from tui_chain.core.text import colon_hex
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.engine.host_state import HostState
from tui_chain.engine.private_root import private_root
from tui_chain.lab.authority import Authority, Identity, Template, days, self_signed_leaf, to_pem
from tui_chain.net.target import Target
from tui_chain.probe.tls import ClientCertificate, TLSFacts
from tui_chain.repair.repair import Repair
from tui_chain.trust.store import TrustStore

EVERYBODY = {family.id for family in FAMILIES}
OVER = Template(validity=days(-9, -1))
UNCRITICAL = Template(extensions=((x509.BasicConstraints(True, None), False),))
ANONYMOUS = Template(without=frozenset({ExtensionOID.AUTHORITY_KEY_IDENTIFIER}))
PRIVATE_KEY = block("PRIVATE KEY", b"\x30\x03\x02\x01\x00")
MODERN = TLSFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256", "x25519")


@pytest.fixture(scope="module")
def pki() -> Pki:
    return make_pki()


def diagnose(trust: TrustStore, *served: Identity, host: str = HOST, tls: TLSFacts = MODERN) -> Diagnosis:
    return Diagnoser(trust).diagnose(replace(served_by(*served, host=host), tls=tls), at=NOW)


def said(diagnosis: Diagnosis) -> tuple[Status, Blame]:
    return diagnosis.status, diagnosis.blame


def codes(diagnosis: Diagnosis) -> set[str]:
    return {found.code for found in diagnosis.findings}


def test_unreachable() -> None:
    diagnosis = Diagnoser(make_pki().trust).diagnose(Failure("name", "No such name.", "Look."), at=NOW)
    assert said(diagnosis) == (Status.UNREACHABLE, Blame.NETWORK)


def test_complete(pki: Pki) -> None:
    diagnosis = diagnose(pki.trust, pki.leaf, pki.issuing)
    assert said(diagnosis) == (Status.COMPLETE, Blame.NOBODY)
    assert set(diagnosis.accepting) == EVERYBODY
    assert diagnosis.refusing == ()


def test_a_client_certificate_that_is_only_requested_is_a_finding(pki: Pki) -> None:
    asking = replace(MODERN, client_certificate=ClientCertificate.REQUESTED)
    diagnosis = diagnose(pki.trust, pki.leaf, pki.issuing, tls=asking)
    assert said(diagnosis) == (Status.COMPLETE, Blame.NOBODY)
    assert codes(diagnosis) == {"client-certificate-requested"}


def test_refused_for_a_client_certificate(pki: Pki) -> None:
    """The chain is good, and nobody gets as far as that."""
    asking = replace(MODERN, client_certificate=ClientCertificate.REQUIRED)
    diagnosis = diagnose(pki.trust, pki.leaf, pki.issuing, tls=asking)
    assert said(diagnosis) == (Status.REFUSED, Blame.CLIENT)
    assert set(diagnosis.refusing) == EVERYBODY


def test_refused_for_a_version(pki: Pki) -> None:
    ancient = TLSFacts("SSLv3", "AES128-SHA", secure_renegotiation=True)
    diagnosis = diagnose(pki.trust, pki.leaf, pki.issuing, tls=ancient)
    assert said(diagnosis) == (Status.REFUSED, Blame.SERVER)
    assert "old-tls" in codes(diagnosis)


def test_refused_goes_before_what_a_certificate_says(pki: Pki) -> None:
    ancient = TLSFacts("SSLv3", "AES128-SHA", secure_renegotiation=True)
    leaf = pki.issuing.issue_leaf([HOST], OVER)
    assert diagnose(pki.trust, leaf, pki.issuing, tls=ancient).status is Status.REFUSED


def test_partial_for_those_who_cannot_shake_hands(pki: Pki) -> None:
    old = TLSFacts("TLSv1.2", "AES128-GCM-SHA256", secure_renegotiation=True)
    old = replace(old, refused_offers=frozenset({OFFERS[FamilyId.RUSTLS].id}))
    diagnosis = diagnose(pki.trust, pki.leaf, pki.issuing, tls=old)
    assert said(diagnosis) == (Status.PARTIAL, Blame.SERVER)
    assert diagnosis.refusing == (FamilyId.RUSTLS,)
    assert "old-cipher" in codes(diagnosis)


def test_partial_for_those_who_are_strict(pki: Pki) -> None:
    issuing = pki.root.issue_ca("Loose", UNCRITICAL)
    diagnosis = diagnose(pki.trust, issuing.issue_leaf([HOST]), issuing)
    assert said(diagnosis) == (Status.PARTIAL, Blame.SERVER)
    assert diagnosis.refusing == (FamilyId.REQUESTS_313, FamilyId.PYTHON_313)
    assert "family-refuses" in codes(diagnosis)


def test_partial_for_those_who_want_the_root_too(pki: Pki) -> None:
    """The user's own file holds the intermediate and not its root."""
    diagnosis = diagnose(store_of(pki.issuing), pki.leaf, pki.issuing)
    assert said(diagnosis) == (Status.PARTIAL, Blame.CLIENT_STORE)
    assert diagnosis.refusing == (FamilyId.REQUESTS, FamilyId.PYTHON)


@pytest.mark.parametrize(
    "trust",
    [
        lambda pki: trusted_block(pki.root.der, rejected=[SERVER]) + to_pem([pki.root.der]),
        lambda pki: to_pem([pki.root.der]) + PRIVATE_KEY,
    ],
    ids=["rejected by its settings", "a key that cannot be read"],
)
def test_partial_for_what_stands_in_the_trust_file(pki: Pki, trust: object) -> None:
    assert callable(trust)
    store = TrustStore("test", views(pki.root), pem=trust(pki))
    diagnosis = diagnose(store, pki.leaf, pki.issuing)
    assert said(diagnosis) == (Status.PARTIAL, Blame.CLIENT_STORE)
    assert diagnosis.accepting == ("gnutls", "go", "rustls")


def test_repairable_only_with_a_bundle_that_wins_a_family(pki: Pki) -> None:
    served = served_by(pki.leaf)
    repair = repair_of(pki.trust, served, pki.issuing)
    assert isinstance(repair, Repair)
    assert repair.won == EVERYBODY
    state = HostState(Target(HOST)).with_served(served, Diagnoser(pki.trust).diagnose(served, at=NOW))
    assert state.status is Status.INCOMPLETE
    resolution = resolution_of(pki.trust, served, pki.issuing)
    assert state.with_repair(resolution, repair).status is Status.REPAIRABLE
    nothing_won = replace(repair, won=frozenset())
    assert state.with_repair(resolution, nothing_won).status is Status.INCOMPLETE


def test_untrusted(pki: Pki) -> None:
    diagnosis = diagnose(make_pki("Other").trust, pki.leaf, pki.issuing, pki.root)
    assert said(diagnosis) == (Status.UNTRUSTED, Blame.CLIENT_STORE)
    assert codes(diagnosis) == {"untrusted-root"}


def test_untrusted_is_a_self_signed_certificate_too(pki: Pki) -> None:
    diagnosis = diagnose(pki.trust, self_signed_leaf([HOST], now=NOW))
    assert said(diagnosis) == (Status.UNTRUSTED, Blame.SERVER)


def test_incomplete_with_the_missing_issuer_named(pki: Pki) -> None:
    lower = pki.issuing.issue_ca("Lower")
    diagnosis = diagnose(pki.trust, lower.issue_leaf([HOST]), lower)
    assert said(diagnosis) == (Status.INCOMPLETE, Blame.CLIENT_STORE), "servers do not send roots: it may be one"
    (missing,) = diagnosis.missing
    assert (missing.subject, missing.wanted_by) == (views(pki.issuing)[0].subject, views(lower)[0])


def test_a_leaf_alone_may_be_the_servers_fault_or_the_stores(pki: Pki) -> None:
    """A missing intermediate, or a private root that signs leaves itself: nobody can tell."""
    root = Authority.root("Private Root", now=NOW)
    for leaf in (pki.leaf, root.issue_leaf([HOST])):
        diagnosis = diagnose(pki.trust, leaf)
        assert said(diagnosis) == (Status.INCOMPLETE, Blame.SERVER_OR_STORE)
        assert codes(diagnosis) == {"missing-issuer"}


@pytest.mark.parametrize("beside", [False, True], ids=["in its place", "beside it"])
def test_a_namesake_in_the_users_own_file_is_the_stores_fault(pki: Pki, beside: bool) -> None:
    """An old root of the same name and another key."""
    namesake = make_pki().root
    trust = store_of(namesake, pki.root) if beside else store_of(namesake)
    diagnosis = diagnose(trust, pki.issuing.issue_leaf([HOST]), _anonymous(pki))
    assert diagnosis.blame is Blame.CLIENT_STORE
    assert diagnosis.status in {Status.PARTIAL, Status.INCOMPLETE}
    assert diagnosis.status is (Status.PARTIAL if beside else Status.INCOMPLETE)
    if beside:
        (found,) = (one for one in diagnosis.findings if one.code == "namesake-in-store")
        assert colon_hex(views(namesake)[0].sha256) in found.message
    else:
        (found,) = (one for one in diagnosis.findings if one.code == "issuer-unknown")
        assert "1 of them in the trust store test" in found.message
        assert "the one there has another key" in found.hint


def _anonymous(pki: Pki) -> Authority:
    """The intermediate without the key identifier of its issuer: clients go by the name alone."""
    return pki.root.cross_sign(pki.issuing, ANONYMOUS)


def test_a_bad_path_does_not_hide_the_branch_that_stops_at_a_missing_issuer() -> None:
    """An expired cross-sign leads to an old root; the branch that the server means lacks one link."""
    old, new = Authority.root("Old Root", now=NOW), Authority.root("New Root", now=NOW)
    bridge = new.issue_ca("Bridge")
    issuing = bridge.issue_ca("Issuing")
    expired = old.cross_sign(issuing, Template(validity=days(-99, -1)))
    diagnosis = diagnose(store_of(old, new), issuing.issue_leaf([HOST]), expired, issuing)
    assert diagnosis.path is not None
    assert not diagnosis.path.good
    assert said(diagnosis) == (Status.INCOMPLETE, Blame.SERVER)
    assert "issuer-unknown" in codes(diagnosis)


@pytest.mark.parametrize(
    ("leaf", "code"),
    [
        (lambda pki: pki.issuing.issue_leaf([HOST], OVER), "expired"),
        (lambda pki: pki.issuing.issue_leaf(["other.test"]), "host-mismatch"),
    ],
)
def test_invalid(pki: Pki, leaf: object, code: str) -> None:
    assert callable(leaf)
    diagnosis = diagnose(pki.trust, leaf(pki), pki.issuing)
    assert said(diagnosis) == (Status.INVALID, Blame.SERVER)
    assert codes(diagnosis) == {code}


def test_an_expired_leaf_alone_is_incomplete_all_the_same(pki: Pki) -> None:
    diagnosis = diagnose(pki.trust, pki.issuing.issue_leaf([HOST], OVER))
    assert diagnosis.status is Status.INCOMPLETE
    assert {"missing-issuer", "expired"} <= codes(diagnosis)


def test_invalid_where_no_client_finds_the_good_path(pki: Pki) -> None:
    """All but rustls stop at a served certificate that cannot be read, and rustls at a leaf that may be a CA."""
    leaf = pki.issuing.issue_leaf([HOST], Template(extensions=((x509.BasicConstraints(True, None), True),)))
    garbage = Identity(b"\x30\x03\x02\x01\x05", pki.leaf.key, pki.leaf.subject)
    diagnosis = diagnose(pki.trust, leaf, pki.issuing, garbage)
    assert diagnosis.path is not None
    assert diagnosis.path.good
    assert said(diagnosis) == (Status.INVALID, Blame.SERVER)
    assert {"clients-refuse", "family-refuses"} <= codes(diagnosis)
    assert diagnosis.accepting == ()


def test_interception_stays_interception() -> None:
    """Even where the user confirmed the root of the product."""
    root = Authority.root("Zscaler Root CA", now=NOW)
    trust = store_of(Authority.root("Public Root", now=NOW))
    served = served_by(root.issue_leaf([HOST]), root)
    for confirmed in (frozenset[str](), frozenset({views(root)[0].sha256})):
        diagnosis = Diagnoser(trust, confirmed=confirmed).diagnose(served, at=NOW)
        assert said(diagnosis) == (Status.UNTRUSTED, Blame.INTERCEPTION)


def test_a_confirmed_root_makes_nothing_complete(pki: Pki) -> None:
    """The clients' store still lacks it."""
    confirmed = frozenset({views(pki.root)[0].sha256})
    diagnoser = Diagnoser(make_pki("Other").trust, confirmed=confirmed)
    diagnosis = diagnoser.diagnose(served_by(pki.leaf, pki.issuing, pki.root), at=NOW)
    assert said(diagnosis) == (Status.UNTRUSTED, Blame.CLIENT_STORE)
    assert diagnosis.path is not None
    assert diagnosis.path.good


def test_a_staging_ca_is_the_servers_fault() -> None:
    root = Authority.root("(STAGING) Pretend Pear X1", now=NOW)
    issuing = root.issue_ca("(STAGING) Wannabe Watercress R11")
    trust = store_of(Authority.root("Public Root", now=NOW))
    diagnosis = diagnose(trust, issuing.issue_leaf([HOST]), issuing)
    assert said(diagnosis) == (Status.INCOMPLETE, Blame.SERVER)
    assert any("production service" in found.hint for found in diagnosis.findings)


def test_the_search_never_decides(pki: Pki) -> None:
    """The path breaks no rule of ours, and still the headline is what the families say."""
    issuing = pki.root.issue_ca("Loose", UNCRITICAL)
    diagnosis = diagnose(pki.trust, issuing.issue_leaf([HOST]), issuing)
    assert diagnosis.path is not None
    assert diagnosis.path.good
    assert diagnosis.status is Status.PARTIAL


@pytest.mark.parametrize("root_sent", [True, False])
def test_a_root_that_the_trust_file_rejects_is_not_called_missing(pki: Pki, root_sent: bool) -> None:
    pem = trusted_block(pki.root.der, rejected=[SERVER])
    chain = served_by(pki.leaf, pki.issuing, *([pki.root] if root_sent else []))
    diagnosis = Diagnoser(TrustStore("test", (), pem=pem)).diagnose(chain, at=NOW)
    assert (diagnosis.status, diagnosis.blame) == (Status.UNTRUSTED, Blame.CLIENT_STORE)
    assert diagnosis.verdicts["curl"].code == 28
    assert {found.code for found in diagnosis.findings} >= {"rejected"}
    assert not {"issuer-unknown", "untrusted-root", "missing-issuer"} & codes(diagnosis)
    assert private_root(diagnosis) is None, "nobody is asked to trust what its owner rejects"


@pytest.mark.parametrize("beside", [True, False])
def test_a_leaf_that_cannot_be_read_is_invalid(pki: Pki, beside: bool) -> None:
    broken = replace(pki.leaf, der=b"\x30\x03\x02\x01\x05")
    diagnosis = diagnose(pki.trust, broken, *([pki.issuing] if beside else []))
    assert said(diagnosis) == (Status.INVALID, Blame.SERVER)
    assert "missing-issuer" not in codes(diagnosis)
    assert "unreadable" in codes(diagnosis)


@pytest.mark.parametrize("uses", [None, [SERVER]], ids=["no settings", "trusted for servers"])
def test_a_form_of_the_root_that_only_openssl_reads_is_the_stores_fault(
    pki: Pki, uses: list[x509.ObjectIdentifier] | None
) -> None:
    trust = replace(pki.trust, pem=trusted_block(pki.root.der, trusted=uses))
    diagnosis = diagnose(trust, pki.leaf, pki.issuing)
    assert said(diagnosis) == (Status.PARTIAL, Blame.CLIENT_STORE)
    assert {"curl", "python", "requests-3.13"} <= set(diagnosis.accepting)
    assert {"go", "gnutls", "rustls"} <= set(diagnosis.refusing)
