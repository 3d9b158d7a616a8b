"""What an audit finds, and what a fixed file is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.damaged import DAMAGES, make_roots
from tests.support.chains import HOST, NOW, make_pki
from tests.support.cli import tlschain
from tests.support.limits import own_seconds
from tests.support.trusted import trusted_block
from tests.support.unsafe import unsafe_in
from tui_chain.audit.audit import Audit, Auditor, files_of
from tui_chain.audit.findings import KINDS
from tui_chain.audit.fix import FixedFile, fix_file
from tui_chain.audit.rules import MAX_ISSUERS
from tui_chain.clients.judge import Judge
from tui_chain.core.failure import Failure
from tui_chain.core.status import Severity
from tui_chain.lab.authority import Authority, Template, days, key_to_pem, rsa_key, to_pem
from tui_chain.repair.output import java_truststore
from tui_chain.trust.store import TrustStore
from tui_chain.x509 import signatures
from tui_chain.x509.der import CONTEXT, INTEGER, encode

ROOTS = make_roots()
AUDITOR = Auditor(TrustStore("certifi", ()), NOW)

FORMS = {
    "glued": "glued",
    "BOM": "bom",
    "stray character": "malformed",
    "cut base64": "malformed",
    "not a certificate": "malformed",
    "DER": "format",
    "UTF-16": "format",
    "PKCS#7": "format",
    "empty": "empty",
    "web page": "unreadable",
    "indented": "indented",
    "quoted": "indented",
    "text before BEGIN": "indented",
    "X509 label": "label",
    "TRUSTED label": "label",
    "END of another kind": "malformed",
    "private key": "private-key",
    "OpenSSH key": "private-key",
    "redacted key": "private-key",
    "encrypted key": "private-key",
    "CRL": "crl",
    "CRL on top": "crl",
    "broken CRL": "crl-malformed",
    "leaf": "leaf",
    "last block cut": "malformed",
    "blank line inside": "blank-line",
    "CR only": "line-ends",
    "comments and duplicates": "duplicate",
}


def codes(audit: Audit) -> set[str]:
    return {found.code for found in audit.findings}


@pytest.mark.parametrize("damage", FORMS)
def test_every_damage_has_its_name(damage: str) -> None:
    assert FORMS[damage] in codes(AUDITOR.audit(DAMAGES[damage](ROOTS)))


@pytest.mark.parametrize("damage", ["sound", "crlf", "no newline at the end", "trailing spaces", "one line"])
def test_harmless_forms_are_not_complained_of(damage: str) -> None:
    assert codes(AUDITOR.audit(DAMAGES[damage](ROOTS))) == {"unknown"}


@pytest.mark.parametrize("damage", sorted(set(DAMAGES) - {"empty", "web page", "trust settings"}))
def test_a_fixed_file_is_loaded_whole_by_every_client(damage: str) -> None:
    fixed = fix_file(AUDITOR.audit(DAMAGES[damage](ROOTS)), AUDITOR.prover, NOW)
    assert isinstance(fixed, FixedFile)
    again = AUDITOR.audit(fixed.data)
    assert codes(again) == {"unknown"}
    for client, loaded in again.loaded.items():
        assert loaded.refused is None
        assert not again.lost(client)
    assert isinstance(once := fix_file(again, AUDITOR.prover, NOW), FixedFile)
    assert once.kept == fixed.kept


@pytest.mark.parametrize("label", ["PKCS7", "PUBLIC KEY", "X", "CERTIFICATE REQUEST", "DH PARAMETERS"])
def test_blocks_without_a_certificate_are_no_trust_file(label: str) -> None:
    """Every client that is given it fails, whatever its blocks are."""
    audit = AUDITOR.audit(f"-----BEGIN {label}-----\nMAA=\n-----END {label}-----\n".encode())
    assert not any(loaded.certificates for loaded in audit.loaded.values())
    assert "unreadable" in codes(audit)
    assert audit.severity is Severity.FATAL


def test_a_crl_in_a_file_of_its_own_is_not_unreadable() -> None:
    """That is where the hint of a CRL among certificates wants it."""
    with_crl = DAMAGES["CRL"](ROOTS)
    begin = with_crl.index(b"-----BEGIN X509 CRL-----")
    audit = AUDITOR.audit(with_crl[begin : with_crl.index(b"-----END X509 CRL-----\n") + 23])
    assert (len(audit.scan.crls), audit.certificates) == (1, ())
    assert "unreadable" not in codes(audit)


def test_nothing_to_save_is_a_failure() -> None:
    failure = fix_file(AUDITOR.audit(b""), AUDITOR.prover, NOW)
    assert isinstance(failure, Failure)
    assert failure.message.startswith("There is no CA certificate in ")


def test_a_file_of_which_nothing_can_be_kept_names_what_would_be_left_out_and_who_reads_it() -> None:
    """It has CA certificates, and the right file it may well be."""
    root = Authority.root("Ended", now=NOW, template=Template(validity=days(-20, -10)))
    failure = fix_file(AUDITOR.audit(to_pem([root.der]), "old.pem"), AUDITOR.prover, NOW)
    assert isinstance(failure, Failure)
    assert failure.message.startswith("Nothing of old.pem could be kept. Without Ended: ")
    assert "Loaded until now by " in failure.message
    assert failure.hint == "Get its certificates anew, or give this file only to the clients that read it."


def test_no_private_key_is_ever_emitted() -> None:
    key = key_to_pem(ROOTS.cas[0].key)
    fixed = fix_file(AUDITOR.audit(to_pem([ROOTS.cas[0].der]) + key), AUDITOR.prover, NOW)
    assert isinstance(fixed, FixedFile)
    assert b"PRIVATE" not in fixed.data


def pki_findings(*ders: bytes) -> set[str]:
    return codes(AUDITOR.audit(to_pem(ders)))


def test_certificates_are_judged_by_age() -> None:
    root = Authority.root("Root", now=NOW)
    old = root.issue_ca("Issuing", Template(validity=days(-90, -1)))
    new = root.cross_sign(old)
    assert {"expired"} <= pki_findings(root.der, old.der)
    assert {"expired-twin"} <= pki_findings(root.der, old.der, new.der)
    assert {"soon"} <= pki_findings(root.der, root.issue_ca("Soon", Template(validity=days(-9, 9))).der)
    assert {"not-yet-valid"} <= pki_findings(root.der, root.issue_ca("Later", Template(validity=days(9, 99))).der)


def test_certificates_are_judged_by_their_company() -> None:
    pki = make_pki()
    assert pki_findings(pki.issuing.der) == {"no-root"}
    assert pki_findings(pki.root.der, pki.issuing.der) == {"order", "unknown"}
    assert pki_findings(pki.issuing.der, pki.root.der) == {"unknown"}
    known = replace(AUDITOR, public=pki.trust)
    assert codes(known.audit(to_pem([pki.root.der]))) == {"unnecessary"}


def test_weak_and_useless_certificates_are_named() -> None:
    root = Authority.root("Weak", now=NOW, template=Template(new_key=lambda: rsa_key(1024)))
    assert "weak" in pki_findings(root.der)
    assert "leaf" in pki_findings(make_pki().leaf.der)


def test_a_java_store_is_java_s_alone() -> None:
    audit = AUDITOR.audit(java_truststore(AUDITOR.audit(DAMAGES["sound"](ROOTS)).certificates))
    assert codes(audit) == {"java-store", "unknown"}
    assert not audit.lost("Java")
    assert len(audit.lost("OpenSSL")) == 3


def test_a_link_that_leads_nowhere_ends_no_audit_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "circle.pem").symlink_to(tmp_path / "circle.pem")
    (tmp_path / "gone.pem").symlink_to(tmp_path / "nothing")
    (tmp_path / "root.pem").write_bytes(to_pem([ROOTS.cas[0].der]))
    assert files_of(tmp_path) == ((tmp_path / "root.pem").resolve(),)
    done = tlschain("audit", tmp_path)
    assert done.code == 0, done.err
    assert "skipped" not in done.err


def test_a_folder_is_read_by_names_each_real_file_once(tmp_path: Path) -> None:
    for name in ("a.pem", "b.CRT", "12ab34cd.0", "notes.txt", "12ab34cd.r0x"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "c.pem").symlink_to(tmp_path / "a.pem")
    found = files_of(tmp_path)
    assert not isinstance(found, Failure)
    assert {path.name for path in found} == {"a.pem", "b.CRT", "12ab34cd.0"}
    assert isinstance(files_of(_empty(tmp_path)), Failure)


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def test_every_code_has_a_hint_that_is_a_sentence() -> None:
    assert all(hint.endswith(".") and not unsafe_in(hint) for _, hint in KINDS.values())


@given(
    st.lists(
        st.sampled_from([*ROOTS.blocks, b"-----BEGIN CERTIFICATE-----", b"-----END ", b"\n", b"\r", b"#", b"\0x"])
    )
)
@settings(max_examples=150, deadline=None)
def test_no_arrangement_of_bytes_raises(parts: list[bytes]) -> None:
    audit = AUDITOR.audit(b"".join(parts), "a\x1b[31m")
    assert not unsafe_in(audit.name)
    for found in audit.findings:
        assert not unsafe_in(found.message)


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise(data: bytes) -> None:
    AUDITOR.audit(data)
    AUDITOR.audit(b"-----BEGIN CERTIFICATE-----\n" + data + b"\n-----END CERTIFICATE-----\n")


HUGE = {
    "begins": b"-----BEGIN CERTIFICATE-----\n" * 150_000,
    "begins and one end": b"-----BEGIN CERTIFICATE-----\n" * 150_000 + b"-----END X-----\n",
    "one long block": b"-----BEGIN CERTIFICATE-----\n" + (b"A" * 64 + b"\n") * 60_000,
    "hyphens": b"-" * 4_000_000,
    "glue": b"-----END CERTIFICATE-----" * 150_000,
    "one line": b"-----BEGIN CERTIFICATE-----" * 150_000,
}


@pytest.mark.parametrize("name", HUGE)
def test_a_file_of_megabytes_that_is_all_damage_is_judged_in_seconds(name: str) -> None:
    with own_seconds(10):
        AUDITOR.audit(HUGE[name])


def test_many_roots_of_one_name_cost_a_bounded_number_of_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attack: each of 300 CAs might be signed by any of 300 roots, each with another key; none of them did it."""
    count = 300
    roots = [Authority.root("Same Name", now=NOW).der for _ in range(count)]
    absent = Authority.root("Same Name", now=NOW)
    children = [absent.issue_ca(f"Child {number}").der for number in range(count)]
    verified, verify = [], signatures.verify

    def counting(*parts: Any) -> None:
        verified.append(1)
        verify(*parts)

    monkeypatch.setattr(signatures, "verify", counting)
    found = Auditor(TrustStore("certifi", ()), NOW).audit(to_pem([*roots, *children]), "many.pem")
    assert len(found.certificates) == 2 * count
    assert sum(one.code == "no-root" for one in found.findings) == count
    assert count <= len(verified) <= count * MAX_ISSUERS + 2 * count


@pytest.mark.parametrize("rejected_first", [True, False])
def test_a_fixed_file_is_judged_as_before(rejected_first: bool) -> None:
    """Of a plain block and a rejecting one of the same certificate OpenSSL heeds the first."""
    pki = make_pki()
    parts = [trusted_block(pki.root.der, rejected=[ExtendedKeyUsageOID.SERVER_AUTH]), to_pem([pki.root.der])]
    data = b"".join(parts if rejected_first else reversed(parts))
    fixed = fix_file(AUDITOR.audit(data), AUDITOR.prover, NOW)
    assert not isinstance(fixed, Failure)
    served = (pki.leaf.der, pki.issuing.der)
    before, after = (Judge(file).verdicts(served, host=HOST, at=NOW) for file in (data, fixed.data))
    assert before == after
    assert before["python"].ok is not rejected_first
    assert before["go"].ok, "it passes such a block over"


@pytest.mark.parametrize("version", [1, 7])
def test_a_version_that_does_not_exist_is_no_error_of_ours(version: int) -> None:

    def edit(fields: list[bytes]) -> None:
        fields[0] = encode(CONTEXT, encode(INTEGER, bytes([version])))

    root = Authority.root("Odd", now=NOW, template=Template(edit=edit))
    assert AUDITOR.audit(to_pem([root.der])).lost("cryptography")
