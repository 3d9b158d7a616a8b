"""Who may import whom, what a module may be like, and what a front end loads: docs/architecture.md in tests."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from tests.architecture import MODULES, NAMES, PACKAGE, ROOT, circles, folder_of, imported, imports_of, tree_of

ORDER = (
    "core",
    "x509",
    "trust",
    "paths",
    "clients",
    "servers",
    "net",
    "pool",
    "probe",
    "diagnose",
    "resolve",
    "revocation",
    "repair",
    "livetest",
    "engine",
    "advise",
    "audit",
    "doctor",
    "results",
    "fleet",
    "api",
)
"""The folders from the ground up: each imports only what stands before it. A new one gets its place here."""
COMMANDS, SCREEN, LAB = "cli", "tui", "lab"
TRANSPORT = "tui_chain.net.http_transport"
"""Loads httpx, which loads rich for its own command; a download alone loads it."""
STARTUP = "tui_chain.engine.startup"
"""Opens the lab for a demo, for both front ends; nobody else knows it."""
PURE = {
    "core": {"core"},
    "x509": {"core", "x509"},
    "paths": {"core", "x509", "trust", "paths"},
    "clients": {"core", "x509", "paths", "trust", "clients"},
    "servers": {"core", "x509", "servers"},
}
"""The ground: no stage, and nothing of ours but this; `x509` and `paths` know no socket, no file and no clock."""
VALUES_OF_TRUST = "tui_chain.trust.store"
"""What `paths` takes of `trust`."""
LIBRARIES = {"x509": {"cryptography", "OpenSSL"}, "paths": {"cryptography"}, "clients": {"cryptography", "OpenSSL"}}
"""What the ground takes from elsewhere, beside the standard library."""
READING = {"asyncio", "http", "multiprocessing", "os", "pathlib", "socket", "subprocess", "tempfile", "threading"}
"""Modules of the standard library with which a program reaches files, sockets and processes."""
TOOLKIT = {"textual", "rich", "pyperclip"}

LINES = 400
"""The longest module, in lines."""
GROWING = (
    "clients.",
    "servers.",
    "lab.scenarios.",
    "lab.servers.",
    "cli.",
    "net.starttls.",
    "advise.html.",
    "doctor.problems.",
    "x509.formats.",
    "fleet.formats.",
)
"""Where the product grows by a file: a client, server, scenario, command, protocol, section of the report, a family
of problems, what files are written in, or a form of results."""
MODULES_AT_MOST = 300
"""The number of modules outside `GROWING`."""

APART: dict[str, str] = {
    "clients.alerts": "the table of TLS alerts, which grows with the libraries whose words are known",
    "diagnose.diagnosis_cache": "on what a diagnosis rests and for how long, to be read and doubted by itself",
    "trust.system": "what each operating system trusts, apart from files",
    **dict.fromkeys(
        (f"doctor.script.{name}" for name in ("contexts", "settings")),
        "a piece of the one script that runs elsewhere",
    ),
    "doctor.foreign_json": "the border that another interpreter's output crosses",
    "engine.completion": "what a shell is answered, loaded where one asks",
    "diagnose.status": "the rule of the status, where one looks for it",
    "tui.screens.refresh": "a dialog is found by the name of its module",
    "clients.engines.go.constraints": "Go's name constraints, as each engine's",
    "clients.engines.java.keystore": "a format, loaded for a file of it",
    "clients.engines.java.pkcs12_decryption": "ciphers, apart from what Java makes of the entries",
    "clients.engines.openssl.pyopenssl": "a second library, which only a refusal needs",
    "clients.engines.rustls.algorithms": "what aws-lc-rs checks, apart from webpki",
    "lab.scenarios.usual": "a family of scenarios, as the others in this folder",
    **dict.fromkeys(
        (f"fleet.formats.{name}" for name in ("csv_rows", "json_lines", "junit", "prometheus")),
        "a form of results, loaded where it is written",
    ),
    "net.http2": "h2, which only a server that takes HTTP/2 needs",
    "net.socks": "socksio, which only a SOCKS proxy needs",
    "net.starttls.smtp": "a protocol, as the others in this folder",
    "net.starttls.xmpp": "a protocol, as the others in this folder",
    "x509.formats.jks": "a format, loaded for a file of it",
}
"""Modules that one sibling alone imports, with the reason why they are files of their own."""


def short(name: str) -> str:
    """A dotted name without the package's."""
    return name.removeprefix(f"{PACKAGE}.")


def names_in(*folders: str) -> list[str]:
    return [name for name in NAMES if folder_of(name) in folders]


def folders_of(names: Iterable[str]) -> set[str]:
    return {folder_of(name) for name in names}


def at_once(tree: ast.Module) -> set[str]:
    """What a module imports when it is loaded: not inside functions, not for type checkers."""
    return {name for statement in tree.body if not isinstance(statement, LATER) for name in imported(statement)}


LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.If)


def test_a_module_imports_only_what_stands_before_it() -> None:
    wrong = []
    for name in NAMES:
        folder = folder_of(name)
        if folder not in {COMMANDS, SCREEN, LAB}:
            assert folder in ORDER, f"{folder} is new: give it its place in ORDER"
            before = PURE.get(folder, set(ORDER[: ORDER.index(folder) + 1])) | ({LAB} if name == STARTUP else set())
            wrong += [f"{name} imports {other}" for other in imports_of(name) if folder_of(other) not in before]
    assert wrong == []


def test_no_two_modules_need_each_other() -> None:
    """Imports inside functions and for type checkers count: a reader meets them too."""
    found = {tuple(map(short, circle)) for circle in circles({name: imports_of(name) for name in NAMES})}
    assert found == set()


def test_the_front_ends_do_not_know_each_other() -> None:
    wrong = []
    for name in NAMES:
        others = {COMMANDS: {SCREEN}, SCREEN: {COMMANDS}}.get(folder_of(name), {COMMANDS, SCREEN})
        wrong += [f"{name} imports {other}" for other in imports_of(name) if folder_of(other) in others]
    assert wrong == []


def test_only_a_demo_loads_the_lab() -> None:
    wrong = []
    for name in NAMES:
        if folder_of(name) != LAB:
            loaded = LAB in folders_of(at_once(tree_of(NAMES[name])))
            allowed = folder_of(name) == COMMANDS or name == STARTUP or LAB not in folders_of(imports_of(name))
            wrong += [name] if loaded or not allowed else []
    assert wrong == []


def test_the_lab_knows_no_stage() -> None:
    """Of the client families it knows what they are."""
    others = {other for name in names_in(LAB) for other in imports_of(name) if folder_of(other) not in {LAB, "x509"}}
    values = {f"tui_chain.clients.{name}" for name in ("families", "verdict", "handshake")}
    assert {other for other in others if folder_of(other) != "core"} <= values


def foreign(tree: ast.AST) -> Iterator[str]:
    """The packages that a tree imports, ours aside."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        yield from {name.partition(".")[0] for name in names} - {PACKAGE}


def test_the_ground_stands_on_few_libraries() -> None:
    wrong = []
    for name in names_in(*LIBRARIES):
        allowed = LIBRARIES[folder_of(name)] | sys.stdlib_module_names
        wrong += [f"{name} imports {other}" for other in set(foreign(tree_of(NAMES[name]))) - allowed]
    assert wrong == []


def test_certificates_and_paths_are_pure() -> None:
    """Values in, values out: nothing that reaches a file, a socket or a process."""
    found = {
        (short(name), other)
        for name in names_in("x509", "paths")
        for other in set(foreign(tree_of(NAMES[name]))) & READING
    }
    assert found == IMPURE
    taken = {other for name in names_in("paths") for other in imports_of(name) if folder_of(other) == "trust"}
    assert taken <= {VALUES_OF_TRUST}


IMPURE: set[tuple[str, str]] = set()


def test_only_the_screen_knows_its_toolkit() -> None:
    wrong = {name for name in NAMES if folder_of(name) != SCREEN and set(foreign(tree_of(NAMES[name]))) & TOOLKIT}
    assert wrong == set()


# shape


def test_no_module_is_longer_than_a_reader_has_patience() -> None:
    counts = {short(name): path.read_text(encoding="utf-8").count("\n") for name, path in NAMES.items()}
    assert {name: count for name, count in counts.items() if count > LINES} == {}


def test_every_module_has_a_folder() -> None:
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py"}


def test_every_folder_says_what_it_is() -> None:
    for path in sorted(ROOT.rglob("__init__.py")):
        words = ast.get_docstring(tree_of(path)) or ""
        assert words.endswith("."), path
        assert len(words.split()) > 1, path


def test_the_number_of_modules_is_bounded() -> None:
    """A rule is found in one guess only where files are few, each with something to say."""
    counted = [name for name in map(short, NAMES) if not name.startswith(GROWING)]
    print(f"{len(counted)} modules, and {len(NAMES) - len(counted)} that grow with what is known")  # noqa: T201
    assert len(counted) <= MODULES_AT_MOST


def test_a_name_means_one_class() -> None:
    classes = [
        node.name.lstrip("_") for path in MODULES for node in tree_of(path).body if isinstance(node, ast.ClassDef)
    ]
    assert {name for name, count in Counter(classes).items() if count > 1} == set()


def test_what_one_sibling_alone_imports_is_a_part_of_it() -> None:
    """But where both together would be too long, or `APART` has a reason."""
    importers: dict[str, set[str]] = {name: set() for name in NAMES}
    for name in NAMES:
        for other in imports_of(name) & NAMES.keys():
            importers[other].add(name)
    lines = {name: path.read_text(encoding="utf-8").count("\n") for name, path in NAMES.items()}
    found = set()
    for name, by in importers.items():
        sibling = next(iter(by), name)
        if len(by) == 1 and NAMES[sibling].parent == NAMES[name].parent and lines[name] + lines[sibling] <= LINES:
            found.add(short(name))
    assert found - APART.keys() == set()
    assert APART.keys() <= found, "what has no need of a reason leaves the list"


# what is loaded


def loaded_by(script: str, *words: str) -> str:
    """What a script prints in a process of its own."""
    command = (sys.executable, "-c", script, *words)
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, cwd=ROOT.parent)
    return done.stdout.strip()


LOADING = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\n"


def test_modules_load_in_any_order() -> None:
    for start in (list(NAMES), list(NAMES)[::-1]):
        loaded_by(LOADING, *start)


@pytest.mark.parametrize("module", ["tui_chain.api", "tui_chain.results.host", "tui_chain.results.audit"])
def test_what_programs_use_loads_no_front_end(module: str) -> None:
    script = "print(*{name.partition('.')[0] for name in sys.modules} & {'click', 'textual'})"
    assert loaded_by(LOADING + script, module) == ""


API_WITHOUT = {
    *("click", "textual", "rich", "pyperclip", "httpx", "httpcore", "h11", "h2", "anyio", "socksio", "OpenSSL"),
    *("cryptography", "certifi", "idna", "yaml", "platformdirs", "email", "http", "unittest", "xml", "sqlite3"),
    *("multiprocessing", "tempfile", "difflib", "tomllib", "zipfile", "csv", "pdb", "uuid", "random"),
}
"""What a program does not load with the API, but with the first call that needs it."""
API_FOLDERS = {"core", "x509", "clients", "net", "results", "api"}
API_MODULES_AT_MOST = 30
"""Modules of ours that are loaded with the API: those of its values, and of its signatures."""


def test_the_api_loads_its_values_alone() -> None:
    """Programs import it whether they check a host in this run or not; the stages come with the first call."""
    script = "print(*sys.modules)"
    loaded = set(loaded_by(LOADING + script, "tui_chain.api").split())
    assert loaded & API_WITHOUT == set()
    ours = {name for name in loaded if name.startswith(f"{PACKAGE}.")}
    assert folders_of(ours) == API_FOLDERS
    assert len(ours) <= API_MODULES_AT_MOST


def test_every_public_name_comes_with_the_api() -> None:
    """Names are there once the module is loaded, none by a look-up when it is asked for."""
    script = "from tui_chain import api\nprint('__getattr__' in vars(api), *set(api.__all__) - vars(api).keys())"
    assert loaded_by(script) == "False"


def test_an_engine_of_a_family_is_loaded_when_it_is_asked() -> None:
    """A look at one family loads no model of another."""
    script = (
        "import sys\nfrom datetime import UTC, datetime\nfrom tui_chain.clients.families import family\n"
        "from tui_chain.clients.judge import Judge\n"
        "Judge(b'').verdict(family('go'), (b'x',), host='a.test', at=datetime.now(UTC))\n"
        "print(*(name.rpartition('.')[2] for name in sys.modules if 'clients.engines.' in name))"
    )
    loaded = set(loaded_by(script).split())
    assert "go" in loaded
    assert not loaded & {"java", "gnutls", "rustls", "pyopenssl"}


def test_everything_but_the_screen_loads_no_screen() -> None:
    names = [name for name in NAMES if folder_of(name) != SCREEN and name != TRANSPORT]
    script = f"print(*{{name.partition('.')[0] for name in sys.modules}} & {TOOLKIT!r})"
    assert loaded_by(LOADING + script, *names) == ""


def test_every_import_of_a_module_is_at_its_place() -> None:
    """The helpers see what they are meant to see."""
    tree = ast.parse(
        "import os\nfrom tui_chain import __version__\nfrom tui_chain.core.text import plural\n"
        "if TYPE_CHECKING:\n    from tui_chain.lab import internet\n"
        "def later():\n    import tui_chain.probe.probe\n"
    )
    assert set(imported(tree)) == {"tui_chain.core.text", "tui_chain.lab.internet", "tui_chain.probe.probe"}
    assert at_once(tree) == {"tui_chain.core.text"}
    assert folder_of("tui_chain.cli.commands.pool") == COMMANDS
    assert folder_of("tui_chain.api") == "api"
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"d"}}
    assert circles({node: frozenset(ends) for node, ends in graph.items()}) == [("a", "b", "c")]
