"""Lab servers in a process of their own, so that they do not share the measured one's interpreter lock."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui_chain.lab.internet import Lab
    from tui_chain.lab.servers.stream import Stream

ADDRESSES = tuple(f"127.0.0.{number}" for number in range(1, 51))
PORTS = 10
WILDCARD = "*.ground.test"


@dataclass(frozen=True)
class Ground:
    """Where the servers are: the lab's leaf-only host, ports on all ADDRESSES, the roots.

    `ports` serve a whole chain, `incomplete` ones a leaf alone, whose issuer AIA has; `count` returns how many
    connections came to both so far. `own` are addresses and ports of which each serves a leaf of its own, `wildcard`
    is a port that serves one for WILDCARD.
    """

    leaf_only: int
    ports: tuple[int, ...]
    incomplete: tuple[int, ...]
    trust: Path
    count: Callable[[], int]
    own: tuple[tuple[str, int], ...] = ()
    wildcard: int = 0


@contextmanager
def ground(ports: int = PORTS, incomplete: int = 0, own: int = 0) -> Iterator[Ground]:
    """Run the servers for as long as they are needed, on so many ports of each kind; `own` is how many leaves."""
    command = [sys.executable, "-m", "benchmarks.ground", str(ports), str(incomplete), str(own)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        asked, answered = process.stdin, process.stdout

        def count() -> int:
            asked.write("count\n")
            asked.flush()
            return int(answered.readline())

        try:
            opened: dict[str, Any] = json.loads(answered.readline())
            trust, leaf_only = Path(opened["trust"]), opened["leaf_only"]
            alone = tuple((address, port) for address, port in opened["own"])
            kinds = (tuple(opened["ports"]), tuple(opened["incomplete"]))
            yield Ground(leaf_only, *kinds, trust, count, alone, opened["wildcard"])
        finally:
            process.communicate(timeout=30)


class Counter:
    """Counts the connections that it lets through."""

    def __init__(self) -> None:
        self.count = 0

    def serve(
        self, lab: Lab, *, whole: bool, addresses: tuple[str, ...] = ADDRESSES, names: tuple[str, ...] = ()
    ) -> int:
        """Serve a chain of its own, or its leaf alone, on all `addresses` and for them; return the port."""
        from tui_chain.lab.hierarchy import Leaf
        from tui_chain.lab.servers.tls import DEFAULT_TLS, Credentials, make_context, tls_handler

        leaf = lab.hierarchy.issue_leaf(Leaf(names=names or ("localhost", *addresses)), "ground")
        chain = [leaf.der, lab.hierarchy["issuing"].der] if whole else [leaf.der]
        handler = tls_handler(make_context(lab.folder, Credentials(chain, leaf.key), DEFAULT_TLS), "")

        async def counted(stream: Stream) -> None:
            self.count += 1
            await handler(stream)

        return lab.listen(counted, addresses=addresses)


def _serve(ports: int, incomplete: int, own: int) -> None:
    from tui_chain.lab.internet import open_lab

    with open_lab(["leaf-only"]) as lab:
        counter = Counter()
        opened = {
            "leaf_only": lab.host("leaf-only").port,
            "ports": [counter.serve(lab, whole=True) for _ in range(ports)],
            "incomplete": [counter.serve(lab, whole=False) for _ in range(incomplete)],
            "own": [[one, counter.serve(lab, whole=True, addresses=(one,))] for one in islice(cycle(ADDRESSES), own)],
            "wildcard": counter.serve(lab, whole=True, names=(WILDCARD,)),
            "trust": str(lab.trust_file),
        }
        print(json.dumps(opened), flush=True)
        for _ in sys.stdin:
            print(counter.count, flush=True)


if __name__ == "__main__":
    _serve(*map(int, sys.argv[1:]))
