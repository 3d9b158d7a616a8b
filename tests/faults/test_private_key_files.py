"""No command writes over a file with a private key, whatever the user agreed to."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import tui_chain
from tests.support.cli import tlschain
from tests.support.files import names_in
from tui_chain.lab.internet import Lab

ROOT = Path(tui_chain.__file__).parent
KEYS = {
    "jwk": json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "d": "c"}]}),
    "age": "# public key: age1x\nAGE-SECRET-KEY-1QQQQ\n",
    "kubernetes": "kind: Secret\ndata: {tls.key: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCg==}\n",
    "wireguard": "[Interface]\nPrivateKey = AAAA\n",
    "pgp": "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n",
}


COMMANDS = {
    "fix": ("fix", "TARGET", "--trust", "TRUST", "--no-pool", "-o", "FILE", "--replace", "--backup"),
    "fix, chain": ("fix", "TARGET", "--trust", "TRUST", "--no-pool", "--as", "server", "-o", "FILE", "--replace"),
    "report": ("report", "TARGET", "--trust", "TRUST", "-o", "FILE", "--replace"),
    "audit": ("audit", "BUNDLE", "--fix", "-o", "FILE", "--replace"),
    "pool": ("pool", "export", "-o", "FILE", "--replace"),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_private_key_stays(lab: Lab, bundle: Path, tmp_path: Path, name: str, key: str) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_bytes(bundle.read_bytes() * 2)
    tlschain("pool", "import", bundle)
    folder = tmp_path / "keys"
    folder.mkdir()
    file = folder / "key"
    file.write_text(KEYS[key])
    places: dict[str, str | Path] = {
        "TARGET": lab.host("leaf-only").target,
        "TRUST": lab.trust_file,
        "BUNDLE": broken,
        "FILE": file,
    }
    done = tlschain(*(places.get(word, word) for word in COMMANDS[name]))
    assert done.code != 0
    assert "holds a private key; it is neither shown nor replaced" in done.err
    assert (file.read_text(), names_in(folder)) == (KEYS[key], ["key"])
    assert KEYS[key].splitlines()[-1] not in done.out + done.err


WRITERS = {
    "repair/write.py": "asks for a plan, which refuses keys and wants consent",
    "core/files.py": "files of the product's own, in its own folders",
    "core/temporary_file.py": "what both make whole files from",
    "engine/activity.py": "the log",
    "cli/narration.py": "the log that --log names, appended to nothing else",
    "fleet/result_files.py": "results that --resume names, appended to nothing else",
    "pool/database.py": "the pool",
    "doctor/trial.py": "a folder of its own, which is removed",
    "livetest/tester.py": "a folder of its own, which is removed",
    "livetest/programs.py": "a folder of its own, which is removed",
    "clients/engines/openssl/trust_path.py": "a file of its own, which is removed",
    "tui/pager.py": "a file of its own, which is removed",
    "doctor/script/main.py": "the null device",
}
"""The only modules that write files, and why each may."""
WRITING = {
    "write_bytes", "write_text", "rename", "mkstemp", "NamedTemporaryFile", "hardlink_to", "symlink_to", "copyfile",
    "O_CREAT", "O_WRONLY",
}  # fmt: skip


def writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in WRITING
    if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] not in {"open", "fdopen"}:
        return False
    words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return any(len(word) <= 3 and set(word) & set("wax+") for word in words)


def test_files_are_written_by_these_alone() -> None:
    trees = {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in ROOT.rglob("*.py")
        if not path.is_relative_to(ROOT / "lab")
    }
    assert {name for name, tree in trees.items() if any(map(writes, ast.walk(tree)))} == set(WRITERS)
