"""Trust files as they are found, each with what the real programs load of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.audit.damaged import DAMAGES, make_roots
from tests.audit.measured import BATCHES, Batch, differences, require
from tests.support.cli import tlschain
from tui_chain.audit.audit import Auditor, load_all
from tui_chain.audit.fix import FixedFile, fix_file
from tui_chain.clients.trust_file import Loaded
from tui_chain.core.status import Severity
from tui_chain.trust.store import TrustStore

FOLDER = Path(__file__).with_name("trust_files")
PEM = {file.stem: file for file in sorted(FOLDER.glob("*.pem"))}
AT = datetime(2027, 1, 1, tzinfo=UTC)
"""A day on which the sound certificates among them are valid."""
AUDITOR = Auditor(TrustStore("certifi", ()), AT)

ORDER = ("OpenSSL", "Node", "GnuTLS", "Java", "keytool", "Go", "rustls", "cryptography")
LOADED: Mapping[str, tuple[int, ...]] = {
    "bad-utf8-name-and-ca.pem": (0, 0, 2, 2, 1, 1, 2, 2),
    "ca-and-long-form-name.pem": (0, 1, 2, 0, 1, 1, 1, 2),
    "ca-and-validity-without-seconds.pem": (2, 2, 2, 2, 1, 2, 1, 0),
    "certificate-under-a-password.pem": (0, 1, 0, 0, 1, 2, 2, 0),
    "crl-time-with-zone.pem": (0, 0, 0, 0, 0, 0, 0, 0),
    "empty-password-rc2.p12": (0, 0, 0, 0, 0, 0, 0, 0),
    "gnutls-refuses.pem": (1, 1, 0, 1, 1, 1, 1, 1),
    "go-refuses-rsa-without-null.pem": (1, 1, 1, 1, 1, 0, 1, 1),
    "java-loads.pem": (1, 1, 1, 1, 1, 1, 1, 0),
    "java-refuses-empty-subject.pem": (1, 1, 1, 0, 0, 1, 1, 1),
    "openssl-nokeys.p12": (0, 0, 0, 0, 0, 0, 0, 0),
    "public-explicit-default.pem": (3, 3, 3, 3, 1, 3, 3, 0),
    "validity-without-seconds.pem": (1, 1, 1, 1, 1, 1, 0, 0),
    "version-2.pem": (1, 1, 1, 1, 1, 1, 0, 0),
    "version-8.pem": (1, 1, 1, 0, 0, 0, 0, 0),
    "word-of-a-password-and-damage.pem": (0, 2, 0, 0, 1, 2, 2, 2),
}
"""How many certificates each reader has of a file."""


def test_a_store_without_entries_is_not_said_to_be_java_s() -> None:
    (first, *_) = AUDITOR.audit((FOLDER / "openssl-nokeys.p12").read_bytes()).findings
    assert (first.code, first.severity) == ("no-java-entries", Severity.FATAL)
    assert "java-store" not in {
        one.code for one in AUDITOR.audit((FOLDER / "openssl-nokeys.p12").read_bytes()).findings
    }


def test_what_openssl_says_is_shown_without_the_place_in_pythons_source() -> None:
    loaded = load_all((FOLDER / "bad-utf8-name-and-ca.pem").read_bytes())
    assert loaded["OpenSSL"].refused == "a block cannot be decoded (PEM lib)"
    assert loaded["Node"].refused == "a block cannot be decoded"


@pytest.mark.parametrize("name", LOADED)
def test_each_reader_has_what_its_clients_load(name: str) -> None:
    found = load_all((FOLDER / name).read_bytes())
    assert tuple(len(found[reader].certificates) for reader in ORDER) == LOADED[name]


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch.name)
def test_the_programs_load_that(batch: Batch, tmp_path: Path) -> None:
    require(batch)
    assert differences(batch, PEM, tmp_path) == []


@pytest.mark.parametrize("name", ["version-2.pem", "version-8.pem", "bad-utf8-name-and-ca.pem"])
def test_who_refuses_a_certificate_is_a_finding(name: str) -> None:
    found = {one.code: one.message for one in AUDITOR.audit((FOLDER / name).read_bytes()).findings}
    assert "cannot read it" in found["client-refuses"]


def test_nobody_is_asked_for_a_password() -> None:
    """OpenSSL would ask on the terminal, and wait, where a file of somebody else's has such a block."""
    words = (
        sys.executable,
        "-m",
        "tui_chain.cli",
        "audit",
        str(FOLDER / "certificate-under-a-password.pem"),
        "--json",
    )
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, start_new_session=True, timeout=60, check=False
    )
    assert done.returncode == 1, done.stderr
    assert b'"certificates"' in done.stdout
    assert b"pass phrase" not in done.stderr + done.stdout


def test_a_crl_that_openssl_alone_reads_is_loaded() -> None:
    audit = AUDITOR.audit((FOLDER / "crl-time-with-zone.pem").read_bytes())
    assert len(audit.loaded["OpenSSL"].crls) == 1
    assert "crl-malformed" not in {one.code for one in audit.findings}


def test_the_dates_of_a_certificate_are_read_without_seconds() -> None:
    (certificate,) = AUDITOR.audit((FOLDER / "validity-without-seconds.pem").read_bytes()).certificates
    assert certificate.not_after is not None
    assert certificate.subject != "unreadable"


def test_a_fixed_file_has_what_every_client_loads_and_says_who_loses_the_rest(tmp_path: Path) -> None:
    file, out = FOLDER / "ca-and-long-form-name.pem", tmp_path / "out.pem"
    made = fix_file(AUDITOR.audit(file.read_bytes()), AUDITOR.prover, AT)
    assert isinstance(made, FixedFile), made
    (left,) = made.left_out
    assert "Java" in left.why
    assert any("wget" in programs for programs in left.used_by)
    done = tlschain("audit", file, "-o", out, "--json")
    (written,) = done.objects
    assert [one["sha256"] for one in written["left_out"]] == [left.certificate.sha256]
    assert written["left_out"][0]["used_by"] == list(left.used_by)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [("OpenSSH key", "it cannot decode a private key in the file"), ("redacted key", "a private key is not base64")],
)
def test_a_key_that_openssl_cannot_decode_is_why_it_loads_nothing(damage: str, reason: str) -> None:
    found = load_all(DAMAGES[damage](make_roots()))
    assert found["OpenSSL"] == Loaded((), reason)
    assert len(found["GnuTLS"].certificates) == 3
    assert found["Node"].certificates


def test_certificates_of_a_file_are_found_without_files_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_chain.clients.engines.openssl.trust_path._in_memory", lambda: None)
    assert len(load_all(DAMAGES["sound"](make_roots()))["OpenSSL"].certificates) == 3


def test_standard_input_is_audited_and_not_written_over(tmp_path: Path) -> None:
    data, out = DAMAGES["BOM"](make_roots(datetime.now(UTC))), tmp_path / "out.pem"
    (found,) = tlschain("audit", "-", "--json", stdin=data).objects
    assert (found["file"], len(found["certificates"])) == ("standard input", 3)
    assert tlschain("audit", "-", "--fix", stdin=data).code == 2
    assert tlschain("audit", "-", "-o", out, stdin=data).code == 0
    assert tlschain("audit", out).code == 0
