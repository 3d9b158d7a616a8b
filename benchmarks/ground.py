"""Lab servers in a process of their own, so that they do not share the measured one's interpreter lock."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ADDRESSES = tuple(f"127.0.0.{number}" for number in range(1, 51))
PORTS = 10


@dataclass(frozen=True)
class Ground:
    """Where the servers are: the lab's leaf-only host, ports that serve a whole chain on all ADDRESSES, the roots."""

    leaf_only: int
    ports: tuple[int, ...]
    trust: Path


@contextmanager
def ground() -> Iterator[Ground]:
    """Run the servers for as long as they are needed."""
    command = [sys.executable, "-m", "benchmarks.ground"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            said = json.loads(process.stdout.readline())
            yield Ground(said["leaf_only"], tuple(said["ports"]), Path(said["trust"]))
        finally:
            process.communicate(timeout=10)


def _serve() -> None:
    from tui_chain.lab.internet import open_lab

    with open_lab(["leaf-only"]) as lab:
        issuing = lab.hierarchy["issuing"]
        ports = []
        for _ in range(PORTS):
            leaf = issuing.issue_leaf(["localhost", *ADDRESSES])
            ports.append(lab.serve([leaf.der, issuing.der], leaf.key, addresses=ADDRESSES))
        said = {"leaf_only": lab.host("leaf-only").port, "ports": ports, "trust": str(lab.trust_file)}
        print(json.dumps(said), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _serve()
