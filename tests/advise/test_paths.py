"""Hosts and paths that a shell or a program could take for something else."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.advise.calls import CODE_CALLS
from tests.advise.conftest import TLSCHAIN, Site, Snippet, run, snippets
from tests.support.cli import tlschain
from tests.support.nginx import free_port, nginx
from tests.support.programs import require_program
from tests.support.unsafe import unsafe_in
from tui_chain.advise.instructions import client_advice
from tui_chain.net.target import Target
from tui_chain.repair.output_kinds import OutputKind

HOST = Target("host.test")
UNSAYABLE = ("a\nb", "a\rtouch pwned", "\x1b[2Jb", "\x9b31mb", "a\u202eb", "a\u200bb", "a\u2028b", "a\udcffb")


@pytest.mark.parametrize("name", UNSAYABLE, ids=ascii)
def test_a_path_that_a_command_cannot_show_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.pem").write_bytes(b"# Made by tlschain-tui 0\n# Host: host.test\n\n")
    done = tlschain("advise", "--bundle", tmp_path / f"{name}.pem")
    assert done.code == 2
    assert "cannot show every character" in done.complaint
    assert not unsafe_in(done.err)


def test_a_folder_that_a_command_cannot_show_is_refused_too(tmp_path: Path) -> None:
    folder = tmp_path / "a\nb"
    folder.mkdir()
    done = run(str(TLSCHAIN), "advise", "--bundle", "ca.pem", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot show every character" in done.stderr


def test_no_path_is_taken_for_an_option() -> None:
    for each in client_advice(HOST, Path("-o.pem")):
        assert each.file is not None
        assert each.file.is_absolute(), each.client
        assert str(each.file) in each.code, each.client


@pytest.mark.parametrize(("name", "kept"), [("a=b${HOME};c#d${e", True), ("a\\;b", False), ("a ", False)])
def test_npm_reads_the_path_back_or_the_note_says_that_it_does_not(name: str, kept: bool, tmp_path: Path) -> None:
    require_program("npm")
    file = tmp_path / name
    advice = next(one for one in client_advice(HOST, file, {OutputKind.CLIENT_STORE: file}) if one.client == "npm")
    read = run("bash", "-c", f"{advice.code} && npm config get cafile", cwd=tmp_path)
    assert (read.stdout == f"{file}\n") == kept, read.stdout + read.stderr
    assert ("another name" in advice.note) == (not kept)


@pytest.mark.parametrize(
    ("client", "kind", "name"),
    [("Composer", OutputKind.CLIENT, "a{$b}.pem"), ("yarn", OutputKind.CLIENT_STORE, "a${b}.pem")],
)
def test_a_path_that_a_client_does_not_read_back_has_a_note(client: str, kind: OutputKind, name: str) -> None:
    plain, odd = (
        next(one for one in client_advice(HOST, file, {kind: file}) if one.client == client)
        for file in (Path("/x/plain.pem"), Path("/x") / name)
    )
    assert "another name" not in plain.note
    assert odd.note == f"{plain.note} {odd.note.rpartition('. ')[2]}"
    assert odd.note.endswith("give the file another name.")


@pytest.mark.parametrize(
    ("name", "variable"),
    [("store.p12", "MAVEN_OPTS"), ("a store.p12", "JAVA_TOOL_OPTIONS"), ("*.p12", "JAVA_TOOL_OPTIONS")],
)
def test_maven_is_given_a_path_that_its_script_does_not_take_apart(name: str, variable: str) -> None:
    files = {OutputKind.JAVA: Path("/x") / name}
    advice = next(one for one in client_advice(HOST, Path("/x/ca.pem"), files) if one.client == "Maven")
    assert advice.code.startswith(f"export {variable}=")
    assert advice.undo == f"unset {variable}"


def _require_ipv6() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        pytest.skip(f"no IPv6 on loopback here: {error}")


@pytest.fixture(scope="module")
def by_address(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Snippet]]:
    """The advice for the same server where its IPv6 address is named."""
    _require_ipv6()
    port, folder = free_port(), tmp_path_factory.mktemp("six")
    listen = f"listen [::1]:{port} ssl;"
    with nginx(folder, site.leaf.read_bytes(), site.key.read_bytes(), extra=listen):
        words = ("--bundle", str(site.bundle), "--format", "markdown", "--only", "clients")
        said = site.tlschain("advise", f"[::1]:{port}", *words)
        assert said.returncode == 0, said.stderr
        yield {each.client: each for each in reversed(snippets(said.stdout)) if not each.makes}


@pytest.mark.parametrize(
    ("client", "words", "told"),
    [
        ("curl", ("bash", "-O", "failglob", "-c"), "probe-1.0"),
        ("wget", ("bash", "-O", "failglob", "-c"), "probe-1.0"),
        ("openssl", ("bash", "-O", "failglob", "-c"), "Verify return code: 0 (ok)"),
        ("Node, in code", ("node", "-e"), "200\n"),
        ("requests", (sys.executable, "-c"), "200\n"),
        ("Python ssl, urllib", (sys.executable, "-c"), "200\n"),
    ],
)
def test_an_ipv6_address_is_no_pattern(
    site: Site, by_address: dict[str, Snippet], client: str, words: tuple[str, ...], told: str
) -> None:
    require_program(client if words[0] == "bash" else words[0])
    done = run(*words, by_address[client].code, cwd=site.folder)
    assert told in done.stdout, done.stderr


@pytest.mark.parametrize("client", ["Perl", "PHP curl", "PHP streams"])
def test_code_reaches_an_ipv6_address(site: Site, by_address: dict[str, Snippet], client: str) -> None:
    call = next(call for call in CODE_CALLS if call.client == client)
    call.require()
    done = run(*call.runner, by_address[client].code, cwd=site.folder)
    assert call.told in done.stdout, done.stderr


def test_git_knows_the_server_by_its_ipv6_address(site: Site, by_address: dict[str, Snippet], tmp_path: Path) -> None:
    require_program("git")
    url = by_address["curl"].code.split()[-1]
    before = run("bash", "-c", f"git ls-remote {url}", cwd=tmp_path)
    after = run("bash", "-O", "failglob", "-c", f"{by_address['git'].code}\ngit ls-remote {url}", cwd=tmp_path)
    assert "certificate" in before.stderr
    assert "not valid: is this a git repository" in after.stderr
    assert site.bundle.exists()
