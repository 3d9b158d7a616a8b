"""A bundle that loses a limit, trust stores that are put together, and a fault of the product's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import Done, tlschain
from tests.support.files import names_in
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab, open_lab

ACCEPT = "--accept-lost-constraints"


@pytest.fixture(scope="module")
def limited() -> Iterator[Lab]:
    with open_lab(["constraints-lost-names", "leaf-only"]) as opened:
        yield opened


def fix(lab: Lab, *words: str | Path) -> Done:
    host = lab.host("constraints-lost-names")
    return tlschain("fix", host.target, "--trust", lab.trust_file, "--no-pool", *words)


def test_without_consent_nothing_is_written(limited: Lab, tmp_path: Path) -> None:
    done = fix(limited, "-o", tmp_path / "bundle.pem")
    assert (done.code, done.out) == (1, "")
    assert names_in(tmp_path) == []
    assert "In this file Lab Unlimited CA names would lose the name constraints" in done.err
    assert ACCEPT in done.err


def test_without_consent_nothing_goes_to_standard_output(limited: Lab) -> None:
    done = fix(limited)
    assert (done.code, done.out) == (1, "")
    assert "! constraints-lost  Lab Unlimited CA names: " in done.err
    assert fix(limited, "-o", "-").out == ""


def test_json_says_it_and_ends_alike(limited: Lab, tmp_path: Path) -> None:
    done = fix(limited, "--json", "-o", tmp_path / "bundle.pem")
    (host,) = done.objects
    assert (done.code, host["written"], names_in(tmp_path)) == (1, None, [])
    assert "constraints-lost" in {found["code"] for found in host["findings"]}
    assert host["bundle"] is None
    (host,) = fix(limited, "--json", ACCEPT).objects
    assert host["bundle"].count("BEGIN CERTIFICATE") == 2


def test_with_consent_it_is_written(limited: Lab, tmp_path: Path) -> None:
    file = tmp_path / "bundle.pem"
    done = fix(limited, "-o", file, ACCEPT)
    assert (done.code, done.out) == (0, "")
    assert file.read_bytes().count(b"BEGIN CERTIFICATE") == 2
    printed = fix(limited, ACCEPT).out
    assert printed.replace("tlschain refresh FILE", f"tlschain refresh {file}") == file.read_text("ascii")


def test_a_chain_file_for_the_server_loses_nothing_and_needs_no_consent(limited: Lab, tmp_path: Path) -> None:
    done = fix(limited, "--as", "server", "-o", tmp_path / "chain.pem")
    assert done.code == 0, done.err
    assert names_in(tmp_path) == ["chain.pem"]


def test_trust_stores_are_put_together(limited: Lab, tmp_path: Path) -> None:
    """Each alone lacks what the other has."""
    files = []
    for label in ("issuing", "root"):
        file = tmp_path / f"{label}.pem"
        file.write_bytes(to_pem([limited.hierarchy[label].der]))
        files.append(file)
    target = limited.host("leaf-only").target

    def status(*trust: Path) -> tuple[str, int]:
        done = tlschain("check", target, *(word for one in trust for word in ("--trust", one)), "--json")
        return done.objects[0]["status"], done.code

    assert status(files[0]) == ("partial", 1)
    assert status(files[1]) == ("incomplete", 1)
    assert status(*files) == ("complete", 0)


def test_a_trust_store_that_cannot_be_read_is_wrong_usage(limited: Lab, tmp_path: Path) -> None:
    words = (
        "check",
        limited.host("leaf-only").target,
        "--trust",
        limited.trust_file,
        "--trust",
        tmp_path / "none.pem",
    )
    done = tlschain(*words)
    assert (done.code, done.out) == (2, "")
    assert "none.pem" in done.complaint


def test_a_fault_of_the_product_is_one_line_and_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("forced")

    monkeypatch.setattr("tui_chain.cli.commands.check.run_check", fail)
    monkeypatch.delenv("TLSCHAIN_TRACEBACK", raising=False)
    done = tlschain("check", "host.test")
    assert (done.code, done.out) == (70, "")
    assert done.err.count("\n") == 1
    assert "This is a fault of tlschain" in done.err
    assert "ZeroDivisionError at test_consent.py:" in done.err
    assert "report it" in done.err
    monkeypatch.setenv("TLSCHAIN_TRACEBACK", "1")
    assert "Traceback" in tlschain("check", "host.test").err
