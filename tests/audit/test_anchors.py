"""The attack: a server is taken over, and the bundle for a company's root is looked after (laws 1 and 4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.chains import HOST, NOW, Pki, make_pki, repair_of, resolution_of, served_by, store_of, views
from tui_chain.audit.refresh import Refreshed, State, header_of, refreshed
from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.lab.authority import Authority, to_pem
from tui_chain.net.target import Target
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.repair import Repair
from tui_chain.trust.store import TrustStore
from tui_chain.x509.formats.readers import read_certificates

CORP, PUBLIC = make_pki("Corporate"), make_pki("Public")
CORP_STORE = replace(store_of(CORP.root), name="corp.pem")
CERTIFI = replace(store_of(PUBLIC.root), name="certifi")
KINDS = (OutputKind.CLIENT, OutputKind.CLIENT_STORE, OutputKind.LINKS)


def below(authority: Authority, name: str) -> Pki:
    """Another issuing CA below an authority, and a leaf of it."""
    issuing = authority.issue_ca(name)
    return Pki(authority, issuing, issuing.issue_leaf([HOST]))


def _repair(pki: Pki, store: TrustStore) -> tuple[HostState, Repair]:
    served = served_by(pki.leaf)
    resolution = resolution_of(store, served, pki.issuing)
    repair = repair_of(store, served, pki.issuing)
    assert isinstance(repair, Repair)
    state = HostState(Target(HOST), "", served, resolution.diagnosis, resolution, repair)
    return state, repair


def _file(pki: Pki, store: TrustStore, kind: OutputKind, trust: str | None = None) -> bytes:
    _, repair = _repair(pki, store)
    made = make_output(kind, [(served_by(pki.leaf), repair)], store, at=NOW)
    assert isinstance(made, Output), made
    assert made.bundle is not None
    return made.data if trust is None else replace(made.bundle, trust=trust).pem


def _refreshed(data: bytes, pki: Pki, store: TrustStore, **given: bool) -> Refreshed:
    header = header_of(data)
    assert not isinstance(header, Failure)
    return refreshed(data, header, [_repair(pki, store)[0]], store, NOW, **given)


@pytest.mark.parametrize("kind", KINDS)
def test_the_roots_are_not_swapped_for_those_of_another_store(kind: OutputKind) -> None:
    found = _refreshed(_file(CORP, CORP_STORE, kind), PUBLIC, CERTIFI)
    assert found.state is State.FAILS
    assert found.output is None
    assert found.failure is not None
    assert "trust store corp.pem" in found.failure.message


def test_a_file_that_names_no_store_is_known_by_its_root() -> None:
    found = _refreshed(_file(CORP, CORP_STORE, OutputKind.CLIENT, trust=""), PUBLIC, CERTIFI)
    assert found.output is None
    assert found.failure is not None
    assert "Corporate Root" in found.failure.message


def test_a_root_that_was_confirmed_is_not_swapped_for_a_public_one() -> None:
    found = _refreshed(_file(CORP, CORP_STORE, OutputKind.CLIENT, trust="certifi"), PUBLIC, CERTIFI)
    assert found.output is None
    assert found.failure is not None


def test_a_pinned_part_of_a_store_is_not_widened() -> None:
    both = TrustStore("certifi", views(CORP.root, PUBLIC.root))
    found = _refreshed(_file(CORP, CORP_STORE, OutputKind.CLIENT), PUBLIC, both)
    assert found.output is None


@pytest.mark.parametrize("kind", KINDS)
def test_who_accepts_the_change_gets_the_new_file(kind: OutputKind) -> None:
    found = _refreshed(_file(CORP, CORP_STORE, kind), PUBLIC, CERTIFI, accepted=True)
    assert found.output is not None, found.failure
    assert found.failure is None


@pytest.mark.parametrize("kind", KINDS)
def test_who_names_the_store_accepts_it_and_no_other_anchor(kind: OutputKind) -> None:
    """The command that a file names for its refresh has the store, so that it is no consent to a change."""
    found = _refreshed(_file(CORP, CORP_STORE, kind), PUBLIC, CERTIFI, chosen=True)
    assert (found.output is None) == (kind is OutputKind.CLIENT)


BOTH = TrustStore("certifi", views(CORP.root, PUBLIC.root))


def test_another_root_of_the_same_store_is_named_and_needs_consent() -> None:
    data = _file(CORP, BOTH, OutputKind.CLIENT)
    found = _refreshed(data, PUBLIC, BOTH)
    assert (found.state, found.output) == (State.FAILS, None)
    assert found.failure is not None
    assert "rest on Public Root, and the old one rests on Corporate Root." in found.failure.message
    assert "--accept-new-anchor" in found.failure.hint
    assert found.unaccepted is not None
    accepted = _refreshed(data, PUBLIC, BOTH, accepted=True)
    assert accepted.output == found.unaccepted


PINNED = CORP.root.issue_ca("Corporate Pinned")
PINNED_STORE = replace(store_of(PINNED), name="corp.pem")
BELOW_PINNED = below(PINNED, "Below Pinned")
ATTACKS = {"another root": PUBLIC, "the root above it": below(CORP.root, "Corporate Other")}


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("held", [False, True], ids=["above the file", "in the file"])
def test_an_anchor_that_did_not_sign_itself_is_kept(name: str, held: bool) -> None:
    """A pinned intermediate: neither a public root takes its place, nor the root above it, which has other CAs."""
    attack = ATTACKS[name]
    data = _file(BELOW_PINNED, PINNED_STORE, OutputKind.CLIENT)
    data += to_pem([PINNED.der]) if held else b""
    assert not any(one.self_issued for one in read_certificates(data).certificates)
    store = replace(store_of(PINNED, attack.root), name="corp.pem")
    found = _refreshed(data, attack, store)
    assert (found.state, found.output) == (State.FAILS, None)
    assert found.failure is not None
    (root,), old = views(attack.root), "Corporate Pinned" if held else "Below Pinned"
    assert f"rest on {root.label}, and the old one rests on {old}." in found.failure.message
    assert _refreshed(data, attack, store, accepted=True).output is not None


def test_a_renewal_below_an_anchor_that_did_not_sign_itself_needs_no_consent() -> None:
    data = _file(BELOW_PINNED, PINNED_STORE, OutputKind.CLIENT)
    found = _refreshed(data, below(PINNED, "Below Pinned 2"), PINNED_STORE)
    assert found.output is not None, found.failure


def test_what_was_trusted_by_itself_gives_no_trust_to_what_signed_it() -> None:
    """The file's one certificate is its anchor, and another CA below the same root is none of its user's."""
    data = _file(BELOW_PINNED, PINNED_STORE, OutputKind.CLIENT)
    (held,) = read_certificates(data).certificates
    header = header_of(data)
    assert not isinstance(header, Failure)
    pinned = replace(header, sources={held.sha256: "trust store corp.pem"})
    for one, made in ((header, True), (pinned, False), (replace(header, sources={}), False)):
        state = _repair(below(PINNED, "Below Pinned 2"), PINNED_STORE)[0]
        found = refreshed(data, one, [state], PINNED_STORE, NOW)
        assert (found.output is not None) == made


def test_a_renewed_intermediate_below_the_same_root_is_nobody_s_trouble() -> None:
    data = _file(CORP, CORP_STORE, OutputKind.CLIENT)
    found = _refreshed(data, below(CORP.root, "Corporate Other"), CORP_STORE)
    assert found.output is not None, found.failure
