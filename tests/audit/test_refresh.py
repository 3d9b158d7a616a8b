"""`tlschain refresh` where the bundle's root, or the link that it brings, is or is not in the trust store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.audit.test_commands import repaired, tlschain
from tests.support.trusted import trusted_block
from tui_chain.core.text import colon_hex
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates


def test_a_bundle_says_with_which_trust_store_it_was_made(lab: Lab, tmp_path: Path) -> None:
    assert f"# Trust store: {lab.trust_file}\n" in repaired(lab, tmp_path).read_text()


@pytest.mark.parametrize("more", [(), ("--offline",)])
def test_a_bundle_that_works_is_not_called_broken_for_another_trust_store(
    lab: Lab, tmp_path: Path, more: tuple[str, ...]
) -> None:
    file = repaired(lab, tmp_path)
    old = file.read_bytes()
    done = tlschain("refresh", file, "--write", *more)
    assert done.exit_code == 0, done.stderr
    assert "localhost" in done.stderr
    assert ": works. " in done.stderr
    assert "its root is not in trust store certifi, so no new one could be made" in done.stderr
    assert f"It was made with trust store {lab.trust_file}" in done.stderr
    assert "--trust-root" in done.stderr
    assert file.read_bytes() == old


def test_a_bundle_that_fails_says_which_root_the_store_lacks(lab: Lab, tmp_path: Path) -> None:
    """Nothing is made with the store that the file names: law 1."""
    file = repaired(lab, tmp_path)
    whole = file.read_bytes()
    header, (_, root) = whole[: whole.index(b"\n\n") + 2], read_certificates(whole).certificates
    file.write_bytes(header + to_pem([root.der]))
    broken = file.read_bytes()
    done = tlschain("refresh", file, "--write")
    assert done.exit_code == 1
    assert "its root is not in trust store certifi" in done.stderr
    assert "no client accepts" not in done.stderr
    assert file.read_bytes() == broken


def test_the_root_can_be_named_again(lab: Lab, tmp_path: Path) -> None:
    file = repaired(lab, tmp_path)
    root = read_certificates(file.read_bytes()).certificates[-1].sha256
    done = tlschain("refresh", file, "--trust-root", root, "--json")
    assert (done.exit_code, json.loads(done.stdout)["state"]) == (0, "works"), done.stderr
    assert "could be made" not in json.loads(done.stdout)["hosts"][0]["words"]
    assert "No path ends" not in done.stderr
    assert tlschain("refresh", file, "--trust-root", "abc").exit_code == 2


def test_a_link_that_only_the_trust_store_has_is_still_needed(lab: Lab, tmp_path: Path) -> None:
    file = repaired(lab, tmp_path)
    done = tlschain("refresh", file, "--trust", file)
    assert done.exit_code == 0, done.stderr
    assert "works" in done.stderr
    assert f"the server does not send Lab Issuing CA G2; trust store {file} has it too" in done.stderr


@pytest.mark.parametrize("place", [0, 1], ids=["intermediate", "root"])
def test_what_the_file_s_owner_rejects_is_refused_by_its_clients(lab: Lab, tmp_path: Path, place: int) -> None:
    """OpenSSL's clients heed the first block of a certificate."""
    file = repaired(lab, tmp_path)
    certificates = read_certificates(file.read_bytes()).certificates
    _put_below_header(file, _rejecting(certificates[place]) + to_pem([one.der for one in certificates]))
    edited = file.read_bytes()
    done = tlschain("refresh", file, "--trust", lab.trust_file, "--write")
    assert done.exit_code == 1, done.stderr
    assert "certificate rejected" in done.stderr
    assert file.read_bytes() == edited


def test_what_the_file_s_owner_rejects_is_not_written_over(lab: Lab, tmp_path: Path) -> None:
    file = repaired(lab, tmp_path)
    _put_below_header(file, _rejecting(read_certificates(file.read_bytes()).certificates[-1]))
    edited = file.read_bytes()
    done = tlschain("refresh", file, "--trust", lab.trust_file, "--write")
    assert done.exit_code == 2, done.stderr
    assert f"{file} rejects 1 certificate, which the new file would not" in done.stderr
    assert file.read_bytes() == edited


def _rejecting(certificate: Certificate) -> bytes:
    return trusted_block(certificate.der, rejected=[ExtendedKeyUsageOID.SERVER_AUTH])


def _put_below_header(file: Path, blocks: bytes) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: whole.index(b"\n\n") + 2] + blocks)


def test_another_anchor_is_named_and_needs_consent(lab: Lab, tmp_path: Path) -> None:
    """Also where the command names the store that has both, as the one in the file does."""
    file = repaired(lab, tmp_path)
    whole, root = file.read_bytes(), Certificate(lab.hierarchy["other-root"].der)
    header = whole[: whole.index(b"\n\n") + 2]
    old = header + f"# SHA-256: {colon_hex(root.sha256)}\n".encode() + to_pem([root.der])
    file.write_bytes(old)
    words = ("refresh", file, "--trust", lab.trust_file)
    for more in (("--write",), ("--write", "--accept-lost-constraints"), ("--json",)):
        done = tlschain(*words, *more)
        assert done.exit_code == 1
        assert file.read_bytes() == old
        if more == ("--json",):
            assert json.loads(done.stdout)["new"] is None
        else:
            assert f"would rest on Lab Root R1, and the old one rests on {root.label}." in done.stderr
            assert "--accept-new-anchor" in done.stderr
    done = tlschain(*words, "--write", "--accept-new-anchor")
    assert done.exit_code == 0, done.stderr
    assert root not in read_certificates(file.read_bytes()).certificates
