"""How the screen is built: what panes know, what classes rest on, and how work is done in the background."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import pytest

import tui_chain.tui

ROOT = Path(tui_chain.tui.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
PANES = [path for path in MODULES if path.parent.name == "panes" and path.stem not in {"__init__", "base"}]
QUERIES = {"query", "query_one", "query_exactly_one", "query_children"}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT.parents[1]).with_suffix("").parts).removesuffix(".__init__")


def classes() -> Iterator[type]:
    """Every class that the modules of the screen define, the nested ones too."""
    for path in MODULES:
        module = importlib.import_module(dotted(path))
        for _, found in inspect.getmembers(module, inspect.isclass):
            if found.__module__ == module.__name__:
                yield found
                yield from (each for each in vars(found).values() if inspect.isclass(each))


def ours(base: type) -> bool:
    return base.__module__.startswith("tui_chain.")


def imported(tree: ast.Module) -> set[str]:
    """The modules of the screen that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names & {dotted(path) for path in MODULES}


def test_there_is_no_circle() -> None:
    """Imports inside functions and for type checkers count."""
    waiting = {dotted(path): imported(tree) - {dotted(path)} for path, tree in TREES.items()}
    while free := [name for name, needed in waiting.items() if not needed & waiting.keys()]:
        for name in free:
            del waiting[name]
    assert sorted(waiting) == []


def test_every_module_is_short() -> None:
    assert [path for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []


@pytest.mark.parametrize("path", PANES, ids=lambda path: path.stem)
def test_a_pane_knows_no_other_pane(path: Path) -> None:
    """It imports none, and queries below itself alone, by a class of its own or of Textual."""
    others = {f"tui_chain.tui.panes.{each.stem}" for each in PANES if each != path}
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.ImportFrom):
            assert node.module not in others
            assert not (node.module or "").startswith("tui_chain.tui.screens")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in QUERIES:
            assert isinstance(node.func.value, ast.Name), ast.unparse(node)
            assert node.func.value.id == "self", "not of the screen or the app"


def test_a_class_rests_on_one_of_ours_and_the_app_on_none() -> None:
    for found in classes():
        assert sum(map(ours, found.__bases__)) <= 1, found
        depth = sum(map(ours, found.__mro__))
        assert depth <= 4, f"{found}: a tower of classes"
    from tui_chain.tui.app import ChainApp
    from tui_chain.tui.screens.main import MainScreen

    assert [each for each in (ChainApp, MainScreen) if sum(map(ours, each.__mro__)) > 1] == []


def test_no_private_name_of_the_toolkit_is_taken() -> None:
    """A private method of Textual that is overridden changes with any of its releases."""
    taken = []
    for found in classes():
        toolkit = [base for base in found.__mro__ if base.__module__.partition(".")[0] in {"textual", "rich"}]
        theirs = {name for base in toolkit for name in vars(base)}
        mine = {name for name, value in vars(found).items() if isinstance(value, FunctionType | property)}
        private = {name for name in mine if name.startswith("_") and not name.startswith("__")}
        taken += [f"{found.__name__}.{name}" for name in private & theirs]
    assert taken == []


def test_no_private_attribute_of_the_toolkit_is_set() -> None:
    from textual.app import App
    from textual.screen import ModalScreen, Screen
    from textual.widgets import Input, TextArea, Tree

    theirs = {name for base in (App, Screen, ModalScreen, Input, TextArea, Tree) for name in dir(base)}
    made = {
        node.attr
        for base in {each for one in (App, Screen, Input, TextArea, Tree) for each in one.__mro__} - {object}
        for node in ast.walk(ast.parse(source_of(base)))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr.startswith("_")
    }
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr.startswith("_"):
                assert node.attr not in theirs | made, f"{path}: {ast.unparse(node)}"


def source_of(found: type) -> str:
    """The source of a class, moved to the margin; nothing of one that has none."""
    try:
        return inspect.cleandoc("\n" + inspect.getsource(found))
    except (OSError, TypeError):
        return ""


def test_all_work_is_declared() -> None:
    """Each worker has a group, replaces the one before it, and does not end the app."""
    seen = 0
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"run_worker", "create_task", "ensure_future"}, f"{path}:{node.lineno}"
            for decorator in getattr(node, "decorator_list", ()):
                if ast.unparse(decorator).partition("(")[0] != "work":
                    continue
                assert isinstance(decorator, ast.Call), path
                given = {each.arg: ast.unparse(each.value) for each in decorator.keywords}
                assert given.keys() == {"group", "exclusive", "exit_on_error"}, f"{path}:{decorator.lineno}"
                assert (given["exclusive"], given["exit_on_error"]) == ("True", "False"), f"{path}:{decorator.lineno}"
                seen += 1
    assert seen > 10, "the decorators are found"
