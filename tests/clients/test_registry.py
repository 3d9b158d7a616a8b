"""Every client says what it needs to, in its own module, and nowhere else is one named."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tui_chain
from tests.support.unsafe import unsafe_in
from tui_chain.clients.advice import CrlUse, Deployment
from tui_chain.clients.alerts import ALERTS
from tui_chain.clients.client import Client, SettingForm
from tui_chain.clients.errors import ErrorKind
from tui_chain.clients.families import FAMILIES
from tui_chain.clients.program import ProgramRun
from tui_chain.clients.registry import (
    NO_CLIENTS,
    clients,
    error_texts,
    keywords,
    readers,
    sections,
    stands_for,
    variables,
    weaker_settings,
)
from tui_chain.clients.verify_errors import verify_texts
from tui_chain.lab.internet import open_lab
from tui_chain.net.starttls.registry import protocols
from tui_chain.net.target import Target
from tui_chain.x509.crl import CrlScope

ROOT = Path(tui_chain.__file__).parent
FOLDER = ROOT / "clients"
MODULES = {path.stem for path in FOLDER.glob("*.py")} - NO_CLIENTS - {"__init__"}
CLIENTS = pytest.mark.parametrize("client", clients(), ids=lambda client: client.name)
BUNDLE = Path("/x/bundle.pem")
TARGETS = (
    *(Target("host.test"), Target("::1", 8443), Target("host.test", 10443)),
    *(Target("host.test", port) for port in (465, 636, 993, 6379, 27017)),
    *(Target("host.test", one.port, name) for name, one in protocols().items()),
)


def test_every_module_is_a_client() -> None:
    assert len(clients()) == len(MODULES)
    assert {path.stem for path in FOLDER.glob("*.py")} >= NO_CLIENTS


def test_no_two_are_alike() -> None:
    assert len({client.name for client in clients()}) == len(clients())
    assert len({client.place for client in clients()}) == len(clients())
    assert len({reader.place for reader in readers()}) == len({reader.name for reader in readers()}) == len(readers())
    headings = [
        one.client for client in clients() if client.advice for one in client.advice(Deployment(TARGETS[0], BUNDLE))
    ]
    assert len(headings) == len(set(headings))


@CLIENTS
def test_a_client_has_something_to_say(client: Client) -> None:
    assert client.families or client.advice or client.reads or client.errors
    assert client.advice is None or client.settings, "advice is a setting, or a use of one"
    assert client.crl_advice is None or client.advice is not None
    assert any(map(client.reaches, TARGETS))


@CLIENTS
def test_the_advice_can_be_shown_and_names_the_file(client: Client) -> None:
    for target in filter(client.reaches, TARGETS):
        at = Deployment(target, BUNDLE)
        made = [*(client.advice(at) if client.advice is not None else ())]
        if client.crl_advice is not None:
            for scope in CrlScope:
                made += client.crl_advice(at, CrlUse(scope))
        for one in made:
            assert str(one.file) in one.code
            assert not unsafe_in(one.code.replace("\n", " ") + one.text)


@CLIENTS
def test_a_setting_wins_over_others_of_the_same_client(client: Client) -> None:
    """They are listed by precedence; a variable of another client's may be one that it reads too."""
    names = [setting.name for setting in client.settings]
    assert len(names) == len(set(names))
    for setting in client.settings:
        assert set(setting.wins_over) <= set(names) - {setting.name}


@pytest.mark.parametrize(
    "client", [client for client in clients() if client.program is not None], ids=lambda client: client.name
)
def test_a_program_is_given_the_bundle_and_what_it_cannot_do_is_said(client: Client) -> None:
    assert client.program is not None
    for target in TARGETS:
        for scope in (None, *CrlScope):
            run = ProgramRun(target, BUNDLE, Path("/x"), Path("/x/empty"), Path("/x/store.p12"), crl=scope)
            program = client.program(run)
            if program is not None:
                given = " ".join((*program.arguments, *(value for _, value in program.variables)))
                assert str(BUNDLE) in given or str(run.store) in given
                assert target.host in given
                assert program.left_out == "" or scope is not None


def test_every_family_stands_for_some_client() -> None:
    assert all(stands_for(family.id) for family in FAMILIES)


def test_every_kind_of_error_has_a_text() -> None:
    spelled = {text.kind for text in (*error_texts(), *verify_texts())} | {alert.kind for alert in ALERTS}
    assert spelled | {ErrorKind.UNREACHABLE} == set(ErrorKind)
    for text in error_texts():
        re.compile(text.pattern)


def test_the_variables_of_trust_are_those_of_the_clients() -> None:
    websites = [client for client in clients() if client.reaches(TARGETS[0])]
    every = {one.name for client in websites for one in client.settings if one.form is SettingForm.VARIABLE}
    assert set(variables()) == every
    assert "PGSSLROOTCERT" not in every
    assert "truststore" in keywords("CONDA_SSL_VERIFY")
    assert weaker_settings("GIT_SSL_CAINFO") == {"git": ("http.<url>.sslCAInfo",)}


# -- who loads clients


def test_check_and_fix_load_no_client() -> None:
    script = (
        "import sys\nfrom tui_chain.cli.main import main\n"
        "try: main.main(sys.argv[1:], standalone_mode=False)\nexcept SystemExit: pass\n"
        "print(*(name for name in sys.modules if name.startswith('tui_chain.clients.')), file=sys.stderr)"
    )
    with open_lab(["leaf-only"]) as lab:
        for command in (("check",), ("fix", "--no-pool")):
            words = (*command, "--trust", str(lab.trust_file), str(lab.host("leaf-only").target))
            done = subprocess.run(
                (sys.executable, "-c", script, *words),
                capture_output=True, text=True, timeout=60, check=True, cwd=ROOT.parent,
            )  # fmt: skip
            loaded = {name.split(".")[2] for name in done.stderr.splitlines()[-1].split()}
            assert {"families", "judge"} <= loaded
            assert not loaded & (MODULES | {"registry", "client"}), command


def test_an_error_text_is_explained_without_anything_of_x509() -> None:
    script = (
        "import sys\nfrom tui_chain.diagnose.explain.explanation import explain\nprint(explain('it rains').kind)\n"
        "print(*({name.partition('.')[0] for name in sys.modules} & {'cryptography', 'OpenSSL', 'ssl', 'asyncio'}))"
    )
    done = subprocess.run(
        (sys.executable, "-c", script), capture_output=True, text=True, timeout=60, check=True, cwd=ROOT.parent
    )
    assert done.stdout.splitlines() == ["unknown-text", ""]


# -- who names clients

LIBRARIES = {"openssl", "cryptography", "httpx"}
"""Clients that this program is itself made of, and a tool that its hints name."""
ENGLISH = {"go", "node", "browsers", "requests", "Windows", "R", "macOS"}
"""Clients whose names are words or a system's: `Go` and `Node` are named in a text, and requests by its variable."""
IDENTIFIERS = {
    "JAVA": "a kind of output and a family",
    "java_truststore": "the PKCS#12 file that is this kind of output",
    "serialize_java_truststore": "the function of cryptography that makes it",
    "_java": "the maker of this kind of output",
    "python": "a line for Python's ssl, which a scope of CRLs is",
    "CURL": "a family",
    "curl_covers": "the host check of an engine",
    "curl_refusal": "the host check of an engine",
    "_NO_PYTHON": "what is said where the doctor finds no interpreter",
    "PYTHON": "a family",
    "PYTHON_313": "a family",
}
"""Identifiers outside of clients/ that have the name of a client in them, each with what it is."""
TEXTS = {
    "diagnose/": "a finding or a cause says whom it hits, where its rule comes from, and what to look with",
    "audit/findings.py": "a hint says who refuses such a file",
    "audit/audit.py": "the code `java-store`",
    "servers/": "the lines for a server name the programs that it is managed with",
    "advise/letter.py": "it says who does not fetch issuers, to somebody who has another view",
    "net/fetch.py": "a hint names a program that fetches by LDAP",
    "net/kubeconfig.py": "the file is kubectl's, which prints it",
    "probe/tls_secrets.py": "the objects of Kubernetes that are read",
    "engine/chain_files.py": "a hint names the program that prints Secrets",
    "core/output_kind.py": "the kind of output `java`",
    "repair/": "a kind of output is described by who wants it",
    "engine/options.py": "help gives examples",
    "api/environments.py": "the keyword that names an interpreter",
    "engine/actions.py": "go is what a cursor does there",
    "doctor/": "interpreters and their environments go by these names, and a change is a command",
    "cli/": "help gives examples",
    "tui/": "help gives examples",
}
"""Where texts may name a client, and why."""


def test_nothing_else_names_a_client() -> None:
    wrong = []
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if not place.startswith(("clients/", "lab/")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            wrong += [f"{place}:{line}: {name}" for line, name in named_in_code(tree)]
            if not place.startswith(tuple(TEXTS)):
                wrong += [f"{place}:{line}: {name}" for line, name in named_in_texts(tree)]
    assert wrong == []


def named_in_code(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Identifiers, and imports, that name a client."""
    for node in ast.walk(tree):
        for name in identifiers(node):
            parts = {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)}
            if parts & (MODULES - LIBRARIES - ENGLISH) and name not in IDENTIFIERS:
                yield node.lineno, name  # type: ignore[attr-defined]


def identifiers(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ImportFrom(module=str(module), names=names):
            engines = module.startswith("tui_chain.clients.engines.")
            yield from (() if engines else module.split("."))
            yield from (alias.name for alias in names)


def named_in_texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Strings that have the name of a client or one of its variables in them, but for docstrings."""
    names = (MODULES | {client.name for client in clients()} | set(variables())) - LIBRARIES - ENGLISH
    known = re.compile(rf"(?<![\w./])(?:{'|'.join(map(re.escape, names))})(?!\w)")
    docstrings = {id(statement.value) for statement in ast.walk(tree) if isinstance(statement, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield from ((node.lineno, found[0]) for found in known.finditer(node.value))


def test_the_search_for_names_finds_them() -> None:
    tree = ast.parse(
        '"""curl here is allowed."""\nfrom tui_chain.clients import curl\ndef wget_way(git): return node.java\n'
        "a = 'set REQUESTS_CA_BUNDLE'\nb = 'Go'\nc = 'go on'\n"
    )
    assert [name for _, name in named_in_code(tree)] == ["curl", "wget_way", "git", "java"]
    assert [name for _, name in named_in_texts(tree)] == ["REQUESTS_CA_BUNDLE", "Go"]


def test_the_precedence_has_only_settings_that_the_one_before_beats() -> None:
    known = {client.name: client for client in clients()}
    assert known["requests"].precedence == ("verify=", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "session.verify")
    assert known["Go"].precedence == (), "both of its variables are read"
    for client in clients():
        weaker = {setting.name: set(setting.wins_over) for setting in client.settings}
        order = client.precedence
        assert all(set(order[place + 1 :]) <= weaker[name] for place, name in enumerate(order))


def test_every_client_is_in_one_section() -> None:
    listed = [client.name for members in sections().values() for client in members]
    assert sorted(listed) == sorted(client.name for client in clients())
    assert len(sections()) < len(listed) / 5, "a section for a few is no help to the eye"
    assert "psql" in {client.name for client in sections()["Databases, mail, LDAP"]}
