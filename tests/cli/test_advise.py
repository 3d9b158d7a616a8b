"""`tlschain advise` and `report`: what they name is there or made by a command that they tell."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.support.cli import Done, tlschain
from tests.support.files import names_in
from tui_chain.advise.letter import file_base
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.target import Target


def advise(lab: Lab, *more: str | Path) -> Done:
    return tlschain("advise", lab.host("leaf-only").target, "--trust", lab.trust_file, *more)


@pytest.fixture
def bundle(lab: Lab, tmp_path: Path) -> Path:
    file = tmp_path / "bundle.pem"
    host = lab.host("leaf-only").target
    assert tlschain("fix", host, "--trust", lab.trust_file, "--no-pool", "-o", file).code == 0
    return file


def test_the_file_that_is_not_there_yet_comes_first_with_the_command_that_makes_it(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    host = lab.host("leaf-only")
    file = tmp_path / f"localhost-{host.port}-ca-bundle.pem"
    lines = [line for line in advise(lab).out.splitlines() if line.strip()]
    first = next(number for number, line in enumerate(lines) if "does not exist yet" in line)
    assert first <= 2
    assert str(file) in "".join(lines[: first + 2]).replace("\n", "")
    command = next(line for line in lines if line.strip().startswith("tlschain fix"))
    program, *words = shlex.split(command)
    assert program == "tlschain"
    assert words == ["fix", host.target, "--trust", str(lab.trust_file), "-o", str(file)]
    assert tlschain(*words).code == 0
    assert names_in(tmp_path) == [file.name]
    assert "does not exist yet" not in advise(lab).out


def test_the_advice_for_a_bundle_is_json_where_that_is_asked_for(bundle: Path) -> None:
    (one,) = tlschain("advise", "--bundle", bundle, "--json").objects
    assert tlschain("advise", "--bundle", bundle, "--format", "json").objects == [one]
    assert set(one) == {"target", "summary", "make", "clients", "servers", "letter"}
    assert (one["make"], one["servers"], one["letter"]) == ("", [], None)
    assert ["with --trust the commands below name it" in each for each in one["summary"]] == [True]
    assert all(str(bundle.parent) in client["file"] for client in one["clients"] if client["file"])
    assert json.loads(json.dumps(one))["target"].startswith("localhost:")


def test_the_letter_needs_the_server(bundle: Path, lab: Lab) -> None:
    complaint = tlschain("advise", "--bundle", bundle, "--only", "letter").complaint
    host = lab.host("leaf-only").target
    assert "has to be probed" in complaint
    assert f"`tlschain advise {host} --only letter`" in complaint


def test_a_letter_needs_no_bundle() -> None:
    with open_lab(["leaf-not-first"]) as lab:
        given = (lab.host("leaf-not-first").target, "--trust", lab.trust_file)
        done = tlschain("advise", *given, "--json")
        assert done.code == 0
        assert done.objects[0]["clients"] == []
        assert "does not send its own certificate first" in done.objects[0]["letter"]
        alone = tlschain("advise", *given, "--only", "letter")
        assert alone.code == 0
        assert "It should send, in this order:" in alone.out
        nothing = tlschain("advise", *given, "--only", "clients")
        assert (nothing.code, nothing.out) == (1, "")
        assert "No bundle repairs this" in nothing.err


@pytest.mark.parametrize(
    ("target", "base"),
    [
        (Target("example.org"), "example.org"),
        (Target("localhost", 46273), "localhost-46273"),
        (Target("fe80::1%eth0", 8443), "fe80-1-eth0-8443"),
        (Target("::"), "server"),
    ],
)
def test_the_screen_and_the_command_line_name_files_alike(target: Target, base: str) -> None:
    assert file_base(target) == base


def test_a_report_leaves_a_file_that_exists(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    file.write_text("mine\n")
    words = ("report", lab.host("leaf-only").target, "--trust", lab.trust_file, "-o", file)
    assert tlschain(*words).complaint == f"{file} exists; it was left as it is. Add --replace to replace it."
    assert file.read_text() == "mine\n"
    assert tlschain(*words, "--replace").code == 0
    assert file.read_text().startswith("# TLS certificate report")
