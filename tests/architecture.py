"""The import graph of the package, read from its syntax trees: of modules, and of folders."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import tui_chain

ROOT = Path(tui_chain.__file__).parent
PACKAGE = ROOT.name
MODULES = tuple(path for path in sorted(ROOT.rglob("*.py")) if path.name not in {"__init__.py", "__main__.py"})


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def module_name(path: Path) -> str:
    """The dotted name of a file; a package's is its folder's."""
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


NAMES: Mapping[str, Path] = {module_name(path): path for path in MODULES}


def folder_of(name: str) -> str:
    """The folder that a module belongs to, from its dotted name; `api` is one by itself."""
    return f"{name}.".split(".")[1]


def imported(tree: ast.AST) -> Iterator[str]:
    """The dotted names of ours that a tree imports, wherever in it: at once, in functions, for type checkers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith(f"{PACKAGE}."))
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            if (node.module or "").partition(".")[0] == PACKAGE:
                yield from _modules(str(node.module), node.names)


def _modules(base: str, names: list[ast.alias]) -> Iterator[str]:
    """`from a import b` names the module a.b where there is one, else a."""
    for alias in names:
        name = f"{base}.{alias.name}"
        if name in NAMES:
            yield name
        elif base != PACKAGE:
            yield base


@cache
def imports_of(name: str) -> frozenset[str]:
    """The modules of ours that a module imports."""
    return frozenset(imported(tree_of(NAMES[name]))) - {name}


def folder_graph() -> dict[str, set[str]]:
    """Which folder imports which others."""
    graph: dict[str, set[str]] = {}
    for name in NAMES:
        folder = folder_of(name)
        graph.setdefault(folder, set()).update(folder_of(each) for each in imports_of(name) if each != PACKAGE)
        graph[folder].discard(folder)
    return graph


def circles(graph: Mapping[str, frozenset[str]]) -> list[tuple[str, ...]]:
    """The strongly connected components of more than one node, after R. Tarjan, 1972."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[tuple[str, ...]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node] & graph.keys():
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            component = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(component) > 1:
                found.append(tuple(sorted(component)))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return sorted(found)
