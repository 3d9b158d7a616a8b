"""The live test of a journey whose host has its CRLs."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.crls import make_crl
from tests.support.journeys import lab_trust, state_of, walk
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.engine.revocation import gather_crls
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.livetest.contexts import bundle_context, context_of, crl_context, trust_text, without_crls
from tui_chain.livetest.programs import program_run, programs
from tui_chain.net.target import Target
from tui_chain.repair.bundle import Bundle
from tui_chain.x509.crl import CrlScope, CrlSet
from tui_chain.x509.formats.readers import read_certificates


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["crl-chain", "crl-chain-complete"]) as opened:
        yield opened


def asked(lab: Lab, name: str) -> tuple[Journey, HostState]:
    journey = Journey(Context(lab_trust(lab)))

    async def crls(state: HostState) -> HostState:
        return await gather_crls(journey, state)

    return journey, walk(state_of(lab.host(name).port), journey.probe, journey.fix, crls)


@pytest.mark.parametrize("name", ["crl-chain", "crl-chain-complete"])
def test_the_second_request_looks_into_them(lab: Lab, name: str) -> None:
    journey, state = asked(lab, name)
    test = walk(state, journey.test).live_test
    assert test is not None
    assert test.after is not None
    assert (test.after.ok, test.after.trust) == (True, "the bundle alone, its CRLs looked into")


def test_what_a_list_lacks_is_told(lab: Lab) -> None:
    journey, state = asked(lab, "crl-chain")
    assert isinstance(state.crls, CrlSet)
    half = replace(state, crls=CrlSet(CrlScope.CHAIN, state.crls.lists[:1]))
    test = walk(half, journey.test).live_test
    assert test is not None
    assert test.after is not None
    assert (test.after.ok, test.after.code) == (False, 3)


def test_the_bundle_of_a_state_has_them(lab: Lab) -> None:
    _, state = asked(lab, "crl-chain")
    assert isinstance(state.crls, CrlSet)
    assert state.bundle is not None
    assert state.bundle.crls == state.crls.crls
    assert state.proven is not None
    assert replace(state, crls=None).bundle == state.proven.bundle


def bundle(lab: Lab, scope: CrlScope | None) -> Bundle:
    root = lab.hierarchy["root"]
    _, state = asked(lab, "crl-chain")
    assert state.proven is not None
    plain = state.proven.bundle
    return plain if scope is None else replace(plain, crls=(make_crl(root),), crl_check=scope)


def test_contexts_say_what_they_do(lab: Lab) -> None:
    words = {scope: trust_text(context_of(bundle(lab, scope))) for scope in (None, *CrlScope)}
    assert words == {
        None: "the bundle alone",
        CrlScope.CHAIN: "the bundle alone, its CRLs looked into",
        CrlScope.LEAF: "the bundle alone, the leaf's CRL looked into",
    }


def test_the_lists_of_a_file_are_read_and_looked_into_only_where_that_is_asked_for(lab: Lab) -> None:
    pem = bundle(lab, CrlScope.CHAIN).pem
    plain, checking_ = bundle_context(pem), crl_context(pem, CrlScope.CHAIN)
    assert (plain.cert_store_stats()["crl"], checking_.cert_store_stats()["crl"]) == (1, 1)
    assert not plain.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN
    assert checking_.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN == ssl.VERIFY_CRL_CHECK_CHAIN


def test_a_file_without_its_lists_has_the_same_certificates(lab: Lab) -> None:
    pem = bundle(lab, CrlScope.CHAIN).pem
    plain = without_crls(pem)
    assert (b"CRL-----" in pem, b"CRL-----" in plain) == (True, False)
    assert read_certificates(plain).certificates == read_certificates(pem).certificates
    assert without_crls(lab.trust_pem) == lab.trust_pem


def test_a_file_that_openssl_cannot_read_is_refused_and_leaves_nothing(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    broken = to_pem([lab.hierarchy["root"].der]) + b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"
    with pytest.raises(ssl.SSLError):
        crl_context(broken, CrlScope.CHAIN)
    assert list(tmp_path.iterdir()) == []


def test_programs_without_a_switch_are_left_out(tmp_path: Path) -> None:
    for scope in CrlScope:
        run = program_run(Target("host.test"), tmp_path / "bundle.pem", tmp_path, crl=scope)
        blind = {one.name for one in programs(run) if one.left_out}
        curl = {"curl"} if scope is CrlScope.LEAF else set()
        assert blind >= {"git", "node", "python requests"} | curl
        assert not blind & ({"wget", "openssl", "curl"} - curl)
