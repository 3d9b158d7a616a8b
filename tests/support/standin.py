"""A root that one process and its children find where Debian, certifi, gRPC and Java have theirs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.posix import is_root
from tests.support.programs import require_program
from tui_chain.lab.authority import to_pem
from tui_chain.repair.output import java_truststore
from tui_chain.x509.certificate import Certificate

_MOUNT = 'mount --bind "$0" /etc/ssl/certs && mount --bind "$0/ca-certificates.crt" "$1" && shift && exec "$@"'


@dataclass(frozen=True)
class DefaultStore:
    """The folder that takes the place of /etc/ssl/certs, and a certifi of its own."""

    folder: Path

    @property
    def words(self) -> tuple[str, ...]:
        """The command that runs the words after it where the folder stands in /etc/ssl/certs, for them alone."""
        own = ("unshare", "--mount") if is_root() else ("unshare", "--map-root-user", "--mount")
        return (*own, "sh", "-c", _MOUNT, str(self.folder / "certs"), str(grpc_roots()))

    def add(self, der: bytes) -> None:
        """Let the folder have one certificate more, for those who look into it by hashes of names."""
        file = self.folder / "certs/added.pem"
        file.write_bytes(to_pem([der]))
        (self.folder / "certs" / f"{_subject_hash(file)}.0").symlink_to(file.name)

    @property
    def variables(self) -> dict[str, str]:
        """What leads Python, Node, uv and Deno to the same root, which they would not look for in that folder."""
        return {
            "PYTHONPATH": str(self.folder / "python"),
            "NODE_OPTIONS": "--use-openssl-ca",
            "UV_SYSTEM_CERTS": "1",
            "DENO_TLS_CA_STORE": "system",
        }


def default_store(folder: Path, root: bytes) -> DefaultStore:
    """Make the stand-in with one root, DER; a machine that allows no mount skips the test, and under CI fails it."""
    store = DefaultStore(folder)
    certs, python = folder / "certs", folder / "python" / "certifi"
    (certs / "java").mkdir(parents=True)
    python.mkdir(parents=True)
    pem = certs / "ca-certificates.crt"
    pem.write_bytes(to_pem([root]))
    (certs / "java" / "cacerts").write_bytes(java_truststore([Certificate(root)]))
    (python / "__init__.py").write_text(f"def where():\n    return {str(pem)!r}\n")
    (certs / f"{_subject_hash(pem)}.0").symlink_to(pem.name)
    _require_mount(store)
    return store


def grpc_roots() -> Path:
    """The file of roots that gRPC has in its package, which it reads from nowhere else."""
    found = importlib.util.find_spec("grpc")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "_cython/_credentials/roots.pem"


def _subject_hash(pem: Path) -> str:
    words = (str(require_program("openssl")), "x509", "-noout", "-hash", "-in", str(pem))
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


def _require_mount(store: DefaultStore) -> None:
    require_program("unshare")
    tried = subprocess.run((*store.words, "true"), capture_output=True, text=True, check=False, timeout=10)
    if tried.returncode == 0 and Path("/etc/debian_version").exists():
        return
    reason = f"no stand-in for Debian's trust store here: {tried.stderr.strip() or 'this is no Debian'}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
