"""`tlschain audit`, `tlschain refresh` and `tlschain fix --as` as a user and cron run them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.audit.damaged import DAMAGES, make_roots
from tui_chain.cli.main import main
from tui_chain.clients.families import FAMILIES
from tui_chain.lab.authority import Template, days, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.x509.formats.readers import read_certificates

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
ROOTS = make_roots(datetime.now(UTC))


def tlschain(*words: str | Path) -> Result:
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def damaged(folder: Path, name: str) -> Path:
    file = folder / "file.pem"
    file.write_bytes(DAMAGES[name](ROOTS))
    return file


def keys_in_page(title: str) -> set[str]:
    """The keys of an object in the first table of a section of the page on JSON."""
    _, _, section = PAGE.read_text(encoding="utf-8").partition(f"\n# {title}\n")
    rows = section.partition("|---|")[2].partition("\n\n")[0]
    return {key for row in re.findall(r"^\| (`[^|]*`) \|", rows, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}


def test_audit_says_what_each_client_would_load(tmp_path: Path) -> None:
    done = tlschain("audit", damaged(tmp_path, "glued"), "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert {name: len(one["certificates"]) for name, one in told["clients"].items()} == {
        "OpenSSL": 0,
        "Node": 0,
        "GnuTLS": 3,
        "Java": 0,
        "keytool": 0,
        "Go": 1,
        "rustls": 2,
        "cryptography": 3,
    }
    assert told["findings"][0]["code"] == "glued"
    assert f"`tlschain audit --fix {tmp_path}/file.pem`" in told["findings"][0]["hint"]
    assert set(told) == keys_in_page("The JSON of an audit")


@pytest.mark.parametrize(("damage", "code"), [("sound", 0), ("BOM", 1), ("empty", 1)])
def test_audit_exit_codes(tmp_path: Path, damage: str, code: int) -> None:
    assert tlschain("audit", damaged(tmp_path, damage)).exit_code == code


def test_audit_of_nothing_is_an_error(tmp_path: Path) -> None:
    assert tlschain("audit", tmp_path / "none.pem").exit_code == 2
    assert tlschain("audit", tmp_path).exit_code == 2


def test_fix_works_in_place_with_a_backup(tmp_path: Path) -> None:
    file = damaged(tmp_path, "BOM")
    old = file.read_bytes()
    assert tlschain("audit", file, "--fix", "--backup").exit_code == 0
    assert tlschain("audit", file).exit_code == 0
    assert (tmp_path / "file.pem.bak").read_bytes() == old


@pytest.mark.parametrize("damage", ["private key", "DER"])
def test_what_would_be_lost_is_not_written_over(tmp_path: Path, damage: str) -> None:
    file = damaged(tmp_path, damage)
    old = file.read_bytes()
    assert tlschain("audit", file, "--fix").exit_code == 2
    assert file.read_bytes() == old
    assert tlschain("audit", file, "-o", tmp_path / "new.pem").exit_code == 0
    assert b"PRIVATE" not in (tmp_path / "new.pem").read_bytes()


def repaired(lab: Lab, folder: Path, name: str = "leaf-only") -> Path:
    file = folder / "bundle.pem"
    done = tlschain("fix", lab.host(name).target, "--trust", lab.trust_file, "-o", file)
    assert done.exit_code == 0, done.stderr
    return file


def refresh(lab: Lab, file: Path, *more: str) -> Result:
    return tlschain("refresh", file, "--trust", lab.trust_file, *more)


def test_a_bundle_that_works_and_is_needed(lab: Lab, tmp_path: Path) -> None:
    file = repaired(lab, tmp_path)
    done = refresh(lab, file, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["state"]) == (0, "works")
    assert set(told) == keys_in_page("The JSON of a refresh")


def test_a_bundle_whose_server_was_repaired(lab: Lab, tmp_path: Path) -> None:
    file = repaired(lab, tmp_path)
    fixed = file.read_text().replace(lab.host("leaf-only").target, lab.host("complete").target)
    file.write_text(fixed)
    done = refresh(lab, file)
    assert done.exit_code == 3
    assert "not needed" in done.stderr


def test_a_bundle_that_fails_is_replaced_on_demand(lab: Lab, tmp_path: Path) -> None:
    file = repaired(lab, tmp_path)
    whole = file.read_bytes()
    issuing, root = read_certificates(whole).certificates
    header = whole[: whole.index(b"\n\n") + 2]
    file.write_bytes(header + to_pem([root.der]))
    assert refresh(lab, file).exit_code == 1
    assert refresh(lab, file, "--write").exit_code == 0
    assert read_certificates(file.read_bytes()).certificates == (issuing, root)
    assert refresh(lab, file).exit_code == 0


def test_a_bundle_that_expires_soon(tmp_path: Path, lab: Lab) -> None:
    issuing = lab.hierarchy["root"].issue_ca("Ends Soon", Template(validity=days(-9, 9)))
    url = lab.publish("/ends-soon.cer", issuing.der)
    leaf = issuing.issue_leaf(["localhost"], Template(urls=(url,)))
    target = f"localhost:{lab.serve([leaf.der], leaf.key)}"
    file = tmp_path / "bundle.pem"
    assert tlschain("fix", target, "--trust", lab.trust_file, "-o", file).exit_code == 0
    done = refresh(lab, file, "--json")
    assert (done.exit_code, json.loads(done.stdout)["state"]) == (1, "expires soon")
    assert json.loads(done.stdout)["new"] is None


def test_a_host_that_is_gone_and_files_of_others(lab: Lab, tmp_path: Path) -> None:
    file = repaired(lab, tmp_path)
    file.write_text(file.read_text().replace(lab.host("leaf-only").target, "localhost:1"))
    assert refresh(lab, file).exit_code == 1, "it was not reached: nobody knows"
    other = tmp_path / "other.pem"
    other.write_bytes(lab.trust_pem)
    assert refresh(lab, other).exit_code == 2


def test_a_trust_store_named_in_a_file_is_not_obeyed(lab: Lab, tmp_path: Path) -> None:
    """Law 1: the anchors are the user's choice; a comment is not."""
    file = repaired(lab, tmp_path)
    top, _, _ = file.read_bytes().partition(b"\n\n")
    assert f"# Trust store: {lab.trust_file}".encode() in top
    file.write_bytes(top + b"\n\n" + to_pem([read_certificates(file.read_bytes()).certificates[-1].der]))
    done = tlschain("refresh", file, "--json")
    assert (done.exit_code, json.loads(done.stdout)["new"]) == (1, None)


@pytest.mark.parametrize("kind", ["client", "client+store", "links", "server", "pkcs7"])
def test_kinds_go_to_standard_output(lab: Lab, kind: str) -> None:
    done = tlschain("fix", lab.host("leaf-only").target, "--trust", lab.trust_file, "--as", kind)
    assert done.exit_code == 0
    assert read_certificates(done.stdout.encode()).certificates


@pytest.mark.parametrize("kind", ["java", "der"])
def test_binary_kinds_want_a_file(lab: Lab, tmp_path: Path, kind: str) -> None:
    words = ("fix", lab.host("two-links-missing").target, "--trust", lab.trust_file, "--as", kind)
    assert tlschain(*words).exit_code == 2
    assert tlschain(*words, "-o", tmp_path / "out.bin").exit_code == 0
    # the intermediates, and the root: clients by themselves have certifi's, and not that of the user's file
    assert len([*tmp_path.iterdir()]) == (3 if kind == "der" else 1)


def test_merging_adds_and_keeps(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "mine.pem"
    file.write_bytes(b"# mine\n" + ROOTS.blocks[0])
    words = ("fix", lab.host("leaf-only").target, "--trust", lab.trust_file, "-o", file)
    assert tlschain(*words).exit_code == 2
    done = tlschain(*words, "--merge", "--backup")
    assert done.exit_code == 0, done.stderr
    assert "2 added, 1 kept, 0 removed" in done.stderr
    assert file.read_bytes().startswith(b"# mine\n")
    assert len(read_certificates(file.read_bytes()).certificates) == 3


def test_the_live_test_as_a_command(lab: Lab) -> None:
    done = tlschain("test", lab.host("leaf-only").target, "--trust", lab.trust_file, "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["before"]["ok"], told["after"]["ok"], len(told["clients"])) == (False, True, len(FAMILIES))
    refused = tlschain("test", lab.host("complete").target, "--header", "Authorization: x")
    assert refused.exit_code == 2


def test_a_fixed_file_replaces_another_only_when_that_is_asked_for(tmp_path: Path) -> None:
    file, other = damaged(tmp_path, "glued"), tmp_path / "other.pem"
    other.write_text("old\n")
    refused = tlschain("audit", file, "--fix", "-o", other)
    assert (refused.exit_code, other.read_text()) == (2, "old\n")
    assert "Add --replace" in refused.stderr
    assert tlschain("audit", file, "--fix", "-o", other, "--replace", "--backup").exit_code == 0
    assert (tmp_path / "other.pem.bak").read_text() == "old\n"
    assert tlschain("audit", other).exit_code == 0


@pytest.mark.parametrize("damage", ["private key", "DER"])
def test_the_file_itself_named_with_replace_is_not_lost(tmp_path: Path, damage: str) -> None:
    file = damaged(tmp_path, damage)
    before = file.read_bytes()
    again = tmp_path / "link.pem"
    again.symlink_to(file)
    for output in (file, again):
        assert tlschain("audit", file, "-o", output, "--replace").exit_code == 2
    nobody = tlschain("audit", file, "-o", "~nobody-of-that-name/x.pem", "--replace")
    assert (nobody.exit_code, type(nobody.exception)) == (2, SystemExit)
    assert file.read_bytes() == before
