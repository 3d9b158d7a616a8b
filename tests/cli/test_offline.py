"""`tlschain fix --served`: the same without a connection, from what another program recorded."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from tests.support.chains import HOST, NOW, make_pki
from tests.support.cli import ROOT, Done, process, tlschain
from tests.support.programs import require_program
from tui_chain.core.files import MAX_FILE
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab
from tui_chain.probe.pasted import parse_additions, served_chain
from tui_chain.probe.served import ServedChain

PKI = make_pki()
AT = ("--at", NOW.isoformat())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "roots.pem").write_bytes(to_pem([PKI.root.der]))
    (tmp_path / "pool").mkdir()
    (tmp_path / "pool" / "issuing.pem").write_bytes(to_pem([PKI.issuing.der]))
    (tmp_path / "leaf.pem").write_bytes(to_pem([PKI.leaf.der]))
    (tmp_path / "leaf.der").write_bytes(PKI.leaf.der)
    both = [x509.load_der_x509_certificate(each.der) for each in (PKI.leaf, PKI.issuing)]
    (tmp_path / "both.p7b").write_bytes(pkcs7.serialize_certificates(both, Encoding.PEM))
    return tmp_path


def fix(folder: Path, served: str | Path, *more: str | Path, stdin: bytes = b"") -> Done:
    words = ("fix", "--served", served, "--host", HOST, "--trust", folder / "roots.pem", "--offline", "--no-pool")
    return tlschain(*words, *more, "--json", stdin=stdin)


@pytest.mark.parametrize("name", ["leaf.pem", "leaf.der"])
@pytest.mark.parametrize("pool", ["pool/issuing.pem", "pool"])
def test_files_and_folders_repair_a_chain_of_any_form(folder: Path, name: str, pool: str) -> None:
    done = fix(folder, folder / name, "--pool", folder / pool, *AT)
    (host,) = done.objects
    assert (done.code, host["status"], host["target"]) == (0, "repairable", f"{HOST}:443")
    assert [each["source"] for each in host["path"]] == [
        "served",
        f"file {folder / 'pool/issuing.pem'}",
        f"trust store {folder / 'roots.pem'}",
    ]


def test_a_pkcs7_file_is_a_chain(folder: Path) -> None:
    done = fix(folder, folder / "both.p7b", *AT)
    assert done.objects[0]["status"] in {"complete", "invalid"}  # the order in it is the format's own
    assert len(done.objects[0]["served"]) == 2


def test_standard_input_is_a_chain(folder: Path) -> None:
    done = fix(folder, "-", "--pool", folder / "pool/issuing.pem", *AT, stdin=to_pem([PKI.leaf.der]))
    assert (done.code, done.objects[0]["status"]) == (0, "repairable")


def test_without_the_link_nothing_is_fetched_and_it_is_named(folder: Path) -> None:
    done = fix(folder, folder / "leaf.pem", *AT)
    (host,) = done.objects
    assert (done.code, host["status"]) == (1, "incomplete")
    assert host["missing"][0]["wanted_by"] == host["served"][0]["sha256"]


@pytest.mark.parametrize(
    ("moment", "status", "code"),
    [
        (NOW, "complete", 0),
        (NOW + timedelta(days=60), "invalid", 1),
        (NOW - timedelta(days=60), "invalid", 1),
    ],
)
def test_the_time_is_the_one_given(folder: Path, moment: object, status: str, code: int) -> None:
    (folder / "both.pem").write_bytes(to_pem([PKI.leaf.der, PKI.issuing.der]))
    done = fix(folder, folder / "both.pem", "--at", str(moment))
    assert (done.objects[0]["status"], done.code) == (status, code)


def test_a_part_that_cannot_be_read_is_told(folder: Path) -> None:
    cut = b"-----BEGIN CERTIFICATE-----\nMII\n"
    (folder / "cut.pem").write_bytes(to_pem([PKI.leaf.der]) + cut)
    done = fix(folder, folder / "cut.pem", "--pool", folder / "cut.pem", "--pool", folder / "pool/issuing.pem", *AT)
    assert done.code == 0
    complaints = [line for line in done.err.splitlines() if "cut.pem, line " in line]
    assert len(complaints) == 2
    assert all(line.startswith("tlschain: ") for line in complaints)


def test_a_chain_of_a_file_is_told_as_the_screen_tells_it(folder: Path) -> None:
    cut = to_pem([PKI.leaf.der]) + b"-----BEGIN CERTIFICATE-----\nMII\n"
    (folder / "cut.pem").write_bytes(cut)
    words = ("fix", "--served", folder / "cut.pem", "--host", HOST, "--trust", folder / "roots.pem")
    told = tlschain(*words, "--offline", "--no-pool", *AT).err
    (addition,) = parse_additions(f"{HOST} < {folder / 'cut.pem'}").chains
    served = served_chain(addition, at=NOW)
    assert isinstance(served, ServedChain)
    assert served.note.removeprefix("from file ") in told
    assert "the block has no end" in served.note


@pytest.mark.parametrize(
    ("stdin", "words"),
    [
        (b"no certificate", "There is no certificate in standard input: line 1: it begins with 'no certi'"),
        (b"", "There is no certificate in standard input: line 1: there is nothing in it"),
        (b"x" * (MAX_FILE + 1), "The served chain on standard input is larger than 16 MiB."),
    ],
)
def test_standard_input_without_a_chain_says_so(folder: Path, stdin: bytes, words: str) -> None:
    done = fix(folder, "-", stdin=stdin)
    assert done.code == 2
    assert words in done.complaint


def test_a_closed_standard_input_says_so() -> None:
    command = f"{sys.executable} -m tui_chain.cli fix --served - --host {HOST} <&-"
    done = subprocess.run(("sh", "-c", command), capture_output=True, timeout=30, check=False, cwd=ROOT, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("tlschain: The served chain on standard input cannot be read: it is closed.")


def test_what_s_client_shows_is_a_chain(lab: Lab) -> None:
    """`openssl s_client -showcerts`, as it comes, through a pipe."""
    host = lab.host("two-links-one-served")
    openssl = require_program("openssl")
    words = (str(openssl), "s_client", "-connect", host.target, "-servername", "localhost", "-showcerts")
    shown = subprocess.run(words, input=b"", capture_output=True, timeout=30, check=False).stdout
    assert shown.count(b"-----BEGIN CERTIFICATE-----") == 2
    done = process(
        "fix", "--served", "-", "--host", "localhost", "--trust", lab.trust_file, "--offline", "--no-pool", "--json",
        stdin=shown,
    )  # fmt: skip
    (described,) = done.objects
    assert [each["source"] for each in described["served"]] == ["served", "served"]
    assert described["status"] == host.scenario.expected.status


def test_aia_of_a_recorded_chain_does_not_lead_inside(lab: Lab, tmp_path: Path) -> None:
    """There is no address at which the host was reached, so loopback needs consent."""
    file = tmp_path / "served.der"
    file.write_bytes(lab.host("leaf-only").served_der[0])
    words = ("fix", "--served", file, "--host", "localhost", "--trust", lab.trust_file, "--no-pool")
    refused = tlschain(*words)
    assert refused.code == 1
    assert "127.0.0.1 is a loopback address; it is asked only with your consent" in refused.err
    assert tlschain(*words, "--allow-private-aia").code == 0
