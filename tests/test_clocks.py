"""A verdict never rests on how fast the machine is: the folders that judge read no clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import tui_chain

ROOT = Path(tui_chain.__file__).parent
JUDGES = ("core", "x509", "trust", "paths", "clients")
CLOCKS = {"time", "monotonic", "perf_counter", "process_time", "thread_time", "now", "utcnow", "today"}
ALLOWED = {
    ("paths/budget.py", "thread_time"): "the far backstop, which says so",
    ("clients/engines/openssl/verifier.py", "now"): "which library can set the time that is asked about",
}


def clocks(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield node.func.attr
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (alias.name for alias in node.names)


def test_what_judges_reads_no_clock() -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for folder in JUDGES
        for path in ROOT.joinpath(folder).rglob("*.py")
        for name in clocks(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set(ALLOWED)
