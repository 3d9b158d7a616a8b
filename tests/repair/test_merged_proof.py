"""A merged file is proven like any other: what stood there may lead a client astray (law 4)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.audit.loaders import run
from tests.repair.test_output import Case, repaired
from tests.support.chains import NOW, make_pki, served_by, store_of
from tests.support.crls import make_crl
from tests.support.programs import require_program
from tests.support.trusted import trusted_block
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import Authority, Template, days, to_pem
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.merge import merge, merge_proven
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.x509.crl import CrlScope


@pytest.fixture(scope="module")
def case() -> Case:
    pki = make_pki("Merged")
    store = store_of(pki.root)
    return Case(pki, store, *repaired(store, served_by(pki.leaf), pki.issuing))


def _twin(case: Case) -> bytes:
    """The intermediate's name and key under another root, valid for longer."""
    other = Authority.root("Elsewhere", now=NOW)
    return to_pem([other.cross_sign(case.pki.issuing, Template(validity=days(-1, 170))).der])


def test_a_file_whose_twin_of_a_link_misleads_openssl_is_not_added_to(case: Case, tmp_path: Path) -> None:
    output, old = case.make(OutputKind.CLIENT), _twin(case)
    assert output.bundle is not None
    misled = merge(old, output.bundle)
    assert isinstance(misled, bytes)
    file, leaf = tmp_path / "merged.pem", tmp_path / "leaf.pem"
    file.write_bytes(misled)
    leaf.write_bytes(to_pem([case.pki.leaf.der]))
    at = ("-attime", str(int(NOW.timestamp())))
    openssl = str(require_program("openssl"))
    said = run(openssl, "verify", *at, "-no-CApath", "-no-CAstore", "-CAfile", str(file), str(leaf))
    assert said.returncode != 0, "the ground of this test: the real client refuses"
    refused = merge_proven(old, output)
    assert isinstance(refused, Failure)
    assert "it does not work" in refused.message


@pytest.mark.parametrize("name", ["issuing", "root"])
def test_a_file_whose_owner_rejects_what_the_host_needs_is_not_added_to(
    case: Case, name: str, tmp_path: Path
) -> None:
    output, rejected = case.make(OutputKind.CLIENT), getattr(case.pki, name)
    old = trusted_block(rejected.der, rejected=[ExtendedKeyUsageOID.SERVER_AUTH])
    assert output.bundle is not None
    refused_by_openssl = merge(old, output.bundle)
    assert isinstance(refused_by_openssl, bytes)
    file, leaf = tmp_path / "merged.pem", tmp_path / "leaf.pem"
    file.write_bytes(refused_by_openssl)
    leaf.write_bytes(to_pem([case.pki.leaf.der]))
    words = ("verify", "-purpose", "sslserver", "-attime", str(int(NOW.timestamp())), "-no-CApath", "-no-CAstore")
    said = run(str(require_program("openssl")), *words, "-CAfile", str(file), str(leaf))
    assert b"certificate rejected" in said.stderr, "the ground of this test: the real client refuses"
    refused = merge_proven(old, output)
    assert isinstance(refused, Failure)
    assert "certificate rejected" in refused.message


def test_what_the_owner_of_a_file_rejects_besides_does_not_matter(case: Case) -> None:
    other = Authority.root("Elsewhere", now=NOW)
    old = trusted_block(other.der, rejected=[ExtendedKeyUsageOID.SERVER_AUTH])
    merged = merge_proven(old, case.make(OutputKind.CLIENT))
    assert isinstance(merged, bytes)
    assert merged.startswith(old)


def test_a_file_with_other_roots_is_added_to(case: Case) -> None:
    old = to_pem([Authority.root("Elsewhere", now=NOW).der])
    merged = merge_proven(old, case.make(OutputKind.CLIENT))
    assert isinstance(merged, bytes)
    assert merged.startswith(old)


def test_links_are_proven_beside_the_roots_that_their_clients_have(case: Case) -> None:
    old = to_pem([Authority.root("Elsewhere", now=NOW).der])
    assert isinstance(merge_proven(old, case.make(OutputKind.LINKS)), bytes)


def test_a_file_for_clients_that_check_takes_no_host_without_crls(case: Case) -> None:
    other = make_pki("Checked")
    lists = (make_crl(other.issuing), make_crl(other.root))
    _, repair = repaired(store_of(other.root), served_by(other.leaf), other.issuing)
    old = replace(repair.bundle, crls=lists, crl_check=CrlScope.CHAIN)
    assert isinstance(old, Bundle)
    refused = merge_proven(old.pem, case.make(OutputKind.CLIENT))
    assert isinstance(refused, Failure)
    assert "VERIFY_CRL_CHECK_CHAIN" in refused.message


def test_a_server_s_chain_is_no_ground_to_add_to(case: Case) -> None:
    made = make_output(OutputKind.SERVER, [(case.served, case.repair)], case.store, at=NOW)
    assert isinstance(made, Output)
    assert isinstance(merge_proven(b"", made), Failure)
