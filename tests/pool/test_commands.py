"""`tlschain pool` as a user runs it: its own folder, its words, its exit codes."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.pool.test_published import ISSUING, LEAF, SECOND, listing, quoted, row
from tui_chain.cli.main import main
from tui_chain.lab.internet import open_lab
from tui_chain.lab.servers.tls import TlsOptions
from tui_chain.pool import published as downloading
from tui_chain.pool.database import default_path
from tui_chain.pool.published import download
from tui_chain.x509.formats.pem import to_pem


def tlschain(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["pool", *map(str, words)])


@pytest.fixture
def pem_file(tmp_path: Path) -> Path:
    file = tmp_path / "two.pem"
    file.write_text(to_pem(ISSUING) + to_pem(LEAF))
    return file


def test_a_folder_is_imported_into_the_users_data_folder(pem_file: Path, tmp_path: Path) -> None:
    done = tlschain("import", pem_file.parent)
    assert done.exit_code == 0, done.output
    assert "1 CA certificate added, 0 known already, 1 refused" in done.stderr
    assert "is not a CA certificate" in done.stderr
    assert default_path().is_file()
    assert tmp_path not in default_path().parents
    assert "0 CA certificates added, 1 known" in tlschain("import", pem_file).stderr


def test_listing_says_where_and_when(pem_file: Path) -> None:
    tlschain("import", pem_file)
    done = tlschain("list")
    assert ISSUING.subject in done.stdout
    assert f"[file {pem_file}, 20" in done.stdout
    (described,) = map(json.loads, tlschain("list", "--json", "listed").stdout.splitlines())
    assert described["sha256"] == ISSUING.sha256
    assert described["origins"][0]["place"] == f"file {pem_file}"
    assert tlschain("list", "no such name").exit_code == 1


def test_export_and_remove(pem_file: Path, tmp_path: Path) -> None:
    tlschain("import", pem_file)
    assert tlschain("export", ISSUING.sha256[:12]).stdout == to_pem(ISSUING)
    out = tmp_path / "out.pem"
    assert tlschain("export", "-o", out).exit_code == 0
    assert out.read_text() == to_pem(ISSUING)
    out.write_text("mine")
    refused = tlschain("export", "-o", out)
    assert (refused.exit_code, out.read_text()) == (2, "mine")
    assert refused.stderr == f"tlschain: {out} exists. Add --replace to replace it.\n"
    assert tlschain("export", "-o", out, "--replace").exit_code == 0
    assert tlschain("remove").exit_code == 2
    assert tlschain("remove", "--expired").exit_code == 0
    assert tlschain("remove", "--expired", "no such name").exit_code == 1
    assert "1 CA certificate removed" in tlschain("remove", ISSUING.sha256).stderr
    assert tlschain("export").exit_code == 1


def test_verify(pem_file: Path) -> None:
    tlschain("import", pem_file)
    assert tlschain("verify").stdout == "1 certificate checked, 0 wrong\n"
    default_path().write_bytes(b"broken" * 1000)
    broken = tlschain("verify")
    assert broken.exit_code == 1
    assert "was damaged; it was set aside as" in broken.stderr
    assert tlschain("verify").exit_code == 0


def test_another_file_is_named(pem_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    assert tlschain("--db", other, "import", pem_file).exit_code == 0
    assert other.is_file()
    assert not default_path().exists()


@pytest.mark.parametrize(
    "words", [("import", "/no/such/file"), ("update", "--file", "/no/such/file"), ("--db", "/", "import", "x")]
)
def test_what_cannot_be_used_is_said_in_words(words: tuple[str, ...]) -> None:
    done = tlschain(*words)
    assert done.exit_code == 2
    assert done.stderr.startswith("tlschain: ")
    assert "Traceback" not in done.output


DATA = listing(row(ISSUING, quoted(ISSUING)), row(SECOND, quoted(SECOND)), row(LEAF, "'no pem'"))


def test_update_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(DATA)
    done = tlschain("update", "--file", file)
    assert done.exit_code == 0, done.output
    assert "2 CA certificates added" in done.stderr
    assert "refused record 4" in done.stderr
    assert "[CCADB list " in tlschain("list").stdout
    file.write_bytes(b"<html>")
    assert "is not CCADB's list" in tlschain("update", "--file", file).stderr


def test_update_over_https_and_never_from_a_server_that_is_not_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_lab(["complete"]) as lab:
        issuing = lab.hierarchy["issuing"]
        leaf = issuing.issue_leaf()
        port = lab.serve((leaf.der, issuing.der), leaf.key, options=TlsOptions(text=DATA.decode()))
        url = f"https://localhost:{port}/list"
        unverified = tlschain("update", "--url", url)
        assert unverified.exit_code == 2
        assert "cannot be fetched" in unverified.stderr
        assert "--file" in unverified.stderr
        done = tlschain("update", "--url", url, "--trust", lab.trust_file)
        assert done.exit_code == 0, done.output
        assert "2 CA certificates added" in done.stderr
        monkeypatch.setattr(downloading, "MAX_BYTES", 1000)
        assert "is larger than" in tlschain("update", "--url", url, "--trust", lab.trust_file).stderr
        plain = download(lab.publish("/list", b"x"), ssl.create_default_context())
        assert "no https" in str(plain)


def test_help_loads_neither_the_database_nor_tls() -> None:
    words = (
        "import sys, tui_chain.cli.main as c; c.main(['pool', '--help'], standalone_mode=False); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, timeout=30, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"sqlite3", "cryptography", "httpx", "textual", "platformdirs"}
