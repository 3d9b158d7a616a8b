"""Every command of this tool that is printed runs as it stands, in another folder, as it is meant."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture import NAMES, ROOT, tree_of
from tests.support.cli import Done, tlschain
from tests.support.files import names_in
from tui_chain.cli.declarations import COMMANDS
from tui_chain.core.command import command_line, hinted, with_commands
from tui_chain.engine.arguments import Options
from tui_chain.engine.command_options import TAKEN
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.target import Target
from tui_chain.x509.formats.pem import pem_block

SECONDS = 60
BIN = Path(sys.executable).parent
_PRINTED = re.compile(r"(?:^ *|`|: )(tlschain (?:[^`\n'\"]|'[^'\n]*'|\"[^\"\n]*\")+)", re.MULTILINE)
FINE = {"fix": {0}, "advise": {0}, "check": {0, 1}, "refresh": {0, 1, 3}, "audit": {0, 1}, "test": {0, 1}}
"""Exit codes with which a command did what it is there for."""
ODD_FOLDER = 'it\'s a "folder" $(touch pwned)'


def printed(done: Done) -> list[str]:
    """The commands in what a command printed; the comments of a file name it FILE, wherever it comes to be."""
    text = "\n".join(line for line in f"{done.out}\n{done.err}".splitlines() if not line.startswith("#"))
    return list(dict.fromkeys(found.rstrip(".,;) ") for found in _PRINTED.findall(text)))


def run_elsewhere(command: str, folder: Path) -> tuple[int, str]:
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ("bash", "-c", command), cwd=folder, env=env, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    names = ("complete", "leaf-only", "no-aia", "strict-aki", "unknown-root", "constraints-lost-names", "crl-chain")
    with open_lab(names) as opened:
        yield opened


class Bench:
    """A folder with an odd name, in which commands run, and another, in which those run that they printed."""

    def __init__(self, lab: Lab, folder: Path, elsewhere: Path) -> None:
        self.lab, self.folder, self.elsewhere = lab, folder, elsewhere
        (folder / "roots.pem").write_bytes(lab.trust_pem)
        (folder / "more.pem").write_bytes(lab.trust_pem)
        issuing = pem_block("CERTIFICATE", lab.hierarchy["issuing"].der)
        (folder / "pool").mkdir()
        (folder / "pool" / "issuing.pem").write_text(issuing)

    def target(self, name: str) -> str:
        return self.lab.host(name).target

    def root(self, name: str) -> str:
        """The full fingerprint of a CA of the lab."""
        return hashlib.sha256(self.lab.hierarchy[name].der).hexdigest()

    def run_all(self, done: Done) -> list[list[str]]:
        """Run what was printed; return its words."""
        found = printed(done)
        for command in found:
            code, text = run_elsewhere(command, self.elsewhere)
            assert code in FINE[shlex.split(command)[1]], f"{command}\n{text}"
            assert "is no certificate" not in text
        assert names_in(self.elsewhere) == []
        return [shlex.split(command) for command in found]


@pytest.fixture
def bench(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    folder, elsewhere = tmp_path / ODD_FOLDER, tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(folder)
    return Bench(lab, folder, elsewhere)


def _private_file(bench: Bench) -> tuple[str, ...]:
    return (bench.target("leaf-only"), "--trust", "roots.pem")


def _several_files(bench: Bench) -> tuple[str, ...]:
    return (bench.target("leaf-only"), "--trust", "roots.pem", "--trust", "certifi", "--timeout", "20")


def _pool_offline(bench: Bench) -> tuple[str, ...]:
    return (bench.target("leaf-only"), "--trust", "roots.pem", "--pool", "pool", "--offline")


def _private_address(bench: Bench) -> tuple[str, ...]:
    return (bench.target("leaf-only"), "--trust", "roots.pem", "--allow-private-aia")


def _demo(_: Bench) -> tuple[str, ...]:
    return ("--demo", "leaf-only")


def _strict(bench: Bench) -> tuple[str, ...]:
    return (bench.target("strict-aki"), "--trust", "roots.pem")


def _complete(bench: Bench) -> tuple[str, ...]:
    return (bench.target("complete"), "--trust", "roots.pem", "--trust", "more.pem")


def _lost(bench: Bench) -> tuple[str, ...]:
    return (bench.target("constraints-lost-names"), "--trust", "roots.pem")


SITUATIONS = (_private_file, _several_files, _pool_offline, _private_address, _demo, _strict, _complete, _lost)
CARRIED = {
    _private_file: {"--trust": 1},
    _several_files: {"--trust": 2, "--timeout": 1},
    _pool_offline: {"--trust": 1, "--pool": 1, "--offline": 1},
    _private_address: {"--allow-private-aia": 1},
    _demo: {"--demo": 1},
}
"""How often each option has to stand in a `fix` that is printed."""


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__.strip("_"))
def test_what_advise_prints_makes_the_files(bench: Bench, situation: Callable[[Bench], tuple[str, ...]]) -> None:
    done = tlschain("advise", *situation(bench))
    assert done.code == 0, done.err
    commands = bench.run_all(done)
    assert commands
    for words in commands:
        assert Path(words[words.index("-o") + 1]).parent == bench.folder
        for option, times in CARRIED.get(situation, {}).items():
            assert words.count(option) == times, words
    assert "pwned" not in names_in(bench.folder)


@pytest.mark.parametrize(
    ("form", "situation"), [("markdown", _pool_offline), ("markdown", _lost), ("text", _strict), ("text", _demo)]
)
def test_what_a_report_prints_makes_the_files(
    bench: Bench, form: str, situation: Callable[[Bench], tuple[str, ...]]
) -> None:
    done = tlschain("report", *situation(bench), "--format", form)
    assert done.code == 0, done.err
    made = [found for found in printed(Done(0, done.out, "")) if " -o " in found]
    bench.run_all(Done(0, "\n".join(made), ""))
    assert made
    for words in map(shlex.split, made):
        assert Path(words[words.index("-o") + 1]).parent == bench.folder
        for option, times in CARRIED.get(situation, {}).items():
            assert words.count(option) == times, words


def test_a_report_of_a_private_root_gives_clients_the_users_file(bench: Bench) -> None:
    """The host sends its whole chain, and no client has the root by itself."""
    roots = str(bench.folder / "roots.pem")
    for form in ("markdown", "html"):
        done = tlschain("report", bench.target("complete"), "--trust", "roots.pem", "--format", form)
        assert "Nothing has to be done" not in done.out
        assert "which they do not have by themselves" in done.out
    done = tlschain("report", bench.target("strict-aki"), "--trust", "roots.pem", "--format", "text")
    assert f"create_default_context(cafile={roots!r})" in done.out
    assert "VERIFY_X509_STRICT" in done.out


def test_a_root_that_was_confirmed_goes_along(bench: Bench) -> None:
    root = bench.root("private-root")
    words = (bench.target("unknown-root"), "--trust", "roots.pem", "--trust-root", root, "--no-pool")
    commands = bench.run_all(tlschain("advise", *words, "--only", "requests"))
    assert len(commands) == 2
    assert all(each[each.index("--trust-root") + 1] == root for each in commands)
    assert all("--no-pool" in each for each in commands)


def test_the_time_goes_along(bench: Bench) -> None:
    earlier = ("--trust", "roots.pem", "--at", "2020-01-01")
    assert tlschain("advise", bench.target("leaf-only"), *earlier, "--only", "clients").code == 1
    moment = f"{bench.lab.hierarchy['issuing'].certificate.not_valid_before_utc:%Y-%m-%d}T23:59:59"
    done = tlschain("advise", bench.target("leaf-only"), "--trust", "roots.pem", "--at", moment)
    assert all(f"--at {moment}" in command for command in printed(done))


@pytest.mark.parametrize("name", ["leaf-only", "strict-aki", "no-aia"])
def test_what_check_and_fix_print_goes_on(bench: Bench, name: str) -> None:
    words = (bench.target(name), "--trust", "roots.pem")
    for command in ("check", "fix"):
        done = tlschain(command, *words, *(("-o", f"{name}.pem") if command == "fix" else ()))
        for found in printed(done):
            if name != "no-aia":  # nothing finds that issuer: fix says so
                bench.run_all(Done(0, found, ""))
    assert f"tlschain fix {bench.target(name)}" in tlschain("check", *words).out or name == "strict-aki"


def test_the_answer_of_a_chain_in_a_file_names_the_file(bench: Bench) -> None:
    chain = bench.folder / "served.pem"
    chain.write_text(pem_block("CERTIFICATE", bench.lab.host("strict-aki").served_der[0]))
    options = ("--served", "served.pem", "--host", "strict-aki.lab.test", "--trust", "roots.pem", "--pool", "pool")
    done = tlschain("fix", *options)
    commands = bench.run_all(done)
    assert commands
    assert all(each[each.index("--served") + 1] == str(chain) for each in commands)


def test_a_root_that_nobody_vouched_for_is_left_to_the_reader(bench: Bench) -> None:
    done = tlschain("fix", bench.target("unknown-root"), "--trust", "roots.pem")
    (words,) = map(shlex.split, printed(done))
    assert words[-2:] == ["--trust-root", "SHA256"]
    assert bench.root("private-root") not in done.out + done.err


def test_crls_are_renewed_by_what_is_printed(bench: Bench) -> None:
    words = (bench.target("crl-chain"), "--trust", "roots.pem", "--crl")
    done = tlschain("fix", *words, "-o", "crls.pem")
    assert done.code == 0, done.err
    commands = bench.run_all(done)
    assert [each[1] for each in commands] == ["advise", "refresh"]
    more = bench.run_all(tlschain("advise", *words, "--only", "curl"))
    assert {each[1] for each in more} == {"fix", "refresh"}
    assert all("--trust" in each for each in more)


def test_the_hints_of_an_audit_name_the_file(bench: Bench) -> None:
    file = bench.folder / "glued.pem"
    file.write_bytes(bench.lab.trust_pem.replace(b"-----\n-----BEGIN", b"----------BEGIN"))
    file.write_bytes(bench.lab.trust_pem.rstrip() + bench.lab.trust_pem)
    done = tlschain("audit", "glued.pem")
    (words, *_) = bench.run_all(done)
    assert words == ["tlschain", "audit", "--fix", str(file)]


@pytest.mark.parametrize("named", ["target", "hosts", "demo"])
def test_a_bundle_without_crls_is_made_anew_for_the_host_however_it_is_named(bench: Bench, named: str) -> None:
    host = bench.target("crl-chain")
    (bench.folder / "hosts.txt").write_text(f"{host}\n")
    words = {"target": (host,), "hosts": ("--hosts", "hosts.txt"), "demo": ("--demo", "crl-chain")}[named]
    done = tlschain("test", *words, "--bundle", "roots.pem", "--crl", "--trust", "roots.pem")
    assert done.code == 2
    (command,) = map(shlex.split, printed(Done(0, "", done.err)))
    expected = ["--demo", "crl-chain"] if named == "demo" else [host]
    assert command == ["tlschain", "fix", *expected, "--trust", str(bench.folder / "roots.pem"), "--crl"]


def test_the_hint_to_refresh_names_the_trust_store_of_the_file(bench: Bench) -> None:
    """`audit` takes no trust store: the file says with which one it was made."""
    done = tlschain("fix", bench.target("crl-chain"), "--trust", "roots.pem", "--crl", "-o", "crls.pem")
    assert done.code == 0, done.err
    file = bench.folder / "crls.pem"
    file.write_text(
        re.sub(r"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----\n", "", file.read_text(), flags=re.DOTALL)
    )
    done = tlschain("audit", "crls.pem")
    commands = [shlex.split(found) for found in printed(done)]
    expected = ["tlschain", "refresh", "--write", str(file), "--trust", str(bench.folder / "roots.pem")]
    assert expected in commands, done.err
    assert run_elsewhere(shlex.join(expected), bench.elsewhere)[0] == 0
    assert file.read_text().count("BEGIN X509 CRL") == 2


def test_a_file_that_is_none_of_ours_is_named_in_the_command_that_reads_it(bench: Bench) -> None:
    done = tlschain("refresh", "roots.pem")
    assert done.code == 2
    assert printed(Done(0, "", done.err))[-1] == command_line("audit", bench.folder / "roots.pem")
    (bench.folder / "broken.pem").write_bytes(bench.lab.trust_pem[:-40])
    done = tlschain("fix", bench.target("leaf-only"), "--trust", "roots.pem", "-o", "broken.pem", "--merge")
    assert done.code == 2
    assert printed(Done(0, "", done.err))[-1] == command_line("audit", bench.folder / "broken.pem")
    done = tlschain("test", bench.target("leaf-only"), "--trust", "roots.pem", "--bundle", "broken.pem")
    assert done.code == 2
    assert printed(Done(0, "", done.err)) == [command_line("audit", bench.folder / "broken.pem")]


def test_an_explanation_names_the_host_of_the_text() -> None:
    text = "requests.exceptions.SSLError: HTTPSConnectionPool(host='a.test', port=8443): certificate verify failed"
    found = printed(tlschain("explain", f"{text}: unable to get local issuer certificate"))
    of_the_host = [command for command in found if not command.startswith("tlschain doctor;")]
    assert len(of_the_host) == len(found) - 1, "one looks at the client's own settings"
    assert all(command.endswith("a.test:8443") for command in of_the_host)


# the one function


def test_the_table_says_what_each_command_takes() -> None:
    by_name = {command.name: command for command in COMMANDS}
    for name, options in TAKEN.items():
        given = {flag for one in by_name[name].params for flag in one.opts if flag.startswith("-")}
        assert given - {"--help"} == {flag for option in options for flag in option.flags}


def test_every_option_of_a_run_is_carried_but_its_hosts() -> None:
    carried = {option.name for options in TAKEN.values() for option in options if option.carried}
    of_the_run_alone = {"column", "label_column", "port_column"}
    of_the_run_alone |= {"targets", "hosts_file", "open_file", "demo", "jobs", "rate", "no_session", "notices"}
    of_the_run_alone |= {"usual_proxy", "starttls"}  # a target that is printed has its protocol
    assert set(Options.__dataclass_fields__) - carried == of_the_run_alone


def test_a_command_has_no_option_that_it_does_not_take() -> None:
    options = Options(trust=("system",), at="2026-11-23", offline=True, no_pool=True, timeout=2.5)
    assert options.command("refresh", "--write", "/x.pem") == (
        "tlschain refresh --offline --trust system --timeout 2.5 --write /x.pem"
    )
    assert options.command("audit", "/x.pem") == "tlschain audit /x.pem"
    assert options.command("check", host=Target("::1")) == ("tlschain check '[::1]:443' --trust system --timeout 2.5")


def test_no_file_is_taken_for_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command = Options(trust=("-o",), pool=(Path("--offline"),)).command("fix", host="a.test")
    assert shlex.split(command)[3:] == ["--pool", f"{tmp_path}/--offline", "--trust", f"{tmp_path}/-o"]


def test_a_path_that_no_command_can_show_is_refused(tmp_path: Path) -> None:
    done = tlschain("advise", "a.test", "--trust", tmp_path / "a\x1b[2J.pem")
    assert done.code == 2
    assert "cannot show every character" in done.complaint


def test_only_a_hint_of_ours_is_completed() -> None:
    hint = f"{hinted('fix', 'TARGET')} and {hinted('audit', '--fix', 'FILE')}; `tlschain fix HOST` stays"
    found = with_commands(hint, lambda words: f"<{'/'.join(words)}>")
    assert found == "<fix> and <audit/--fix>; `tlschain fix HOST` stays"
    assert command_line("fix", "a\nb") == "tlschain fix 'a\\x0ab'"


COMMAND = re.compile(rf"\btlschain (?:{'|'.join(command.name or '' for command in COMMANDS)})\b")
LABEL = "tlschain lab"
"""The organization of the lab's certificates."""
READS = {"repair.file_header", "results.saved"}
"""What reads the comment in which version 0.1.0 wrote a command, and what asks for a file of `check --json`."""


def _strings(tree: ast.Module) -> Iterator[str]:
    """The strings of a module, those in f-strings too, without its docstrings."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def test_no_module_writes_a_command_by_itself() -> None:
    assert ROOT.is_dir()
    wrong = {
        name.removeprefix("tui_chain."): text
        for name, path in NAMES.items()
        for text in _strings(tree_of(path))
        if COMMAND.search(text) and text != LABEL
    }
    assert wrong.keys() == READS, wrong
