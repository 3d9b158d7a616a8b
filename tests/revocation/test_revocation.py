"""Revocation: what a real responder, list and staple of the lab say, believed only when it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.lab.clients import run
from tests.support.aia import fetches_to
from tests.support.chains import NOW, make_pki, views
from tests.support.crls import look_up
from tests.support.programs import require_program
from tui_chain.core.status import Blame, Status
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.engine.revocation import check_revocation
from tui_chain.lab.authority import Template
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.revocation import REVOCATION
from tui_chain.lab.servers.responder import Responder, ResponderAnswer
from tui_chain.net.addresses import Reach
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.revocation.check import RevocationClient
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.store import TrustStore
from tui_chain.x509.ocsp import read_response, request_url
from tui_chain.x509.revocation import Means, Revocation

LOOPBACK = frozenset({Reach.LOOPBACK})
NAMES = ["complete", "leaf-only", "must-staple-missing", *(scenario.name for scenario in REVOCATION)]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(NAMES) as opened:
        yield opened


@pytest.fixture(scope="module")
def journey(lab: Lab) -> Journey:
    store = load_trust_store(str(lab.trust_file))
    assert isinstance(store, TrustStore)
    return Journey(Context(store))


def ask(lab: Lab, journey: Journey, name: str) -> HostState:
    async def go() -> HostState:
        state = await journey.probe(HostState(Target("localhost", lab.host(name).port)))
        return await check_revocation(journey, state)

    return asyncio.run(go())


@pytest.mark.parametrize("name", NAMES[3:])
def test_found_exactly_what_is_declared(lab: Lab, journey: Journey, name: str) -> None:
    expected = lab.host(name).scenario.expected
    state = ask(lab, journey, name)
    assert state.diagnosis is not None
    assert {found.code for found in state.diagnosis.findings} == expected.findings | expected.on_request
    revoked = "revoked" in expected.on_request
    assert state.status is (Status.INVALID if revoked else Status.COMPLETE)
    assert state.diagnosis.blame is (Blame.SERVER if revoked else Blame.NOBODY)


def test_a_revoked_certificate_is_the_headline_with_its_reason(lab: Lab, journey: Journey) -> None:
    state = ask(lab, journey, "ocsp-revoked")
    assert state.diagnosis is not None
    assert state.revocation is not None
    assert state.headline == "a certificate was revoked"
    assert "keyCompromise" in state.diagnosis.findings[0].message
    decisive = state.revocation[0].decisive
    assert decisive is not None
    assert (decisive.means, decisive.reason) == (Means.OCSP, "keyCompromise")
    assert decisive.revoked_at is not None


def test_every_certificate_of_the_path_is_asked_about_but_the_root(lab: Lab, journey: Journey) -> None:
    state = ask(lab, journey, "ocsp-good")
    assert state.revocation is not None
    assert [check.label for check in state.revocation] == ["ocsp-good.lab.test", "Lab Issuing CA G2"]
    assert [check.status for check in state.revocation] == [Revocation.GOOD, Revocation.UNKNOWN]
    assert not state.revocation[1].askable


def test_the_staple_is_asked_for_once_and_kept(lab: Lab, journey: Journey) -> None:
    state = ask(lab, journey, "staple-good")
    assert isinstance(state.served, ServedChain)
    assert state.served.staple
    assert state.revocation is not None
    assert state.revocation[0].answers[0].means is Means.STAPLE


def test_openssl_sees_the_same_staple(lab: Lab) -> None:
    require_program("openssl")
    target = f"127.0.0.1:{lab.host('staple-good').port}"
    done = run("openssl", "s_client", "-connect", target, "-servername", "localhost", "-status")
    assert b"OCSP Response Status: successful" in done.stdout
    assert b"Cert Status: good" in done.stdout


def test_must_staple_is_still_told(lab: Lab, journey: Journey) -> None:
    """And GnuTLS, which insists on it, refuses."""
    state = ask(lab, journey, "must-staple-missing")
    assert state.diagnosis is not None
    assert {found.code for found in state.diagnosis.findings} == {"must-staple-missing", "family-refuses"}
    assert state.diagnosis.refusing == ("gnutls",)


def test_a_path_without_its_issuer_is_not_asked_about(lab: Lab, journey: Journey) -> None:
    state = ask(lab, journey, "leaf-only")
    assert state.status is Status.INCOMPLETE
    assert state.revocation == ()


def test_offline_and_without_consent_nothing_is_fetched(lab: Lab, journey: Journey) -> None:
    before = len(lab.aia_log)
    state = asyncio.run(journey.probe(HostState(Target("localhost", lab.host("ocsp-good").port))))
    assert state.diagnosis is not None
    assert state.diagnosis.path is not None
    path = state.diagnosis.path.certificates
    refused = asyncio.run(RevocationClient(journey.clock(), fetches_to(frozenset({Reach.PUBLIC}))).check(path))
    assert refused[0].status is Revocation.UNREACHABLE
    assert "consent" in refused[0].answers[0].text
    assert (
        asyncio.run(RevocationClient(journey.clock(), fetches_to(LOOPBACK), offline=True).check(path))[0].askable
        is False
    )
    assert len(lab.aia_log) == before


PKI = make_pki()
OTHER = make_pki("Other")
RESPONDER = Responder(PKI.issuing, OTHER.issuing)
LEAF, ISSUER = views(PKI.leaf, PKI.issuing)


@pytest.mark.parametrize("says", list(ResponderAnswer))
def test_only_a_signed_fresh_fitting_response_is_believed(says: ResponderAnswer) -> None:
    answer = read_response(RESPONDER.ocsp(says, PKI.leaf), LEAF, ISSUER, at=NOW, means=Means.OCSP)
    believed = {
        ResponderAnswer.GOOD: Revocation.GOOD,
        ResponderAnswer.DELEGATED: Revocation.GOOD,
        ResponderAnswer.REVOKED: Revocation.REVOKED,
        ResponderAnswer.DEAD: Revocation.GOOD,
    }
    assert answer.status is believed.get(says, Revocation.UNKNOWN), answer.text


def test_a_response_changed_on_its_way_is_not_believed() -> None:
    good = RESPONDER.ocsp(ResponderAnswer.GOOD, PKI.leaf)
    for at in range(0, len(good), 7):
        changed = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        answer = read_response(changed, LEAF, ISSUER, at=NOW, means=Means.OCSP)
        unsigned = _outside_signature(good, at)
        assert answer.status is Revocation.UNKNOWN or unsigned, at


def _outside_signature(der: bytes, at: int) -> bool:
    """Whether a byte is of the envelope, which is not signed."""
    from cryptography.x509 import ocsp

    response = ocsp.load_der_ocsp_response(der)
    start = der.index(response.tbs_response_bytes)
    signed = start <= at < start + len(response.tbs_response_bytes)
    return not signed and not der.index(response.signature) <= at


@pytest.mark.parametrize("shift", [timedelta(days=-1), timedelta(days=8)])
def test_time_decides(shift: timedelta) -> None:
    answer = read_response(
        RESPONDER.ocsp(ResponderAnswer.GOOD, PKI.leaf), LEAF, ISSUER, at=NOW + shift, means=Means.OCSP
    )
    assert answer.status is Revocation.UNKNOWN
    listed = look_up(RESPONDER.crl(ResponderAnswer.REVOKED, PKI.leaf), LEAF, ISSUER, at=NOW + shift)
    assert listed.status is Revocation.UNKNOWN


@pytest.mark.parametrize(
    ("says", "status"),
    [
        (ResponderAnswer.GOOD, Revocation.GOOD),
        (ResponderAnswer.REVOKED, Revocation.REVOKED),
        (ResponderAnswer.FORGED, Revocation.UNKNOWN),
        (ResponderAnswer.OTHER, Revocation.UNKNOWN),
        (ResponderAnswer.GARBAGE, Revocation.UNKNOWN),
        (ResponderAnswer.STALE, Revocation.UNKNOWN),
    ],
)
def test_only_a_signed_fresh_fitting_list_is_believed(says: ResponderAnswer, status: Revocation) -> None:
    assert look_up(RESPONDER.crl(says, PKI.leaf), LEAF, ISSUER, at=NOW).status is status


def test_a_question_fits_into_a_url() -> None:
    url = request_url("http://ocsp.example/", LEAF, ISSUER)
    assert url is not None
    assert url.startswith("http://ocsp.example/MF")
    assert len(url) < 255, "RFC 5019 section 5 wants GET for such"


def test_a_hundred_urls_are_not_all_asked(lab: Lab) -> None:
    places = [
        x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))
        for url in (f"http://127.0.0.1:{lab.dead_port}/{number}" for number in range(100))
    ]
    template = Template(extensions=((x509.AuthorityInformationAccess(places), False),))
    path = views(PKI.issuing.issue_leaf(["host.test"], template), PKI.issuing)
    assert len(asyncio.run(RevocationClient(NOW, fetches_to(LOOPBACK)).check(path))[0].answers) == 5


def test_a_repair_makes_no_revoked_certificate_good(lab: Lab, journey: Journey) -> None:
    async def go() -> HostState:
        return await journey.fix(await check_revocation(journey, await journey.probe(state)))

    state = HostState(Target("localhost", lab.host("ocsp-revoked").port))
    fixed = asyncio.run(go())
    assert fixed.resolution is not None
    assert fixed.status is Status.INVALID
    assert fixed.verdict is not None
    assert fixed.verdict.findings[0].code == "revoked"
