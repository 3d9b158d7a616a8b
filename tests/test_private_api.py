"""What the package uses of other libraries that is not public; CONTRIBUTING.md says why, under 'What clients do'."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import tui_chain

ROOT = Path(tui_chain.__file__).parent
OURS = {"self", "cls"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PUBLIC = {"_replace", "_asdict", "_fields", "_make", "_exit", "_MEIPASS"}
"""Names of named tuples, of `os`, and of PyInstaller's `sys`, that are documented for all their underscore."""

ALLOWED = {
    ("probe/handshake.py", "_msg_callback"),
    ("probe/handshake.py", "_sslobj"),
    ("probe/family_offers.py", "OpenSSL._util"),
    ("probe/family_offers.py", "_context"),
    ("probe/key_types.py", "OpenSSL._util"),
    ("probe/key_types.py", "_context"),
    ("net/http1.py", "_h11_state"),
    ("net/http2.py", "_h2_state"),
    ("lab/servers/limited_tls.py", "OpenSSL._util"),
    ("lab/servers/limited_tls.py", "_context"),
    ("tui/timers.py", "_skip"),
}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def own_names(tree: ast.Module) -> set[str]:
    """The private attributes and methods of a module's own classes."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found = {method.name for one in classes for method in one.body if isinstance(method, FUNCTIONS)}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_ours(node.value):
            found.add(node.attr)
    return found


def private_uses(tree: ast.Module) -> Iterator[str]:
    """Private modules that are imported, private attributes of others, and their names in calls of getattr."""
    own = own_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(map(is_private, str(node.module).split("."))):
            yield str(node.module)
        elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith("tui_chain"):
            yield from (alias.name for alias in node.names if is_private(alias.name))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if any(map(is_private, alias.name.split("."))))
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in own:
            yield from () if _is_ours(node.value) else (node.attr,)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("attr"):
            texts = (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
            yield from filter(is_private, texts)


def _is_ours(owner: ast.expr) -> bool:
    return isinstance(owner, ast.Name) and owner.id in OURS


def test_every_private_interface_that_is_used_is_known() -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for path in ROOT.rglob("*.py")
        for name in private_uses(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == ALLOWED


def test_contributing_names_each() -> None:
    text = ROOT.parent.joinpath("CONTRIBUTING.md").read_text(encoding="utf-8")
    assert [name for _, name in sorted(ALLOWED) if name.rpartition(".")[2] not in text] == []


def test_private_uses_are_seen() -> None:
    tree = ast.parse(
        "import _ssl\nfrom OpenSSL._util import lib\nfrom ssl import _create_default_https_context\n"
        "x._inner.y\ngetattr(x, '_hidden')\nx._replace(a=1)\nself._own\n"
        "class A:\n    _b: int\n\n    def f(self, other): other._b\n"
    )
    found = ["_ssl", "OpenSSL._util", "_create_default_https_context", "_hidden", "_inner"]
    assert sorted(private_uses(tree)) == sorted(found)
