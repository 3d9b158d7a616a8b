"""A farm of hosts in a process of its own: every name gets a certificate of its own, made when it is asked for."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui_chain.lab.internet import Lab

ADDRESSES = tuple(f"127.0.0.{number}" for number in range(1, 51))
LACKING = "lacking-"
"""How names begin whose server sends its leaf alone."""


@dataclass(frozen=True)
class Farm:
    """Where the farm is: a port on all `ADDRESSES`, and the file of its roots."""

    port: int
    trust: Path

    def lines(self, count: int, lacking: int = 0) -> str:
        """A list of so many hosts; each `lacking`th does not send its intermediate."""
        hosts = []
        for number in range(count):
            name = f"{LACKING if lacking and number % lacking == 0 else ''}host-{number}.farm.example"
            hosts.append(f"{name} connect-to={ADDRESSES[number % len(ADDRESSES)]}:{self.port}\n")
        return "".join(hosts)


@contextmanager
def farm() -> Iterator[Farm]:
    """Run it for as long as it is needed."""
    command = [sys.executable, "-m", "benchmarks.farm"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            opened: dict[str, Any] = json.loads(process.stdout.readline())
            yield Farm(opened["port"], Path(opened["trust"]))
        finally:
            process.communicate(timeout=30)


def _context_maker(lab: Lab) -> Any:
    from tui_chain.lab.hierarchy import Leaf
    from tui_chain.lab.servers.tls import DEFAULT_TLS, Credentials, make_context

    @lru_cache(256)
    def context_for(name: str) -> ssl.SSLContext:
        leaf = lab.hierarchy.issue_leaf(Leaf(names=(name,)), "farm")
        chain = [leaf.der] if name.startswith(LACKING) else [leaf.der, lab.hierarchy["issuing"].der]
        return make_context(lab.folder, Credentials(chain, leaf.key), DEFAULT_TLS)

    return context_for


def _serve() -> None:
    from tui_chain.lab.internet import open_lab
    from tui_chain.lab.servers.stream import Stream

    with open_lab(["leaf-only"]) as lab:
        context_for = _context_maker(lab)

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            connection.context = context_for(name or "localhost")

        first = context_for("localhost")
        first.sni_callback = choose

        async def handle(stream: Stream) -> None:
            await stream.start_tls(first)
            await stream.finish()

        port = lab.listen(handle, addresses=ADDRESSES)
        print(json.dumps({"port": port, "trust": str(lab.trust_file)}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _serve()
