"""The attack: a server is taken over, and the bundle for a company's root is looked after (laws 1 and 4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.chains import HOST, NOW, Pki, make_pki, repair_of, resolution_of, served_by, store_of, views
from tui_chain.audit.refresh import Refreshed, State, header_of, refreshed
from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import HostState
from tui_chain.net.target import Target
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.repair import Repair
from tui_chain.trust.store import TrustStore

CORP, PUBLIC = make_pki("Corporate"), make_pki("Public")
CORP_STORE = replace(store_of(CORP.root), name="corp.pem")
CERTIFI = replace(store_of(PUBLIC.root), name="certifi")
KINDS = (OutputKind.CLIENT, OutputKind.CLIENT_STORE, OutputKind.LINKS)


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


def _refreshed(data: bytes, pki: Pki, store: TrustStore, *, chosen: bool = False) -> Refreshed:
    header = header_of(data)
    assert not isinstance(header, Failure)
    return refreshed(data, header, [_repair(pki, store)[0]], store, NOW, chosen=chosen)


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
def test_who_names_the_store_gets_the_new_file(kind: OutputKind) -> None:
    found = _refreshed(_file(CORP, CORP_STORE, kind), PUBLIC, CERTIFI, chosen=True)
    assert found.output is not None, found.failure


def test_another_root_of_the_same_store_is_nobody_s_trouble() -> None:
    store = TrustStore("certifi", views(CORP.root, PUBLIC.root))
    found = _refreshed(_file(CORP, store, OutputKind.CLIENT), PUBLIC, store)
    assert found.output is not None, found.failure
