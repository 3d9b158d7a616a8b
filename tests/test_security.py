"""Attacks that once worked: each rule of trust with the case that broke it."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12
from cryptography.x509.oid import ExtensionOID

from tests.support.chains import HOST, NOW, make_pki, repair_of, resolution_of, served_by, store_of, views
from tests.support.limits import own_seconds
from tui_chain.audit.summary import foreign_certificates
from tui_chain.clients.families import FAMILIES, Engine
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.engine.journey import HostState
from tui_chain.lab.authority import Template, key_to_pem, to_pem
from tui_chain.net.addresses import Reach, reach
from tui_chain.net.target import Target
from tui_chain.probe.pasted import parse_additions
from tui_chain.repair.merge import merge
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.repair import Repair
from tui_chain.repair.write import WritePlan, plan_write
from tui_chain.x509.formats.readers import read_certificates


def test_what_curl_and_every_python_refuse_is_not_complete_but_can_be_repaired() -> None:
    """A served namesake of the issuer before the real one, and a leaf without AKI: OpenSSL does not backtrack."""
    pki, namesake = make_pki(), make_pki().issuing
    leaf = pki.issuing.issue_leaf([HOST], Template(without=frozenset({ExtensionOID.AUTHORITY_KEY_IDENTIFIER})))
    served = served_by(leaf, namesake, pki.issuing)
    diagnosis = Diagnoser(pki.trust).diagnose(served, at=NOW)
    openssl = {family.id for family in FAMILIES if family.engine is Engine.OPENSSL}
    assert openssl <= set(diagnosis.refusing)
    assert "go" in diagnosis.accepting, "it tries the other issuer"
    assert diagnosis.status is Status.PARTIAL
    assert {"family-refuses", "namesake"} <= {found.code for found in diagnosis.findings}
    state = HostState(Target(HOST)).with_served(served, diagnosis)
    assert state.status is Status.PARTIAL
    repair = repair_of(pki.trust, served)
    assert isinstance(repair, Repair)
    assert {"requests", "python", "curl"} <= repair.won
    assert state.with_repair(resolution_of(pki.trust, served), repair).status is Status.REPAIRABLE


def test_what_all_but_one_refuse_is_partial_though_the_search_finds_a_good_path() -> None:
    """The same with a certificate that nobody can read."""
    pki, namesake = make_pki(), make_pki().issuing
    leaf = pki.issuing.issue_leaf([HOST], Template(without=frozenset({ExtensionOID.AUTHORITY_KEY_IDENTIFIER})))
    broken = replace(leaf, der=b"\x30\x03\x02\x01\x05")
    diagnosis = Diagnoser(pki.trust).diagnose(served_by(leaf, namesake, pki.issuing, broken), at=NOW)
    assert diagnosis.accepting == ("rustls",), "it passes over what it cannot read"
    assert diagnosis.status is Status.PARTIAL


def test_a_strangers_pkcs12_cannot_buy_time() -> None:
    """Encrypted parts whose keys take a million rounds each, without a password: they are not derived."""
    pki = make_pki()
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(900_000)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .build(b"secret")
    )
    data = pkcs12.serialize_key_and_certificates(b"x", None, pki.issuing.certificate, None, encryption)
    with own_seconds(0.5):
        reading = read_certificates(data)
        assert reading.certificates == ()
        assert "rounds" in reading.problems[0].reason
    assert read_certificates(data, password=b"secret").certificates == views(pki.issuing)


def test_a_private_key_is_neither_shown_nor_replaced(tmp_path: Path) -> None:
    pki = make_pki()
    file = tmp_path / "server.pem"
    file.write_bytes(to_pem([pki.leaf.der]) + key_to_pem(pki.leaf.key))
    plan = plan_write(file, b"new")
    assert isinstance(plan, Failure)
    assert "private key" in plan.message


@pytest.mark.parametrize("name", ["a\x1b]0;x\x07.pem", "a\nb.pem", "\u202egnp.pem"])
def test_a_file_name_cannot_carry_terminal_sequences(name: str, tmp_path: Path) -> None:
    plan = plan_write(tmp_path / name, b"new")
    assert isinstance(plan, Failure)
    assert plan.message.isprintable()


@pytest.mark.parametrize("address", ["168.63.129.16", "192.0.0.192", "::ffff:168.63.129.16"])
def test_metadata_services_are_not_public(address: str) -> None:
    assert reach(address) is Reach.PRIVATE


@pytest.mark.parametrize("file", ["~nosuchuser/x", "x" * 5000, "/dev/zero", "/proc/kmsg"])
def test_a_strange_file_is_a_bad_line(file: str) -> None:
    assert len(parse_additions(f"a.test < {file}").bad) == 1


def test_a_leaf_in_the_trust_file_stays_out_of_the_full_store() -> None:
    pki, other = make_pki(), make_pki("Other")
    trust = store_of(pki.root, other.leaf)
    served = served_by(pki.leaf)
    repair = repair_of(trust, served, pki.issuing)
    assert isinstance(repair, Repair)
    for kind in (OutputKind.CLIENT_STORE, OutputKind.JAVA):
        output = make_output(kind, [(served, repair)], trust, at=NOW)
        assert isinstance(output, Output)
        assert all(certificate.is_ca for certificate in output.certificates)


def test_refresh_knows_what_it_did_not_write(tmp_path: Path) -> None:
    pki, other = make_pki(), make_pki("Other")
    served, second = served_by(pki.leaf), served_by(other.leaf)
    one, two = repair_of(pki.trust, served, pki.issuing), repair_of(other.trust, second, other.issuing)
    assert isinstance(one, Repair)
    assert isinstance(two, Repair)
    assert foreign_certificates(one.bundle.pem) == 0
    merged = merge(one.bundle.pem, two.bundle)
    assert isinstance(merged, bytes)
    assert foreign_certificates(merged) == 0, "the host is named on top"
    apart = merge(one.bundle.pem, replace(two.bundle, kind="links"))
    assert isinstance(apart, bytes)
    assert foreign_certificates(apart) == 2
    assert foreign_certificates(one.bundle.pem + to_pem([other.root.der])) == 1
    assert isinstance(plan_write(tmp_path / "new.pem", merged), WritePlan)


# -- the threat model

SECURITY = Path(__file__).parents[1] / "SECURITY.md"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
ATTACKERS = (
    "a server",
    "a certificate authority",
    "an AIA, OCSP or CRL host",
    "a proxy",
    "another user",
    "a file's author",
)


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = NAMED.findall(SECURITY.read_text(encoding="utf-8"))
    assert len(named) > 30
    for path, name in named:
        tree = ast.parse((Path(__file__).parent / path).read_text(encoding="utf-8"))
        found = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        assert name in {node.name for node in found}, f"{path}::{name}"


def test_every_row_of_the_threat_model_names_its_test() -> None:
    rows = [line for line in SECURITY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 25
    assert [row for row in rows if not NAMED.search(row.rpartition(" | ")[2])] == []
    for attacker in ATTACKERS:
        assert any(row.startswith(f"| {attacker}") for row in rows), attacker
