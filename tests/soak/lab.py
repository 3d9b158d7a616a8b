"""A lab in a process of its own, so that what it holds is not counted as the product's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui_chain.lab.internet import open_lab


@dataclass(frozen=True)
class OtherLab:
    """The ports of its hosts by name, and the file with its roots."""

    ports: Mapping[str, int]
    trust: Path


@contextmanager
def lab_apart(names: Sequence[str]) -> Iterator[OtherLab]:
    """Serve these scenarios until the context is left."""
    command = (sys.executable, "-m", "tests.soak.lab", *names)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = json.loads(process.stdout.readline())
        try:
            yield OtherLab(found["ports"], Path(found["trust"]))
        finally:
            assert process.stdin is not None
            process.stdin.close()


def serve(names: Sequence[str]) -> None:
    """Print where the hosts are, and serve until standard input is closed."""
    with open_lab(names) as lab:
        ports = {name: lab.host(name).port for name in names}
        sys.stdout.write(json.dumps({"ports": ports, "trust": str(lab.trust_file)}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    serve(sys.argv[1:])
