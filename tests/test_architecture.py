"""Who may import whom, as design.md says in 'The journey of a host', and what a front end loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import tui_chain

ROOT = Path(tui_chain.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

ORDER = (
    "core",
    "x509",
    "trust",
    "paths",
    "clients",
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
    "results",
    "api",
)
"""The folders from the ground up: each imports only what stands before it. A new one gets its place here."""
PURE = {
    "core": {"core"},
    "x509": {"core", "x509"},
    "paths": {"core", "x509", "trust", "paths"},
    "clients": {"core", "x509", "paths", "trust", "clients"},
}
"""The ground: no stage, and nothing of ours but this; `x509` and `paths` know no socket, no file and no clock."""
LIBRARIES = {"x509": {"cryptography", "OpenSSL"}, "paths": {"cryptography"}, "clients": {"cryptography", "OpenSSL"}}
"""What the ground takes from elsewhere, beside the standard library."""
COMMANDS = "cli"
SCREEN = "tui"
LAB = "lab"


def part_of(path: Path) -> str:
    """The folder that a module belongs to; `api` is one by itself."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


PARTS = {path: part_of(path) for path in MODULES}


@cache
def trees(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    """The dotted names of ours that a tree imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("tui_chain."))
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            if node.module == "tui_chain":
                yield from (f"tui_chain.{alias.name}" for alias in node.names if alias.name != "__version__")
            elif (node.module or "").startswith("tui_chain."):
                yield str(node.module)


def parts(path: Path) -> set[str]:
    """The parts of ours that a module imports, wherever in it."""
    return {part_of(ROOT / name.split(".")[1]) for name in imported(trees(path))}


def at_once(tree: ast.Module) -> set[str]:
    """What a module imports when it is loaded: not inside functions, not for type checkers."""
    return {name for statement in tree.body if not isinstance(statement, LATER) for name in imported(statement)}


LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.If)


def test_a_module_imports_only_what_stands_before_it() -> None:
    wrong = []
    for path, part in PARTS.items():
        if part not in {COMMANDS, SCREEN, LAB, "__init__"}:
            assert part in ORDER, f"{part} is new: give it its place in ORDER"
            before = PURE.get(part, set(ORDER[: ORDER.index(part) + 1]))
            wrong += [f"{path} imports {name}" for name in parts(path) - before]
    assert wrong == []


def test_the_front_ends_do_not_know_each_other() -> None:
    strangers = {COMMANDS: {SCREEN}, SCREEN: {COMMANDS}}
    wrong = []
    for path, part in PARTS.items():
        known = parts(path) & strangers.get(part, {COMMANDS, SCREEN})
        wrong += [f"{path} imports {name}" for name in known]
    assert wrong == []


def test_only_a_demo_loads_the_lab() -> None:
    wrong = []
    for path, part in PARTS.items():
        if part != LAB:
            loaded = [name for name in at_once(trees(path)) if name.startswith("tui_chain.lab")]
            allowed = part in {COMMANDS, SCREEN} or LAB not in parts(path)
            wrong += [path] if loaded or not allowed else []
    assert wrong == []


def test_the_lab_knows_no_stage() -> None:
    """Of the client families it knows what they are."""
    names = {name for path, part in PARTS.items() if part == LAB for name in imported(trees(path))}
    others = {name for name in names if not name.startswith(("tui_chain.lab", "tui_chain.x509", "tui_chain.core"))}
    values = {f"tui_chain.clients.{name}" for name in ("families", "verdict", "handshake")}
    assert others <= {"tui_chain.core.status", *values}


def foreign(tree: ast.AST) -> Iterator[str]:
    """The packages that a tree imports, which are neither ours nor the standard library's."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        packages = {name.partition(".")[0] for name in names}
        yield from packages - sys.stdlib_module_names - {"tui_chain"}


def test_the_ground_stands_on_few_libraries() -> None:
    wrong = []
    for path, part in PARTS.items():
        if part in LIBRARIES:
            wrong += [f"{path} imports {name}" for name in set(foreign(trees(path))) - LIBRARIES[part]]
    assert wrong == []


@pytest.mark.parametrize("module", ["tui_chain.api", "tui_chain.results.host", "tui_chain.results.audit"])
def test_what_programs_use_loads_no_front_end(module: str) -> None:
    script = (
        f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}} & {{'click', 'textual'}})"
    )
    words = (sys.executable, "-c", script)
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60, cwd=ROOT.parent)
    assert done.stdout == "\n"


def test_an_engine_of_a_family_is_loaded_when_it_is_asked() -> None:
    """A look at one family loads no model of another."""
    script = (
        "import sys\nfrom datetime import UTC, datetime\nfrom tui_chain.clients.families import family\n"
        "from tui_chain.clients.judge import Judge\n"
        "Judge(b'').verdict(family('go'), (b'x',), host='a.test', at=datetime.now(UTC))\n"
        "print(*(name.rpartition('.')[2] for name in sys.modules if 'clients.engines.' in name))"
    )
    words = (sys.executable, "-c", script)
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60, cwd=ROOT.parent)
    loaded = set(done.stdout.split())
    assert "go" in loaded
    assert not loaded & {"java", "gnutls", "rustls", "pyopenssl"}


CIRCLES_LEFT = {("livetest.wire", "livetest.request"), ("livetest.hops", "livetest.request")}
"""Imports that close a circle, each a debt: who removes one removes it here."""


def import_graph(without: set[str]) -> dict[str, set[str]]:
    """What every module outside of some folders imports of ours, deferred and typing imports as well."""
    names = {module_name(path).removeprefix("tui_chain."): path for path in MODULES if part_of(path) not in without}
    return {name: (modules_of(trees(path)) & set(names)) - {name} for name, path in names.items()}


def modules_of(tree: ast.AST) -> set[str]:
    """The modules that a tree imports, without `tui_chain.`, among names in modules."""
    found = {name.removeprefix("tui_chain.") for name in imported(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tui_chain."):
            package = str(node.module).removeprefix("tui_chain.")
            found |= {f"{package}.{alias.name}" for alias in node.names}
    return found


def test_no_import_is_a_circle() -> None:
    graph = import_graph(without={SCREEN, LAB})
    for importer, name in CIRCLES_LEFT:
        assert name in graph[importer], "it is gone: remove it from CIRCLES_LEFT"
        graph[importer].discard(name)
    tuple(TopologicalSorter(graph).static_order())  # raises CycleError with the circle


def test_modules_can_be_loaded_in_any_order() -> None:
    """From either end of the alphabet."""
    names = [module_name(path) for path in MODULES if part_of(path) not in {SCREEN, LAB}]
    script = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    for start in (names, names[::-1]):
        subprocess.run((sys.executable, "-c", script, *start), check=True, timeout=60, cwd=ROOT.parent)


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


def test_everything_but_the_screen_loads_no_screen() -> None:
    names = [module_name(path) for path in MODULES if part_of(path) != SCREEN]
    script = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(*{name.partition('.')[0] for name in sys.modules} & {'textual', 'rich', 'pyperclip'})"
    )
    words = (sys.executable, "-c", script, *names)
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60, cwd=ROOT.parent)
    assert done.stdout.strip() == ""


def test_every_import_of_a_module_is_at_its_place() -> None:
    """The helpers above see what they are meant to see."""
    tree = ast.parse(
        "import os\nfrom tui_chain import __version__\nfrom tui_chain.core.text import plural\n"
        "if TYPE_CHECKING:\n    from tui_chain.lab.internet import Lab\n"
        "def later():\n    import tui_chain.probe.probe\n"
    )
    assert set(imported(tree)) == {"tui_chain.core.text", "tui_chain.lab.internet", "tui_chain.probe.probe"}
    assert at_once(tree) == {"tui_chain.core.text"}
    assert part_of(ROOT / "cli" / "pool.py") == COMMANDS
