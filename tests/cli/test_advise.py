"""`tlschain advise` and `report`: what they name is there or made by a command that they tell."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest

from tests.support.cli import Done, tlschain
from tests.support.files import names_in
from tests.support.programs import require_program
from tui_chain.advise.instructions import Selection, client_names, select
from tui_chain.advise.letter import file_base
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.target import Target
from tui_chain.x509.formats.readers import read_certificates


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


# where nothing is to be repaired


@pytest.fixture(scope="module")
def odd() -> Iterator[Lab]:
    with open_lab(["complete", "leaf-only", "strict-aki", "small-dh"]) as opened:
        yield opened


def advised(lab: Lab, name: str, *more: str | Path) -> tuple[int, dict[str, Any]]:
    """The exit code, and the object of JSON, of the advice for a host of the lab."""
    done = tlschain("advise", lab.host(name).target, *more, "--json", "--no-pool")
    return done.code, done.objects[0]


def test_of_a_complete_public_host_it_says_that_nothing_needs_doing(
    odd: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(odd.trust_file))
    done = tlschain("advise", odd.host("complete").target)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1].endswith("every client family accepts it: nothing needs doing.")
    code, one = advised(odd, "complete")
    assert (code, one["clients"], one["make"], one["letter"]) == (0, [], "", None)
    assert "nothing needs doing" in one["summary"][0]


def test_a_private_root_from_a_file_is_given_to_every_client(odd: Lab) -> None:
    code, one = advised(odd, "complete", "--trust", odd.trust_file)
    assert (code, one["make"]) == (0, "")
    assert f"is in the trust store {odd.trust_file}, and clients do not have it" in one["summary"][0]
    by_name = {client["client"]: client for client in one["clients"]}
    assert by_name["curl"]["file"] == str(odd.trust_file)
    assert "--as client+store" in by_name["requests, every host"]["make"]


def test_a_private_root_from_several_files_is_written_alone(
    odd: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "more.pem").write_bytes(odd.trust_pem)
    code, one = advised(odd, "complete", "--trust", odd.trust_file, "--trust", "more.pem")
    program, *words = shlex.split(one["make"])
    assert (code, program, words[words.index("--as") + 1]) == (0, "tlschain", "links")
    assert tlschain(*words).code == 0
    file = Path(words[-1])
    assert len(read_certificates(file.read_bytes()).certificates) == 1
    url = f"https://{odd.host('complete').target}/"
    command = ("curl", "-q", "-sS", "--capath", "/nonexistent", "--cacert", str(file), url)
    done = subprocess.run((str(require_program("curl")), *command[1:]), capture_output=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr


def test_a_strict_host_is_said_to_need_a_lenient_context_and_others_the_root(odd: Lab) -> None:
    code, one = advised(odd, "strict-aki", "--trust", odd.trust_file)
    assert code == 0
    assert one["summary"][1].startswith("Refused by requests, Python ≥ 3.13; Python ≥ 3.13: ")
    names = [client["client"] for client in one["clients"]]
    assert names[-1] == "Python ≥ 3.13, without strict checks"
    assert {"curl", "Go", "Java"} <= set(names)
    done = subprocess.run(
        (sys.executable, "-c", one["clients"][-1]["code"]), capture_output=True, timeout=20, check=False
    )
    assert done.stdout.strip() == b"200", done.stderr


def test_a_partial_host_names_who_is_refused_and_ends_with_1(odd: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(odd.trust_file))
    code, one = advised(odd, "small-dh")
    assert (code, one["clients"]) == (1, [])
    assert "client families accept" in one["summary"][0]
    refused = " ".join(one["summary"][1:])
    for name in ("Go", "curl", "Python ≤ 3.12"):
        assert name in refused
    assert "TLS settings" in refused


def test_where_no_client_accepts_the_host_nothing_is_called_accepted(lab: Lab) -> None:
    code, one = advised(lab, "expired-leaf", "--trust", lab.trust_file)
    assert code == 0
    assert one["summary"][0] == f"No client family accepts {one['target']} as it is served."
    assert one["letter"].partition("\n")[0].endswith("needs another certificate.")


def test_a_client_that_is_refused_whatever_it_is_given_has_no_instructions(odd: Lab) -> None:
    code, one = advised(odd, "small-dh", "--trust", odd.trust_file)
    names = {client["client"] for client in one["clients"]}
    assert (code, {"git", "wget", "Java"} <= names) == (1, True)
    assert not {"curl", "Go", "Python ssl, urllib"} & names


# a part of it


@pytest.mark.parametrize(("only", "names"), [("CURL", ["curl"]), ("java", ["Java", "keytool"]), ("Go", ["Go"])])
def test_one_client_is_chosen_by_its_name(odd: Lab, only: str, names: list[str]) -> None:
    one = advised(odd, "leaf-only", "--trust", odd.trust_file, "--only", only)[1]
    assert [client["client"] for client in one["clients"]][: len(names)] == names
    assert {client["client"].split(",")[0] for client in one["clients"]} <= {*names}
    assert (one["letter"], one["servers"]) == (None, [])


@pytest.mark.parametrize("only", ["servers", "nginx", "apache"])
def test_server_lines_are_chosen_together_or_by_name(
    odd: Lab, only: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("advise", odd.host("leaf-only").target, "--trust", odd.trust_file, "--only", only)
    (one,) = tlschain(*words, "--json").objects
    names = [server["server"].split()[0].casefold() for server in one["servers"]]
    assert only in names or (only == "servers" and {"nginx", "apache"} <= set(names))
    assert (len(names) == 1) == (only != "servers")
    made = next(line for line in tlschain(*words).out.splitlines() if line.startswith("tlschain fix"))
    assert tlschain(*shlex.split(made)[1:]).code == 0
    assert len(names_in(tmp_path)) == 1


def test_an_unknown_name_is_refused_with_the_nearest(odd: Lab) -> None:
    complaint = tlschain("advise", odd.host("leaf-only").target, "--only", "reqests").complaint
    assert complaint == (
        "There are no instructions for 'reqests'. The nearest is requests; `tlschain advise --list` has all names."
    )


@pytest.mark.parametrize(
    ("only", "clients", "servers"),
    [
        ("debian", {"System store, Debian and Ubuntu", "Dockerfile"}, set()),
        ("system store", {name for name in client_names() if name.startswith("System store")}, set()),
        ("psycopg", {"psql"}, set()),
        ("postgres", set(), {"PostgreSQL"}),
        ("kuber", {"Kubernetes"}, {"Kubernetes"}),
    ],
)
def test_a_word_of_a_name_is_enough(only: str, clients: set[str], servers: set[str]) -> None:
    chosen = select(only)
    assert isinstance(chosen, Selection)
    assert {*(chosen.clients or ())} == clients
    assert {*(chosen.servers or ())} == servers


@pytest.mark.parametrize("only", ["", " ", "tore", "(", "x" * 500])
def test_a_piece_of_a_word_is_no_name(only: str) -> None:
    assert isinstance(select(only), Failure)


def test_the_letter_alone_is_printed_as_it_is_sent(odd: Lab) -> None:
    host = odd.host("leaf-only").target
    first = tlschain("advise", host, "--trust", odd.trust_file, "--only", "letter").out.partition("\n")[0]
    assert first == f"{host} does not send 1 intermediate certificate that clients need."


def test_the_file_for_a_server_names_no_path_of_this_machine(odd: Lab) -> None:
    letter = tlschain("advise", odd.host("leaf-only").target, "--trust", odd.trust_file, "--only", "letter").out
    assert "# Kind: server" in letter
    assert str(odd.trust_file) not in letter.replace(f"-CAfile {odd.trust_file}", "")


def test_every_name_of_the_list_is_taken() -> None:
    done = tlschain("advise", "--list")
    names = [line for line in done.out.splitlines() if not line.startswith("# ")]
    assert {"requests", "curl", "nginx"} <= set(names)
    for name in names:
        chosen = select(name.upper())
        assert isinstance(chosen, Selection), name
        assert chosen.any_client or chosen.any_server
